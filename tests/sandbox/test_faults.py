"""What each fault looks like to a client, and how it ends."""

import time

import pytest
import requests

from tests.sandbox_process import ACCOUNTS

from .flows import FLOWS, Client

EVERY = list(FLOWS)
CALLS = {"facebook", "instagram", "threads"}

# (platform, fault): status and code of whoami, then of the renewal; None where it works.
REFUSALS = {
    ("facebook", "revoke"): ((400, 458), (400, 458)),
    ("facebook", "change_password"): ((400, 460), (400, 460)),
    ("facebook", "expire"): ((400, 463), (400, 463)),
    ("facebook", "checkpoint"): ((400, 459), (400, 459)),
    ("instagram", "revoke"): ((400, 458), (400, 458)),
    ("instagram", "change_password"): ((401, 460), (400, None)),
    ("instagram", "expire"): ((400, None), (400, None)),
    ("instagram", "checkpoint"): ((400, 459), (400, 459)),
    ("threads", "revoke"): ((400, 458), (400, 458)),
    ("threads", "change_password"): ((400, 460), (400, 460)),
    ("threads", "expire"): ((400, 463), (400, 463)),
    ("threads", "checkpoint"): ((400, 459), (400, 459)),
    ("x", "revoke"): ((401, "Unauthorized"), (400, "invalid_request")),
    ("x", "change_password"): ((401, "Unauthorized"), (400, "invalid_request")),
    ("x", "expire"): ((401, "Unauthorized"), (400, "invalid_request")),
    ("x", "checkpoint"): ((403, "Forbidden"), (400, "invalid_request")),
    ("tiktok", "revoke"): ((401, "access_token_invalid"), (200, "invalid_grant")),
    ("tiktok", "change_password"): ((401, "access_token_invalid"), (200, "invalid_grant")),
    ("tiktok", "expire"): ((401, "access_token_invalid"), (200, "invalid_grant")),
    ("tiktok", "checkpoint"): ((401, "access_token_invalid"), (200, "invalid_grant")),
    ("linkedin", "revoke"): ((401, 65601), (400, "invalid_request")),
    ("linkedin", "change_password"): ((401, 65601), (400, "invalid_request")),
    ("linkedin", "expire"): ((401, 65602), (400, "invalid_request")),
    ("linkedin", "checkpoint"): ((401, 65601), (400, "invalid_request")),
    ("youtube", "revoke"): ((401, "authError"), (400, "invalid_grant")),
    ("youtube", "change_password"): ((200, None), (200, None)),
    ("youtube", "expire"): ((401, "authError"), (400, "invalid_grant")),
    ("youtube", "checkpoint"): (
        (403, "authenticatedUserAccountSuspended"),
        (400, "invalid_grant"),
    ),
    ("generic", "revoke"): ((401, "invalid_token"), (400, "invalid_grant")),
    ("generic", "change_password"): ((401, "invalid_token"), (400, "invalid_grant")),
    ("generic", "expire"): ((401, "invalid_token"), (400, "invalid_grant")),
    ("generic", "checkpoint"): ((401, "invalid_token"), (400, "invalid_grant")),
}


def code_of(platform: str, response: requests.Response) -> object:
    """Return the code a platform's error is known by."""
    body = response.json()
    error = body.get("error")
    if platform in CALLS and error:
        return error.get("error_subcode")
    if platform == "youtube" and isinstance(error, dict):
        return error["errors"][0]["reason"]
    if isinstance(error, dict):
        return error["code"]
    return error or body.get("serviceErrorCode") or body.get("title")


@pytest.mark.parametrize(("platform", "fault"), REFUSALS)
def test_event_answers_as_documented(sandbox, platform, fault):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, fault, account=ACCOUNTS[platform][0])

    checked, renewed = client.whoami(), client.renew()

    seen = [(one.status_code, code_of(platform, one)) for one in (checked, renewed)]
    assert tuple(seen) == REFUSALS[platform, fault]


@pytest.mark.parametrize("platform", EVERY)
def test_event_ends_with_a_new_consent(sandbox, platform):
    old = Client(sandbox, platform).connect()
    sandbox.fault(platform, "revoke", account=ACCOUNTS[platform][0])

    new = Client(sandbox, platform).connect()

    assert new.whoami().status_code == 200
    assert old.whoami().status_code != 200
    assert not [row for row in sandbox.accounts() if row["faults"]]


@pytest.mark.parametrize("platform", ["facebook", "threads"])
def test_debug_token_describes_a_dead_token_with_200(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "change_password")

    answer = client.debug()

    assert answer.status_code == 200
    assert answer.json()["data"]["is_valid"] is False
    assert answer.json()["data"]["error"]["subcode"] == 460


