"""Faults that stand for one cause each: what a client sees, and what ends them."""

import pytest

from tests.sandbox_process import ACCOUNTS

from .flows import FLOWS, Client
from .test_faults import code_of

DAY = 86400
EVERY = list(FLOWS)
RENEWING = ["x", "tiktok", "linkedin", "youtube", "generic"]

# What whoami and the platform's own check answer when access is refused without a reason.
REJECTED = {
    "facebook": (400, None),
    "instagram": (400, None),
    "threads": (400, None),
    "x": (401, "Unauthorized"),
    "tiktok": (401, "access_token_invalid"),
    "linkedin": (401, 65600),
    "youtube": (401, "authError"),
    "generic": (401, "invalid_token"),
}
MALFORMED = {
    "facebook": (400, 2500),
    "instagram": (400, 2500),
    "threads": (400, 2500),
    "x": (400, "Invalid Request"),
    "tiktok": (400, "invalid_params"),
    "linkedin": (426, "NONEXISTENT_VERSION"),
    "youtube": (400, "badRequest"),
    "generic": (400, "invalid_request"),
}


def account_id(client: Client) -> str:
    """Return the account a platform says the token is for."""
    body = client.whoami().json()
    for path in (("user_id",), ("data", "id"), ("data", "user", "open_id"), ("sub",), ("id",)):
        value = body
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value:
            return str(value)
    return body["items"][0]["id"]


def renewed(client: Client) -> Client:
    """Renew where the platform can, and return the client with what that gave."""
    if client.platform in RENEWING:
        client.answer = {**client.answer, **client.renew().json()}
    return client


@pytest.mark.parametrize("platform", EVERY)
def test_rejected_token_is_refused_without_a_reason(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "reject_token", account=ACCOUNTS[platform][0])

    answer = renewed(client).whoami()

    assert (answer.status_code, code_of(platform, answer)) == REJECTED[platform]


def test_rejected_token_gets_no_reason_from_debug_token(sandbox):
    client = Client(sandbox, "facebook").connect()
    sandbox.fault("facebook", "reject_token")

    data = client.debug().json()["data"]

    assert data["is_valid"] is False
    assert data["error"] == {"code": 190, "message": "Invalid OAuth access token."}


def test_rejected_token_is_inactive_without_a_status_at_linkedin(sandbox):
    client = Client(sandbox, "linkedin").connect()
    sandbox.fault("linkedin", "reject_token")

    assert client.introspect().json() == {"active": False}


@pytest.mark.parametrize("platform", RENEWING)
def test_killed_refresh_token_leaves_the_access_token_alive(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "kill_refresh", account=ACCOUNTS[platform][0])

    assert client.whoami().status_code == 200
    assert "access_token" not in client.renew().json()


@pytest.mark.parametrize("platform", RENEWING)
def test_killed_refresh_token_stays_dead_after_a_new_consent(sandbox, platform):
    old = Client(sandbox, platform).connect()
    sandbox.fault(platform, "kill_refresh")

    new = Client(sandbox, platform).connect()

    assert "access_token" in new.renew().json()
    assert "access_token" not in old.renew().json()


def test_refresh_token_never_given_cannot_be_killed(sandbox):
    sandbox.add_app("linkedin", settings={"linkedin_refresh": False})
    sandbox.add_login("linkedin", "ben@brand.example", ["ben-1"])
    Client(sandbox, "linkedin").connect(login="ben@brand.example")
    fault = {"platform": "linkedin", "fault": "kill_refresh", "account": "ben-1"}

    answer = sandbox.control("faults", fault)

    sandbox.add_app("linkedin")
    assert (answer.status_code, "no refresh token" in answer.json()["error"]) == (422, True)


def test_deleted_page_is_gone_and_the_others_stay(sandbox):
    client = Client(sandbox, "facebook").connect()
    first, second = (page["access_token"] for page in client.pages())
    sandbox.fault("facebook", "delete_account", account="111")

    error = client.whoami(first).json()["error"]

    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert client.debug(first).json()["data"]["error"]["subcode"] == 33
    assert client.whoami(second).status_code == 200
    assert [page["id"] for page in client.pages()] == ["112"]


