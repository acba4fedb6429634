"""Pushes through the real doors: what they change, and what a forged one leaves alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from config.celery import app as celery
from connections.models import (
    Connection,
    Grant,
    Push,
    PushOutcome,
    Status,
)
from connections.models.push import KEPT_FOR
from connections.platforms.wire import Secret
from connections.vault import put_secret
from health.models import Event, EventKind
from tests.connections.pushing import SECRET, deauthorize, everything, tell_tiktok, tell_x

pytestmark = pytest.mark.django_db
LATER = timedelta(days=1)


@pytest.fixture
def worker():
    """Let whoever rings for a check do it: there is no worker process here."""
    celery.conf.task_always_eager = True
    yield
    celery.conf.task_always_eager = False


@pytest.fixture
def no_queue():
    """Aim Celery at a port where nothing listens."""
    real = celery.conf.broker_url
    aim_queue_at("redis://127.0.0.1:1/0")
    yield
    aim_queue_at(real)


def aim_queue_at(url: str) -> None:
    celery.conf.broker_url = celery.conf.broker_write_url = url
    # Connections made before are not used again.
    celery.amqp._producer_pool = celery._pool = None


# What a true push does


TELL = {
    "facebook": lambda client, app: deauthorize(client, app, user_id="42"),
    "instagram": lambda client, app: deauthorize(client, app, user_id="42"),
    "threads": lambda client, app: deauthorize(client, app, user_id=42),
    "tiktok": tell_tiktok,
    "x": tell_x,
}


@pytest.mark.parametrize("platform", TELL)
def test_push_makes_the_login_due_and_writes_it_down(platform, client, make_login):
    grant, before = make_login(platform, accounts=("1", "2")), timezone.now()

    answer = TELL[platform](client, grant.app)

    assert (answer.status_code, answer.content) == (200, b"")
    grant.refresh_from_db()
    assert before <= grant.told_gone_at <= timezone.now()
    assert grant.told_gone_as == "the person removed the app"
    assert all(c.next_check_at <= timezone.now() for c in Connection.objects.all())
    name = grant.app.adapter.name
    texts = [event.text for event in Event.objects.filter(kind=EventKind.TOLD)]
    assert texts == [f"{name} told us that the person removed the app."] * 2


def test_push_is_evidence_and_never_a_verdict(client, make_login):
    grant = make_login("facebook")

    deauthorize(client, grant.app, user_id="42")

    assert Connection.objects.get().status == Status.OK


def test_push_leads_to_a_check_that_sees_it(agency, client, worker):
    connection = agency.connect("tiktok")[0]
    app = connection.app
    put_secret(app, "push_secret", Secret(SECRET))
    app.save()
    agency.sandbox.tell("faults", {"platform": "tiktok", "fault": "revoke"})

    tell_tiktok(client, app, connection.grant.subject_id)

    connection.refresh_from_db()
    assert connection.status == Status.REVOKED


def test_true_push_about_a_healthy_account_leaves_it_working(agency, client, worker):
    connection = agency.connect("tiktok")[0]
    app = connection.app
    put_secret(app, "push_secret", Secret(SECRET))
    app.save()

    tell_tiktok(client, app, connection.grant.subject_id)

    connection.refresh_from_db()
    assert connection.status == Status.OK


def test_queue_that_is_down_does_not_fail_the_answer(client, make_login, no_queue, caplog):
    grant = make_login("facebook")

    answer = deauthorize(client, grant.app, user_id="42")

    assert answer.status_code == 200
    assert "does not answer" in caplog.text
    assert Connection.objects.get().next_check_at <= timezone.now()


def test_paused_connection_is_told_and_not_checked(client, make_login, worker):
    grant = make_login("facebook")
    Connection.objects.update(checks_paused_until=timezone.now() + LATER)

    deauthorize(client, grant.app, user_id="42")

    assert Event.objects.get().kind == EventKind.TOLD
    assert Connection.objects.get().last_check_at is None


def test_page_that_removes_the_app_concerns_no_other_page(client, make_login):
    grant = make_login("facebook", accounts=("1", "2"))

    deauthorize(client, grant.app, profile_id=2)

    assert [event.connection.external_id for event in Event.objects.all()] == ["2"]
    grant.refresh_from_db()
    assert grant.told_gone_at is None


def test_login_is_known_by_its_own_id_where_the_subject_is_the_account(client, make_login):
    grant = make_login("instagram", subject_id="professional")
    Grant.objects.update(login_id="app-scoped")

    deauthorize(client, grant.app, user_id="app-scoped")

    assert Push.objects.get().outcome == PushOutcome.APPLIED


# Once, in time, and only for our own


def test_delivery_that_is_repeated_does_nothing(client, make_login):
    grant, issued = make_login("facebook"), int(timezone.now().timestamp())
    deauthorize(client, grant.app, user_id="42", issued_at=issued)
    before = everything()

    answer = deauthorize(client, grant.app, user_id="42", issued_at=issued)

    assert answer.status_code == 200
    assert everything() == before
    assert Push.objects.count() == 1


def test_event_is_stored_once_by_the_database_itself(make_login):
    app = make_login("facebook").app
    row = {"app": app, "platform": "facebook", "key": "k", "kind": "k", "outcome": "noted"}
    Push.objects.create(**row, at=timezone.now(), received_at=timezone.now())

    with pytest.raises(IntegrityError):
        Push.objects.create(**row, at=timezone.now(), received_at=timezone.now())


def test_push_from_before_the_consent_is_ignored(client, make_login):
    grant = make_login("facebook")
    Grant.objects.update(consented_at=timezone.now())
    before, issued = everything(), int(timezone.now().timestamp()) - 30

    answer = deauthorize(client, grant.app, user_id="42", issued_at=issued)

    assert answer.status_code == 200
    assert everything() == before
    assert Push.objects.get().outcome == PushOutcome.STALE


def test_push_of_the_consents_own_second_counts(client, make_login):
    grant = make_login("facebook")
    Grant.objects.update(consented_at=timezone.now())

    deauthorize(client, grant.app, user_id="42")

    assert Push.objects.get().outcome == PushOutcome.APPLIED


def test_new_consent_forgets_what_was_told(agency, client):
    connection = agency.connect("x")[0]
    Grant.objects.update(told_gone_at=timezone.now(), told_gone_as="the person removed the app")

    agency.connect("x")

    connection.grant.refresh_from_db()
    assert (connection.grant.told_gone_at, connection.grant.told_gone_as) == (None, "")


def test_unknown_account_is_answered_like_a_known_one(client, make_login):
    app = make_login("facebook").app
    known, before = deauthorize(client, app, user_id="42"), everything()

    unknown = deauthorize(client, app, user_id="nobody")

    assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
    assert everything() == before


def test_login_of_another_app_is_not_touched(client, make_login):
    theirs, ours = make_login("facebook"), make_login("threads", subject_id="43")

    deauthorize(client, ours.app, user_id=theirs.subject_id)

    theirs.refresh_from_db()
    assert theirs.told_gone_at is None


def test_disconnected_login_is_not_news(client, make_login):
    grant = make_login("x")
    Grant.objects.update(access_token="")

    tell_x(client, grant.app)

    assert Push.objects.get().outcome == PushOutcome.UNKNOWN
    assert not Event.objects.exists()


def test_old_pushes_are_forgotten(client, make_login):
    app, long_ago = make_login("facebook").app, timezone.now() - KEPT_FOR - LATER
    Push.objects.create(
        app=app, platform="facebook", key="old", kind="k", at=long_ago, received_at=long_ago
    )

    deauthorize(client, app, user_id="42")

    assert [push.key for push in Push.objects.filter(key="old")] == []
