"""The simulated platforms push to a real server, and are believed or refused."""

import pytest
import requests
from django.utils import timezone

from connections.models import Connection, Grant, Push, PushOutcome, RefusedPushes
from connections.platforms.wire import Secret
from connections.vault import put_secret
from health.checks import check_now
from health.models import Event, EventKind

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "planted-consumer-secret-0001"
EVENTS = [
    ("facebook", {"event": "deauthorize"}),
    ("instagram", {"event": "deauthorize"}),
    ("threads", {"event": "deauthorize"}),
    ("tiktok", {"event": "authorization_removed", "reason": 4}),
    ("x", {"event": "oauth_revoke"}),
    ("x", {"event": "oauth_revoke", "legacy": True}),
    ("youtube", {"event": "token_revoked", "identifier": "prefix"}),
    ("youtube", {"event": "token_revoked", "identifier": "hash"}),
    ("youtube", {"event": "tokens_revoked"}),
    ("youtube", {"event": "account_disabled"}),
]
NAMES = [" ".join(map(str, (platform, *event.values()))) for platform, event in EVENTS]


@pytest.fixture
def push(agency, platforms, live_server):
    """Connect an account whose platform knows our address, and have it push."""

    def order(platform: str, **event: object) -> tuple[Connection, list[int]]:
        connection = agency.connect(platform)[0]
        app = connection.app
        registered = {"push_url": f"{live_server.url}/push/{app.pk}/"}
        if platform == "x":
            put_secret(app, "push_secret", Secret(SECRET))
            app.save()
            registered["consumer_secret"] = SECRET
        about = {"platform": platform, "client_id": app.client_id}
        agency.sandbox.tell("apps", {**about, **registered})
        look_at_login(connection)
        answer = requests.post(
            f"{platforms.url}/control/pushes",
            json={"platform": platform, "account": connection.external_id, **event},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return connection, answer.json()["status"]

    return order


def look_at_login(connection: Connection) -> None:
    """Have the first check note whose login a channel hangs on, as it does after a sign-in."""
    check_now([connection.pk])


@pytest.mark.parametrize(("platform", "event"), EVENTS, ids=NAMES)
def test_what_a_platform_pushes_reaches_the_account(platform, event, push):
    connection, statuses = push(platform, **event)

    assert statuses == [202 if platform == "youtube" else 200]
    assert Push.objects.get().outcome == PushOutcome.APPLIED
    connection.refresh_from_db()
    assert connection.next_check_at <= timezone.now()
    assert connection.grant.told_gone_at
    assert Event.objects.filter(kind=EventKind.TOLD, connection=connection).exists()


META, TIKTOK, X, GOOGLE = EVENTS[0], EVENTS[3], EVENTS[4], EVENTS[6]


@pytest.mark.parametrize(
    ("tamper", "sent"),
    [
        *(("signature", sent) for sent in (META, TIKTOK, X, GOOGLE)),
        *(("other_app", sent) for sent in (META, TIKTOK, GOOGLE)),
        *(("stale", sent) for sent in (META, TIKTOK)),
    ],
)
def test_what_is_forged_is_refused_and_counted(tamper, sent, push):
    platform, event = sent

    _, statuses = push(platform, **event, tamper=tamper)

    assert statuses == [400]
    assert Grant.objects.get().told_gone_at is None
    assert RefusedPushes.objects.get().count == 1


@pytest.mark.parametrize(
    ("tamper", "sent", "outcome"),
    [
        *(("unknown_account", sent, PushOutcome.UNKNOWN) for sent in (META, TIKTOK, X, GOOGLE)),
        *(("stale", sent, PushOutcome.STALE) for sent in (X, GOOGLE)),
    ],
)
def test_what_is_about_nobody_or_long_ago_changes_nothing(tamper, sent, outcome, push):
    platform, event = sent

    _, statuses = push(platform, **event, tamper=tamper)

    assert statuses[0] // 100 == 2
    assert Grant.objects.get().told_gone_at is None
    assert Push.objects.get().outcome == outcome


@pytest.mark.parametrize("sent", [META, TIKTOK, X, GOOGLE])
def test_what_is_sent_twice_is_heard_once(sent, push):
    platform, event = sent

    _, statuses = push(platform, **event, tamper="replay")

    assert [status // 100 for status in statuses] == [2, 2]
    assert Event.objects.filter(kind=EventKind.TOLD).count() == 1


def test_person_who_asks_for_deletion_is_disconnected(push):
    connection, statuses = push("facebook", event="data_deletion")

    assert statuses == [200]
    assert not Grant.objects.exists()
    connection.refresh_from_db()
    assert connection.disconnected_at