@pytest.mark.parametrize(("app_token", "code"), [("100|wrong", 1), ("999|s3cret", 101)])
def test_debug_token_refuses_a_wrong_app_token(sandbox, app_token, code):
    client = Client(sandbox, "facebook").connect()

    assert client.debug(app_token=app_token).json()["error"]["code"] == code


def test_facebook_lost_role_hits_its_page_only(sandbox):
    client = Client(sandbox, "facebook").connect()
    first, second = (page["access_token"] for page in client.pages())
    sandbox.fault("facebook", "lose_role", account="111")

    assert client.whoami(first).json()["error"]["error_subcode"] == 492
    assert client.debug(first).json()["data"]["is_valid"] is False
    assert client.whoami(second).status_code == 200
    assert [page["id"] for page in client.pages()] == ["112"]


def test_youtube_lost_role_leaves_no_channel(sandbox):
    client = Client(sandbox, "youtube").connect()
    sandbox.fault("youtube", "lose_role", account="UC1")

    assert "items" not in client.whoami().json()


@pytest.mark.parametrize("platform", EVERY)
def test_dropped_scope_is_reported(sandbox, platform):
    client = Client(sandbox, platform).connect()
    scope = client.flow.scopes[-2 if platform == "x" else -1]
    sandbox.fault(platform, "drop_scope", account=ACCOUNTS[platform][0], scope=scope)
    sandbox.advance(90000)

    answer = {
        "facebook": client.debug,
        "threads": client.debug,
        "generic": client.introspect,
    }.get(platform, client.renew)()

    assert answer.status_code == 200
    assert scope not in answer.text.replace('"', " ").replace(",", " ").split()


@pytest.mark.parametrize("platform", ["x", "tiktok"])
def test_refresh_token_is_single_use(sandbox, platform):
    client = Client(sandbox, platform).connect()
    assert client.renew().json()["refresh_token"] != client.answer["refresh_token"]

    client.renew()

    assert sandbox.last_call()["spent_refresh"] is True
    assert sandbox.last_call()["status"] == {"x": 400, "tiktok": 200}[platform]


def test_lost_answer_spends_the_refresh_token(sandbox):
    client = Client(sandbox, "x").connect()
    sandbox.fault("x", "lose_answer", count=1)

    with pytest.raises(requests.ConnectionError):
        client.renew()

    assert client.renew().json()["error_description"] == "Value passed for the token was invalid."
    assert sandbox.last_call()["spent_refresh"] is True


@pytest.mark.parametrize("platform", EVERY)
def test_rate_limit_answers_as_documented(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "rate_limit", retry_after=90)

    answer = client.whoami()

    meta = platform in CALLS
    assert answer.status_code == (400 if meta else 403 if platform == "youtube" else 429)
    headers = {"x": "x-rate-limit-reset", "facebook": "X-App-Usage"}
    assert (
        headers.get(platform, "X-Business-Use-Case-Usage" if meta else "Retry-After")
        in answer.headers
    )


@pytest.mark.parametrize("platform", EVERY)
def test_disabled_app_gets_no_access(sandbox, platform):
    client = Client(sandbox, platform).connect()
    number = sandbox.fault(platform, "disable_app")

    assert client.whoami().status_code in (401, 403)
    assert "access_token" not in client.renew().json()
    sandbox.call("DELETE", f"control/faults?id={number}")
    assert client.whoami().status_code == 200


def test_outage_refuses_the_connection(sandbox):
    client = Client(sandbox, "x").connect()
    sandbox.fault("x", "outage", mode="refuse")

    with pytest.raises(requests.ConnectionError):
        client.whoami()


@pytest.mark.parametrize(("mode", "status"), [("503_html", 503), ("half_json", 200)])
def test_outage_answers_what_cannot_be_read(sandbox, mode, status):
    client = Client(sandbox, "linkedin").connect()
    sandbox.fault("linkedin", "outage", mode=mode)

    answer = client.whoami()

    assert answer.status_code == status
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_outage_of_one_account_spares_the_others(sandbox):
    client = Client(sandbox, "youtube").connect()
    sandbox.fault("youtube", "outage", mode="503_html", account="UC2")

    assert client.whoami().status_code == 200


def test_slow_platform_answers_late(sandbox):
    client = Client(sandbox, "generic").connect()
    sandbox.fault("generic", "slow", seconds=0.4)
    started = time.monotonic()

    assert client.whoami().status_code == 200
    assert time.monotonic() - started >= 0.4


def test_deleting_conditions_keeps_events(sandbox):
    client = Client(sandbox, "x").connect()
    sandbox.fault("x", "revoke")
    sandbox.fault("x", "outage", mode="refuse")

    sandbox.call("DELETE", "control/faults")

    assert client.whoami().status_code == 401
