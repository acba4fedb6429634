"""The control API and page, and the process itself."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.sandbox_process import ROOT

from .flows import Client

BAD_FAULTS = [
    {"platform": "myspace", "fault": "revoke"},
    {"platform": "x", "fault": "explode"},
    {"platform": "x", "fault": "revoke", "account": "unknown"},
    {"platform": "x", "fault": "revoke", "app": "unknown"},
    {"platform": "x", "fault": "outage"},
    {"platform": "x", "fault": "outage", "mode": "loud"},
    {"platform": "x", "fault": "rate_limit"},
    {"platform": "x", "fault": "rate_limit", "retry_after": -1},
    {"platform": "x", "fault": "slow", "seconds": "5"},
    {"platform": "x", "fault": "lose_answer", "count": 0},
    {"platform": "x", "fault": "drop_scope"},
    {"platform": "x", "fault": "drop_scope", "scope": "never.granted"},
    {"platform": "x", "fault": "lose_role", "account": "2244994945"},
]


@pytest.mark.parametrize("fault", BAD_FAULTS, ids=str)
def test_impossible_fault_changes_nothing(sandbox, fault):
    client = Client(sandbox, "x").connect()

    answer = sandbox.control("faults", fault)

    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    assert client.whoami().status_code == 200


def test_broken_json_is_400(sandbox):
    headers = {"Content-Type": "application/json"}

    assert sandbox.call("POST", "control/faults", data="{", headers=headers).status_code == 400


def test_accounts_never_connected_have_no_app(sandbox):
    sandbox.add_login("facebook", "ben@brand.example", ["999"])

    row = next(row for row in sandbox.accounts() if row["account"] == "999")

    assert row == {
        "platform": "facebook",
        "app": None,
        "account": "999",
        "login": "ben@brand.example",
        "handle": "@999",
        "kind": "page",
        "scopes": [],
        "expires_at": None,
        "faults": [],
    }


def test_account_lists_the_event_in_effect(sandbox):
    Client(sandbox, "x").connect()
    sandbox.fault("x", "change_password", account="2244994945")

    row = next(row for row in sandbox.accounts() if row["account"] == "2244994945")

    assert (row["app"], row["faults"]) == ("100", ["change_password"])
    assert row["expires_at"].endswith("Z")


def test_existing_secret_is_kept_unless_overwritten(sandbox):
    sandbox.add_app("x", client_secret="other")

    assert Client(sandbox, "x").connect().whoami().status_code == 200


def test_call_log_names_the_account_and_no_token(sandbox):
    client = Client(sandbox, "linkedin").connect()
    client.whoami()

    call = sandbox.last_call()

    assert (call["platform"], call["app"], call["account"]) == ("linkedin", "100", "782bbtaQ")
    assert (call["endpoint"], call["outcome"]) == ("GET api.linkedin.com/v2/userinfo", "ok")
    log = sandbox.call("GET", "control/calls").text
    assert client.answer["access_token"] not in log
    later = sandbox.call("GET", f"control/calls?after={call['id']}")
    assert later.json() == []


def test_no_answer_sets_a_cookie(sandbox):
    client = Client(sandbox, "x")
    page = sandbox.call("GET", f"x/{client.flow.authorize}", params=client.query())

    assert "Set-Cookie" not in page.headers
    assert "Set-Cookie" not in sandbox.call("GET", "control").headers


def test_consent_page_says_it_is_a_simulation(sandbox):
    client = Client(sandbox, "facebook")

    query = client.query(login="ana@brand.example")
    page = sandbox.call("GET", f"facebook/{client.flow.authorize}", params=query).text

    assert "Simulation: no real platform is involved" in page
    assert 'name="scope" value="pages_show_list" checked' in page
    assert 'name="page" value="112" checked' in page


def test_login_is_asked_where_several_are_possible(sandbox):
    sandbox.add_login("threads", "ben@brand.example", ["17841400000000009"])
    client = Client(sandbox, "threads")
    address = f"threads/{client.flow.authorize}"

    asked = sandbox.call("GET", address, params=client.query(login_hint="ben@brand.example")).text
    chosen = sandbox.call("GET", address, params=client.query(login="ben@brand.example")).text

    assert re.search(r'value="ben@brand.example"\s+checked', asked)
    assert "Use another login" in chosen


def test_control_page_breaks_and_undoes(sandbox):
    client = Client(sandbox, "x").connect()
    form = {"platform": "x", "fault": "outage", "mode": "503_html"}

    broken = sandbox.call("POST", "control/page/fault?platform=x", data=form)
    page = sandbox.call("GET", broken.headers["Location"].lstrip("/")).text
    number = re.search(r'name="id" value="(\d+)"', page)[1]

    assert client.whoami().status_code == 503
    assert sandbox.call("POST", "control/page/undo", data={"id": number}).status_code == 303
    assert client.whoami().status_code == 200


def test_control_page_says_what_was_broken_and_keeps_the_filters(sandbox):
    Client(sandbox, "x").connect()
    account = next(row for row in sandbox.accounts() if row["account"] == "2244994945")
    form = {"platform": "x", "account": account["account"], "fault": "revoke"}

    broken = sandbox.call("POST", "control/page/fault?platform=x&find=2244", data=form)
    page = sandbox.call("GET", broken.headers["Location"].lstrip("/")).text

    assert re.search(r'role="status"[^>]*>revoke is on for [^<]+ at X\.<', page)
    assert '<option value="x" selected>' in page
    assert 'name="find" value="2244"' in page
    assert account["handle"].lstrip("@") in page[: page.index('id="clock-title"')]


@pytest.mark.parametrize("query", ["fault=revoke&at=x&account=<b>", "fault=<b>&at=x", "fault=slow"])
def test_control_page_repeats_nothing_it_does_not_know(sandbox, query):
    page = sandbox.call("GET", f"control?done=on&{query}").text

    assert 'role="status"' not in page


def test_undo_says_what_is_over(sandbox):
    number = sandbox.fault("x", "slow", seconds=0.01)

    undone = sandbox.call("POST", "control/page/undo", data={"id": number})
    page = sandbox.call("GET", undone.headers["Location"].lstrip("/")).text

    assert "slow is off for all of X." in page


def test_control_page_shows_every_account_on_request(sandbox):
    for number in range(1, 23):
        sandbox.add_login("threads", f"person-{number}@brand.example", [f"90000{number}"])

    first = sandbox.call("GET", "control").text
    every = sandbox.call("GET", "control?all=1").text

    assert first.count('class="card account"') == 20
    assert "show all" in first
    assert every.count('class="card account"') == len(sandbox.accounts())


def test_login_chooser_names_people(sandbox):
    sandbox.add_login("linkedin", "nina@brand.example", ["nina"])
    client = Client(sandbox, "linkedin")
    address = f"linkedin/{client.flow.authorize}"

    page = sandbox.call("GET", address, params=client.query()).text

    assert re.search(r"<label[^>]*>[^<]*nina@brand\.example\s+<span[^>]*>reaches ", page)


def test_rotated_secret_is_shown_once(sandbox):
    page = sandbox.call(
        "POST", "control/page/fault", data={"platform": "generic", "fault": "rotate_secret"}
    )

    secret = re.search(r'class="secret">([^<]+)<', page.text)[1]

    assert Client(sandbox, "generic", secret=secret).connect().whoami().status_code == 200
    sandbox.add_app("generic", overwrite=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_control_refuses_other_sites(sandbox, headers):
    answer = sandbox.call("POST", "control/page/reset", headers=headers)

    assert answer.status_code == 403


def test_table_covers_every_platform(sandbox):
    rows = sandbox.call("GET", "control/table").json()

    assert {row["platform"] for row in rows} >= {"facebook", "x", "generic"}
    assert {row["when"] for row in rows} == {"next check", "next renewal", "at once"}


def test_state_survives_kill(own_sandbox):
    client = Client(own_sandbox, "x").connect()
    client.renew()
    own_sandbox.fault("x", "outage", mode="503_html")
    own_sandbox.process.send_signal(signal.SIGKILL)
    own_sandbox.process.wait(5)

    own_sandbox.start()

    assert client.whoami().status_code == 503
    own_sandbox.call("DELETE", "control/faults")
    assert client.whoami().status_code == 200
    assert client.renew().status_code == 400


def test_stop_does_not_wait_for_hanging_calls(own_sandbox):
    client = Client(own_sandbox, "x").connect()
    own_sandbox.fault("x", "outage", mode="timeout")
    hanging = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import requests; requests.get({own_sandbox.url + '/x/api.x.com/2/users/me'!r})",
        ],
        stderr=subprocess.DEVNULL,
    )
    time.sleep(0.7)
    started = time.monotonic()

    own_sandbox.stop()

    assert time.monotonic() - started < 2
    assert own_sandbox.process.returncode == 0
    hanging.wait(5)
    assert client.answer


def test_taken_port_is_one_sentence(sandbox):
    result = run_module(
        "demo", SANDBOX_PORT=str(sandbox.port), RELINK_DATA=str(sandbox.folder / "b")
    )

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "cannot listen" in result.stderr


def test_production_refuses_the_import(tmp_path):
    result = run_module("production", RELINK_DATA=str(tmp_path))

    assert result.returncode != 0
    assert "ImportError: connections.sandbox simulates the platforms" in result.stderr


def run_module(mode: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RELINK_ENV": mode, **more}
    return subprocess.run(
        [sys.executable, "-m", "connections.sandbox"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
