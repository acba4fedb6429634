"""What platforms tell an app when access ends, received by a real server."""

import base64
import hashlib
import json
import time

import pytest

from tests.sandbox_process import ACCOUNTS, REDIRECT, free_port

from .flows import Client
from .listener import CONSUMER_SECRET
from .pushing import PATHS, PUSHING, open_google, open_signed_request, open_tiktok, open_x, order


@pytest.mark.parametrize("platform", PUSHING)
def test_revoked_access_is_told_at_once(sandbox, listener, platform):
    Client(sandbox, platform).connect()

    sandbox.fault(platform, "revoke", account=ACCOUNTS[platform][0])

    [push] = listener.wait_for(1)
    assert push.path == f"/push/0/{PATHS[platform]}"


def test_revoke_on_the_control_page_is_told_too(sandbox, listener):
    Client(sandbox, "tiktok").connect()
    form = {"platform": "tiktok", "fault": "revoke", "account": "open-1"}

    sandbox.call("POST", "control/page/fault", data=form)

    assert open_tiktok(listener.wait_for(1)[0])["user_openid"] == "open-1"


def test_meta_deauthorize_names_the_person_to_the_app(sandbox, listener):
    client = Client(sandbox, "facebook").connect()
    person = client.whoami().json()["id"]
    sandbox.fault("facebook", "revoke", account="111")

    payload = open_signed_request(listener.wait_for(1)[0])

    assert (payload["algorithm"], payload["user_id"]) == ("HMAC-SHA256", person)
    assert abs(payload["issued_at"] - time.time()) < 10


@pytest.mark.parametrize(("fault", "reason"), [("revoke", 1), ("delete_account", 2)])
def test_tiktok_says_why_authorization_was_removed(sandbox, listener, fault, reason):
    Client(sandbox, "tiktok").connect()
    sandbox.fault("tiktok", fault)

    body = open_tiktok(listener.wait_for(1)[0])

    assert (body["event"], body["client_key"]) == ("authorization.removed", "100")
    assert json.loads(body["content"]) == {"reason": reason}


def test_x_proves_the_webhook_once_before_it_writes(sandbox, listener):
    Client(sandbox, "x").connect()
    sandbox.fault("x", "revoke")
    data = open_x(listener.wait_for(1)[0])["data"]

    order(sandbox, "x")

    assert (data["event_type"], data["payload"]["user_id"]) == ("oauth.revoke", ACCOUNTS["x"][0])
    assert (len(listener.pushes), listener.challenges) == (2, 1)


def test_x_writes_nothing_where_the_challenge_fails(sandbox, listener):
    Client(sandbox, "x").connect()
    listener.consumer_secret = "another"

    answer = order(sandbox, "x").json()

    assert (answer["status"], listener.pushes) == ([0], [])
    assert "challenge" in answer["body"]


def test_google_names_the_refresh_token_by_its_hash(sandbox, listener):
    client = Client(sandbox, "youtube").connect()
    sandbox.fault("youtube", "revoke", account="UC1")

    [push] = listener.wait_for(1)
    claims = open_google(sandbox, push)

    [(name, event)] = claims["events"].items()
    twice = hashlib.sha512(hashlib.sha512(client.answer["refresh_token"].encode()).digest())
    assert name.endswith("/oauth/event-type/token-revoked")
    assert event["subject"]["token"] == base64.b64encode(twice.digest()).decode()
    assert push.headers["Content-Type"] == "application/secevent+jwt"


@pytest.mark.parametrize("fault", ["change_password", "expire", "reject_token"])
def test_other_faults_tell_nothing(sandbox, listener, fault):
    Client(sandbox, "tiktok").connect()
    sandbox.fault("tiktok", fault)

    order(sandbox, "tiktok")

    assert len(sandbox.call("GET", "control/pushes").json()) >= 1
    assert len(listener.pushes) == 1


def test_app_without_an_address_is_told_nothing(sandbox):
    before = len(sandbox.call("GET", "control/pushes").json())
    Client(sandbox, "tiktok").connect()

    sandbox.fault("tiktok", "revoke")

    assert len(sandbox.call("GET", "control/pushes").json()) == before


def test_refused_push_is_sent_again_twice(sandbox, listener):
    listener.statuses = [500, 503, 500]
    Client(sandbox, "tiktok").connect()
    sandbox.fault("tiktok", "revoke")

    pushes = listener.wait_for(3)

    assert len({push.body for push in pushes}) == 1
    assert sandbox.call("GET", "control/pushes").json()[-1]["statuses"] == [500, 503, 500]


@pytest.mark.parametrize(
    "address",
    [
        "http://relink.example/push/0/",
        "https://127.0.0.1/push/0/",
        "http://127.0.0.1@relink.example/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://[::1",
        17,
    ],
)
def test_address_of_another_machine_is_refused(sandbox, address):
    wanted = {"platform": "x", "client_id": "100", "push_url": address}

    assert sandbox.control("apps", wanted).status_code == 422


def test_address_can_be_changed_alone(sandbox):
    address = f"http://127.0.0.1:{free_port()}/push/1"
    wanted = {"platform": "generic", "client_id": "100", "push_url": address}

    app = sandbox.control("apps", wanted).json()

    assert (app["push_url"], app["redirect_uris"]) == (f"{address}/", [REDIRECT])
    assert sandbox.control("apps", {**wanted, "push_url": ""}).json()["push_url"] is None
    assert Client(sandbox, "generic").connect().whoami().status_code == 200


def test_only_x_has_a_consumer_secret_and_it_is_not_shown(sandbox, listener):
    wanted = {"platform": "tiktok", "client_id": "100", "consumer_secret": "planted"}

    assert sandbox.control("apps", wanted).status_code == 422
    assert CONSUMER_SECRET not in sandbox.call("GET", "control/apps").text


def test_google_key_survives_a_restart(own_sandbox):
    address = "youtube/www.googleapis.com/oauth2/v3/certs"
    before = own_sandbox.call("GET", address).json()
    own_sandbox.stop()

    own_sandbox.start()

    assert own_sandbox.call("GET", address).json() == before
    assert set(before["keys"][0]) == {"kty", "alg", "use", "kid", "n", "e"}
