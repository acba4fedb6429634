"""Consent, exchange, whoami and renewal at every platform."""

import pytest

from tests.sandbox_process import ACCOUNTS, REDIRECT, answered

from .flows import FLOWS, YOUTUBE, Client

DAY = 86400
EVERY = list(FLOWS)


@pytest.mark.parametrize("platform", EVERY)
def test_connection_works_after_consent(sandbox, platform):
    client = Client(sandbox, platform).connect()

    assert client.whoami().status_code == 200
    listed = [row for row in sandbox.accounts() if row["platform"] == platform and row["app"]]
    assert ACCOUNTS[platform][0] in {row["account"] for row in listed}


@pytest.mark.parametrize("platform", EVERY)
def test_renewed_token_works(sandbox, platform):
    client = Client(sandbox, platform).connect()
    sandbox.advance(DAY + 60)

    renewed = client.renew().json()["access_token"]

    assert client.whoami(renewed).status_code == 200


@pytest.mark.parametrize("platform", EVERY)
def test_code_is_single_use(sandbox, platform):
    client = Client(sandbox, platform)
    code = client.code()
    client.exchange(code)

    assert "access_token" not in client.exchange(code).json()


@pytest.mark.parametrize("platform", EVERY)
def test_code_needs_the_same_redirect_address(sandbox, platform):
    client = Client(sandbox, platform)
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT + "/",
        "code": client.code(),
    }

    assert "access_token" not in client.token_call(**form).json()


@pytest.mark.parametrize("platform", EVERY)
def test_cancel_returns_a_denial(sandbox, platform):
    client = Client(sandbox, platform)

    response = sandbox.decide(f"{platform}/{client.flow.authorize}", client.query(), "cancel")

    assert answered(response)["state"] == "st"
    assert answered(response)["error"] in ("access_denied", "user_cancelled_authorize")


@pytest.mark.parametrize("platform", EVERY)
def test_foreign_redirect_address_is_shown_not_followed(sandbox, platform):
    client = Client(sandbox, platform)
    query = client.query(redirect_uri="https://elsewhere.example/")

    response = sandbox.call("GET", f"{platform}/{client.flow.authorize}", params=query)

    assert response.status_code == 400
    assert "has not registered" in response.text


@pytest.mark.parametrize("platform", EVERY)
def test_rotated_secret_ends_the_old_one(sandbox, platform):
    old = Client(sandbox, platform)
    answer = sandbox.control("faults", {"platform": platform, "fault": "rotate_secret"}).json()

    new = Client(sandbox, platform, secret=answer["secret"])

    assert "access_token" not in old.exchange(old.code()).json()
    assert new.connect().whoami().status_code == 200
    sandbox.add_app(platform, overwrite=True)


def test_facebook_page_token_never_expires(sandbox):
    client = Client(sandbox, "facebook").connect()
    page = client.pages()[0]

    data = client.debug(page["access_token"]).json()["data"]

    assert (data["type"], data["profile_id"], data["expires_at"]) == ("PAGE", "111", 0)
    assert data["data_access_expires_at"] > 0
    assert data["granular_scopes"][0]["target_ids"] == ["111", "112"]


def test_facebook_lists_only_ticked_pages(sandbox):
    client = Client(sandbox, "facebook").connect(page=["112"])

    assert [page["id"] for page in client.pages()] == ["112"]


def test_facebook_pages_are_paged_by_cursor(sandbox):
    client = Client(sandbox, "facebook").connect()
    first = client.get("graph.facebook.com/me/accounts", limit="1").json()

    after = first["paging"]["cursors"]["after"]
    second = client.get("graph.facebook.com/me/accounts", limit="1", after=after).json()

    assert [page["id"] for page in first["data"] + second["data"]] == ["111", "112"]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]


def test_facebook_permissions_name_declined_ones(sandbox):
    client = Client(sandbox, "facebook").connect(scope=["pages_show_list"])

    rows = client.get("graph.facebook.com/v22.0/me/permissions").json()["data"]

    assert {row["permission"]: row["status"] for row in rows} == {
        "pages_show_list": "granted",
        "pages_manage_posts": "declined",
    }


