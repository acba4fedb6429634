"""Google's security events through the real door, its keys fetched over HTTP."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from connections.models import Connection, Environment, Grant, PlatformApp, Push, PushOutcome
from connections.platforms.wire import Secret
from connections.vault import put_secret
from health.models import Event
from tests.connections.signing import SECEVENT, google_claims, google_jwk, google_message

pytestmark = pytest.mark.django_db
TOKEN = "1//0gTESTrefreshTOKEN"
CONFIGURATION = {
    "issuer": "https://accounts.google.com/",
    "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
}


class Keys(ThreadingHTTPServer):
    """Google's two addresses, under a base as the sandbox has them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.status, self.keys = 200, [google_jwk()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Keys

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        is_keys = self.path == "/youtube/www.googleapis.com/oauth2/v3/certs"
        body = {"keys": self.server.keys} if is_keys else CONFIGURATION
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing: the test's output is for tests."""


@pytest.fixture
def keys(settings):
    server = Keys()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.SANDBOX_URL = server.url
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def channel(keys, client_row) -> Connection:
    now = timezone.now()
    app = PlatformApp(platform="youtube", name="YouTube", client_id="ours.apps.google")
    app.environment = Environment.SANDBOX
    app.save()
    grant = Grant(app=app, subject_id="UC1", login_id="108", issued_at=now, consented_at=now)
    put_secret(grant, "access_token", Secret("stored-access"))
    grant.put_refresh(Secret(TOKEN))
    grant.save()
    return Connection.objects.create(
        client=client_row, app=app, grant=grant, external_id="UC1", name="Channel",
        status_since=now, next_check_at=now.replace(year=now.year + 1),
    )  # fmt: skip


def tell(client, connection: Connection, header: dict[str, str] | None = None, **claims):
    message = google_claims(connection.app.client_id, timezone.now(), **claims)
    body = google_message(message, **(header or {}))
    return client.post(
        f"/push/{connection.app_id}/risc", body, content_type="application/secevent+jwt"
    )


def token_event(algorithm: str, token: str) -> dict[str, object]:
    subject = {
        "subject_type": "oauth_token",
        "token_type": "refresh_token",
        "token_identifier_alg": algorithm,
        "token": token,
    }
    return {f"{SECEVENT}/oauth/event-type/token-revoked": {"subject": subject}}


def test_event_about_a_person_reaches_their_channel(client, channel):
    answer = tell(client, channel)

    assert (answer.status_code, answer.content) == (202, b"")
    channel.refresh_from_db()
    assert channel.next_check_at <= timezone.now()
    assert channel.grant.told_gone_as == "all access was removed for the account"
    assert Event.objects.get().text.startswith("YouTube told us that all access")


@pytest.mark.parametrize(
    ("algorithm", "token"),
    [
        ("prefix", TOKEN[:16]),
        (
            "hash_base64_sha512_sha512",
            "iaD0gHpAp5UOoxWAqZ5RCCfMDpRIyy7rq8Plg6dNJNOQ8htzfSIYlP45cYoSuLRFSJnG25Y9iYw6a+nUn9m6YQ==",
        ),
    ],
)
def test_event_about_a_token_reaches_its_login(algorithm, token, client, channel):
    tell(client, channel, events=token_event(algorithm, token))

    assert Push.objects.get().outcome == PushOutcome.APPLIED


def test_message_heard_before_does_nothing(client, channel):
    tell(client, channel)

    answer = tell(client, channel)

    assert answer.status_code == 202
    assert Event.objects.count() == Push.objects.count() == 1


def test_account_that_works_again_ends_what_disabling_said(client, channel):
    person = {"subject_type": "iss-sub", "iss": "https://accounts.google.com/", "sub": "108"}
    off = {f"{SECEVENT}/risc/event-type/account-disabled": {"subject": person}}
    on = {f"{SECEVENT}/risc/event-type/account-enabled": {"subject": person}}
    tell(client, channel, jti="1", events=off)
    assert Grant.objects.get().told_gone_at

    tell(client, channel, jti="2", events=on)

    assert Grant.objects.get().told_gone_at is None


def test_verification_is_noted_and_changes_nothing(client, channel):
    test = {f"{SECEVENT}/risc/event-type/verification": {"state": "anything"}}

    answer = tell(client, channel, events=test)

    assert answer.status_code == 202
    assert Push.objects.get().outcome == PushOutcome.NOTED
    assert not Event.objects.exists()


def test_keys_are_fetched_once(client, channel, keys):
    for number in range(3):
        tell(client, channel, jti=str(number))

    assert len(keys.asked) == 2  # the configuration, the keys


def test_unknown_key_is_asked_for_once_a_minute(client, channel, keys):
    tell(client, channel)

    answers = [tell(client, channel, {"kid": f"made-up-{n}"}, jti=str(n)) for n in range(5)]

    assert {answer.status_code for answer in answers} == {400}
    assert len(keys.asked) == 2


def test_keys_that_cannot_be_had_ask_for_the_message_again(client, channel, keys):
    keys.status = 503

    assert tell(client, channel).status_code == 503
    assert not Push.objects.exists()


def test_weak_or_foreign_keys_are_passed_over(client, channel, keys):
    keys.keys = [{"kid": "x", "kty": "oct", "k": "AAAA"}, {"kid": 1}, "odd", google_jwk()]

    assert tell(client, channel).status_code == 202
