"""Pushes sent on purpose, also such as no honest platform would send."""

import time

import jwt
import pytest

from tests.sandbox_process import ACCOUNTS

from .flows import Client
from .pushing import PATHS, PUSHING, open_google, open_signed_request, open_tiktok, open_x, order


@pytest.mark.parametrize("platform", PUSHING)
def test_ordered_push_answers_what_the_app_said(sandbox, listener, platform):
    Client(sandbox, platform).connect()

    answer = order(sandbox, platform, account=ACCOUNTS[platform][0])

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": [200], "body": '{"heard": true}'},
    )
    assert listener.pushes[0].path == f"/push/0/{PATHS[platform]}"


def test_replayed_push_is_the_same_bytes_again(sandbox, listener):
    Client(sandbox, "youtube").connect()
    listener.statuses = [202, 400]

    answer = order(sandbox, "youtube", tamper="replay").json()

    assert answer["status"] == [202, 400]
    assert listener.pushes[0].body == listener.pushes[1].body


@pytest.mark.parametrize("platform", ["facebook", "tiktok", "x"])
def test_tampered_signature_does_not_verify(sandbox, listener, platform):
    Client(sandbox, platform).connect()
    order(sandbox, platform, tamper="signature")
    reader = {"facebook": open_signed_request, "tiktok": open_tiktok, "x": open_x}[platform]

    with pytest.raises(AssertionError):
        reader(listener.pushes[0])


def test_tampered_jwt_does_not_verify(sandbox, listener):
    Client(sandbox, "youtube").connect()
    order(sandbox, "youtube", tamper="signature")

    with pytest.raises(jwt.InvalidSignatureError):
        open_google(sandbox, listener.pushes[0])


def test_stale_push_is_old_and_well_signed(sandbox, listener):
    Client(sandbox, "facebook").connect()
    Client(sandbox, "tiktok").connect()
    order(sandbox, "facebook", tamper="stale")
    order(sandbox, "tiktok", tamper="stale")

    old = time.time() - 86400
    assert open_signed_request(listener.pushes[0])["issued_at"] < old
    assert open_tiktok(listener.pushes[1])["create_time"] < old


def test_push_about_nobody_is_well_signed(sandbox, listener):
    Client(sandbox, "x").connect()
    Client(sandbox, "youtube").connect()
    order(sandbox, "x", tamper="unknown_account")
    order(sandbox, "youtube", "token_revoked", tamper="unknown_account")

    assert open_x(listener.pushes[0])["data"]["payload"]["user_id"] != ACCOUNTS["x"][0]
    assert open_google(sandbox, listener.pushes[1])


def test_push_for_another_app_names_it(sandbox, listener):
    Client(sandbox, "tiktok").connect()
    Client(sandbox, "youtube").connect()
    order(sandbox, "tiktok", tamper="other_app")
    order(sandbox, "youtube", tamper="other_app")

    assert open_tiktok(listener.pushes[0])["client_key"] != "100"
    with pytest.raises(jwt.InvalidAudienceError):
        open_google(sandbox, listener.pushes[1])


def test_google_events_name_the_person(sandbox, listener):
    client = Client(sandbox, "youtube").connect()
    form = {"access_token": client.answer["access_token"]}
    info = sandbox.call("POST", "youtube/oauth2.googleapis.com/tokeninfo", data=form).json()
    for event in ("tokens_revoked", "sessions_revoked", "account_disabled"):
        order(sandbox, "youtube", event)

    for push in listener.pushes:
        [event] = open_google(sandbox, push)["events"].values()
        assert event["subject"]["sub"] == info["sub"]


def test_google_names_a_token_by_prefix_when_told(sandbox, listener):
    client = Client(sandbox, "youtube").connect()
    order(sandbox, "youtube", "token_revoked", identifier="prefix")

    [event] = open_google(sandbox, listener.pushes[0])["events"].values()

    assert event["subject"]["token_identifier_alg"] == "prefix"
    assert event["subject"]["token"] == client.answer["refresh_token"][:16]


def test_google_verification_carries_its_state(sandbox, listener):
    order(sandbox, "youtube", "verification", state="hello")

    [event] = open_google(sandbox, listener.pushes[0])["events"].values()

    assert event == {"state": "hello"}


def test_x_can_write_the_older_envelope(sandbox, listener):
    Client(sandbox, "x").connect()
    order(sandbox, "x", legacy=True)

    revoke = open_x(listener.pushes[0])["user_event"]["revoke"]

    assert revoke["source"]["user_id"] == ACCOUNTS["x"][0]


def test_meta_asks_for_deletion_and_names_pages(sandbox, listener):
    Client(sandbox, "facebook").connect()
    order(sandbox, "facebook", "data_deletion")
    order(sandbox, "facebook", "deauthorize", profile=True, account="112")

    assert listener.pushes[0].path.endswith("/data-deletion")
    assert open_signed_request(listener.pushes[1])["profile_id"] == "112"


@pytest.mark.parametrize(
    "wanted",
    [
        {"platform": "linkedin", "event": "deauthorize"},
        {"platform": "x", "event": "deauthorize"},
        {"platform": "x", "event": "oauth_revoke", "tamper": "loudly"},
        {"platform": "x", "event": "oauth_revoke", "times": 0},
        {"platform": "x", "event": "oauth_revoke", "account": "unknown"},
        {"platform": "x", "event": "oauth_revoke", "app": "unknown"},
        {"platform": "tiktok", "event": "authorization_removed", "reason": 9},
        {"platform": "youtube", "event": "token_revoked", "identifier": "guess"},
        {"platform": "myspace", "event": "deauthorize"},
    ],
    ids=str,
)
def test_impossible_push_is_refused(sandbox, listener, wanted):
    Client(sandbox, "x").connect()

    answer = sandbox.control("pushes", wanted)

    assert (answer.status_code, listener.pushes) == (422, [])
    assert answer.json()["error"].endswith(".")