def test_deleted_instagram_account_is_gone(sandbox):
    client = Client(sandbox, "instagram").connect()
    sandbox.fault("instagram", "delete_account")

    error = client.whoami().json()["error"]

    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert ACCOUNTS["instagram"][0] in error["message"]


def test_deleted_channel_is_not_listed(sandbox):
    client = Client(sandbox, "youtube").connect()
    sandbox.fault("youtube", "delete_account", account="UC1")

    assert "items" not in client.whoami().json()
    assert "access_token" in client.renew().json()


def test_ended_data_access_shows_in_debug_token_until_a_new_consent(sandbox):
    old = Client(sandbox, "facebook").connect()
    sandbox.fault("facebook", "expire_data_access", account="111")

    ended = old.debug().json()["data"]
    new = Client(sandbox, "facebook").connect().debug().json()["data"]

    assert ended["is_valid"] is True
    assert 0 < ended["data_access_expires_at"] < ended["issued_at"] + 60
    assert new["data_access_expires_at"] > ended["data_access_expires_at"] + 89 * DAY


@pytest.mark.parametrize("platform", EVERY)
def test_swapped_account_answers_with_another_id_until_deleted(sandbox, platform):
    client = Client(sandbox, platform).connect()
    own = account_id(client)
    number = sandbox.fault(platform, "swap_account")

    other = account_id(client)

    assert other not in ("", own)
    sandbox.call("DELETE", f"control/faults?id={number}")
    assert account_id(client) == own


@pytest.mark.parametrize(
    ("platform", "field"), [("facebook", "profile_id"), ("threads", "user_id")]
)
def test_swapped_account_shows_in_debug_token(sandbox, platform, field):
    client = Client(sandbox, platform).connect()
    token = client.pages()[0]["access_token"] if platform == "facebook" else ""
    sandbox.fault(platform, "swap_account")

    assert client.debug(token).json()["data"][field] not in ACCOUNTS[platform]


def test_swapped_account_shows_in_introspection(sandbox):
    client = Client(sandbox, "generic").connect()
    sandbox.fault("generic", "swap_account")

    assert client.introspect().json()["sub"] != "g-1"


@pytest.mark.parametrize("platform", EVERY)
def test_malformed_request_is_refused_and_renewing_is_not(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "reject_request")

    answer = client.whoami()

    body = answer.json()
    code = body.get("code") or code_of(platform, answer)
    meta = body["error"]["code"] if platform in ("facebook", "instagram", "threads") else None
    assert (answer.status_code, meta or code) == MALFORMED[platform]
    assert platform not in RENEWING or "access_token" in client.renew().json()


@pytest.mark.parametrize("platform", ["facebook", "threads"])
def test_malformed_debug_token_blames_the_parameter(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.fault(platform, "reject_request")

    assert client.debug().json()["error"]["code"] == 100


@pytest.mark.parametrize("mode", ["html", "empty", "wrong_shape"])
def test_garbled_answer_is_200_and_makes_no_sense(sandbox, mode):
    client = Client(sandbox, "x").connect()
    number = sandbox.fault("x", "garble", mode=mode)

    answer = client.whoami()

    seen = {"html": b"<!DOCTYPE html>", "empty": b"", "wrong_shape": b'{"data": [true]'}[mode]
    assert answer.status_code == 200
    assert answer.content.startswith(seen)
    sandbox.call("DELETE", f"control/faults?id={number}")
    assert client.whoami().json()["data"]["id"] == ACCOUNTS["x"][0]


def test_garbled_renewal_spends_no_refresh_token(sandbox):
    client = Client(sandbox, "x").connect()
    sandbox.fault("x", "garble", mode="html")
    client.renew()

    sandbox.call("DELETE", "control/faults")

    assert "access_token" in client.renew().json()
