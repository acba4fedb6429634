"""The control API, and the process itself."""

import os
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
    {"platform": "x", "fault": ["revoke"]},
    {"platform": "x", "fault": "garble"},
    {"platform": "x", "fault": "garble", "mode": "loud"},
    {"platform": "x", "fault": "skew_clock"},
    {"platform": "x", "fault": "skew_clock", "seconds": -60},
    {"platform": "x", "fault": "skew_clock", "seconds": True},
    {"platform": "x", "fault": "delete_account"},
    {"platform": "x", "fault": "expire_data_access"},
    {"platform": "x", "fault": "false_revoked", "seconds": 60},
    {"platform": "facebook", "fault": "kill_refresh"},
    {"platform": "threads", "fault": "kill_refresh"},
    {"platform": "threads", "fault": "delete_account"},
    {"platform": "instagram", "fault": "expire_data_access"},
    {"platform": "youtube", "fault": "block_publishing"},
    {"platform": "generic", "fault": "block_publishing"},
    {"platform": "linkedin", "fault": "false_revoked"},
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
