"""The pages of the sandbox, for a person with a browser."""

import re

import pytest

from .flows import Client


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


def test_control_page_offers_a_fault_where_it_exists_only(sandbox):
    page = sandbox.call("GET", "control").text
    form = page[page.index('id="false_revoked-platform"') :]
    options = form[: form.index("</select>")]

    assert 'value="linkedin"' in options
    assert 'value="facebook"' not in options
    assert "The platform&#39;s clock is ahead" in page