def test_facebook_removal_of_the_app_kills_every_token(sandbox):
    client = Client(sandbox, "facebook").connect()
    page = client.pages()[0]["access_token"]

    bearer = {"Authorization": f"Bearer {client.answer['access_token']}"}
    sandbox.call("DELETE", "facebook/graph.facebook.com/v22.0/me/permissions", headers=bearer)

    assert client.whoami(page).json()["error"]["error_subcode"] == 458


def test_instagram_answers_nested_when_told(sandbox):
    sandbox.add_app("instagram", settings={"nested": True})
    client = Client(sandbox, "instagram")

    row = client.exchange(client.code()).json()["data"][0]

    assert row["user_id"] == ACCOUNTS["instagram"][0]
    sandbox.add_app("instagram")


def test_instagram_redirect_ends_in_its_suffix(sandbox):
    client = Client(sandbox, "instagram")

    response = sandbox.decide("instagram/www.instagram.com/oauth/authorize", client.query())

    assert response.headers["Location"].endswith("#_")


@pytest.mark.parametrize("platform", ["instagram", "threads"])
def test_young_token_cannot_be_refreshed(sandbox, platform):
    error = Client(sandbox, platform).connect().renew().json()["error"]

    assert (error["code"], "24 hours" in error["message"]) == (100, True)


def test_threads_refresh_is_get_only(sandbox):
    address = "threads/graph.threads.net/refresh_access_token"

    assert sandbox.call("POST", address).status_code == 405


def test_x_requires_pkce(sandbox):
    client = Client(sandbox, "x")
    query = client.query()
    del query["code_challenge"]

    assert sandbox.call("GET", "x/x.com/i/oauth2/authorize", params=query).status_code == 400
    wrong = client.token_call(
        grant_type="authorization_code",
        code=client.code(),
        redirect_uri=REDIRECT,
        code_verifier="wrong",
    )
    assert wrong.status_code == 400


def test_x_refuses_a_secret_in_the_body(sandbox):
    client = Client(sandbox, "x")
    form = {"client_id": "100", "client_secret": "s3cret", "grant_type": "authorization_code"}

    answer = sandbox.call(
        "POST", "x/api.x.com/2/oauth2/token", data={**form, "code": client.code()}
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


def test_x_new_consent_kills_the_old_pair(sandbox):
    old = Client(sandbox, "x").connect()

    Client(sandbox, "x").connect()

    assert old.whoami().status_code == 401
    assert old.renew().status_code == 400


def test_linkedin_other_scopes_kill_older_tokens(sandbox):
    old = Client(sandbox, "linkedin").connect()
    new = Client(sandbox, "linkedin")
    new.flow = type(new.flow)(**{**vars(new.flow), "scopes": ("openid", "profile")})

    new.connect()

    assert old.introspect().json()["status"] == "revoked"
    assert new.introspect().json()["scope"] == "openid,profile"


def test_linkedin_refresh_life_is_never_extended(sandbox):
    client = Client(sandbox, "linkedin").connect()
    sandbox.advance(300 * DAY)

    left = client.renew().json()["refresh_token_expires_in"]

    assert 64 * DAY < left <= 65 * DAY


def test_google_gives_a_refresh_token_only_when_asked(sandbox):
    Client(sandbox, "youtube").connect()
    client = Client(sandbox, "youtube")
    query = {**client.query(), "prompt": "none"}

    response = sandbox.decide(
        f"youtube/{client.flow.authorize}", query, scope=[YOUTUBE], page="UC1"
    )

    assert "refresh_token" not in client.exchange(answered(response)["code"]).json()


def test_youtube_token_is_bound_to_its_channel(sandbox):
    client = Client(sandbox, "youtube").connect(page="UC2")

    assert client.whoami().json()["items"][0]["id"] == "UC2"


def test_tiktok_status_of_token_errors_can_be_400(sandbox):
    client = Client(sandbox, "tiktok")
    usual = client.exchange("nonsense")
    sandbox.add_app("tiktok", settings={"tiktok_error_status": 400})

    other = client.exchange("nonsense")

    assert (usual.status_code, other.status_code) == (200, 400)
    sandbox.add_app("tiktok")


def test_code_of_x_lives_thirty_seconds(sandbox):
    client = Client(sandbox, "x")
    code = client.code()
    sandbox.advance(31)

    assert client.exchange(code).json()["error"] == "invalid_request"
