"""The publish test: what it proves, what it leaves, what it says, and who may start it."""

import json
from collections.abc import Generator
from datetime import timedelta

import pytest
import redis
import requests
from celery.app.task import Task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from connections.models import Connection, Grant
from connections.platforms import PLATFORMS
from connections.platforms.contract import PublishTest
from connections.platforms.wire import Cause, Request
from health.models import AuthFailure, Event
from health.publish_panel import build_publish_panel
from health.publish_test import run_publish_test
from health.tasks import publish_test

SLUGS = [slug for slug in PLATFORMS if slug != "generic"]
TOKEN_FAULTS = {"x": "revoke", "facebook": "change_password", "tiktok": "revoke"}
pytestmark = pytest.mark.django_db


def address(connection: Connection) -> str:
    return reverse("publish_test", args=[connection.pk])


def stored(connection: Connection) -> Connection:
    return Connection.objects.with_parts().get(pk=connection.pk)


def rehearse(connection: Connection, actor=None) -> dict:
    """Run a publish test and return what is kept of it."""
    run_publish_test(connection=stored(connection), actor=actor, now=timezone.now())
    return stored(connection).publish_test


def made(platforms) -> dict[str, list]:
    """Return what the platforms hold of what was published or prepared."""
    return requests.get(f"{platforms.url}/control/public", timeout=5).json()


def page(browser, connection: Connection) -> str:
    return browser.get(connection.get_absolute_url()).content.decode()


def keep(connection: Connection, **result) -> None:
    """Store a result as a test would have."""
    now = timezone.now()
    usual = {
        "at": now.isoformat(),
        "passed": True,
        "proven": [],
        "not_proven": [],
        "left": "",
        "refusal": None,
    }
    rows = Connection.objects.filter(pk=connection.pk)
    rows.update(publish_test={**usual, **result}, publish_tested_at=now)


def refused(cause: str, code: str = "") -> dict:
    return {
        "passed": False,
        "refusal": {"cause": cause, "http_status": 403, "code": code, "request_id": ""},
    }


# At the platforms


@pytest.mark.parametrize("slug", SLUGS)
def test_working_account_passes_and_nothing_public_is_left(slug, agency, platforms, owner):
    connection = agency.connect(slug)[0]

    result = rehearse(connection, owner)

    assert (result["passed"], result["refusal"]) == (True, None)
    assert result["proven"]
    assert made(platforms)["public"] == []
    assert bool(made(platforms)["unpublished"]) == bool(result["left"])
    assert Event.objects.filter(kind="publish_test", text="Passed.", actor_name="Owner").exists()


def test_instagram_prepares_a_post_where_a_picture_is_set(agency, platforms):
    connection = agency.connect("instagram")[0]
    connection.app.settings["publish_test_image_url"] = "https://agency.example/test.jpg"
    connection.app.save()

    result = rehearse(connection)

    assert result["passed"]
    assert len(made(platforms)["unpublished"]) == 1
    assert result["left"]


@pytest.mark.parametrize("slug", ["facebook", "instagram", "threads", "tiktok", "linkedin"])
def test_publishing_refused_while_lookups_work_is_kept_and_logged(slug, agency, platforms):
    connection = agency.connect(slug)[0]
    platforms.fault(slug, "block_publishing", account=connection.external_id)

    result = rehearse(connection)

    assert result["passed"] is False
    assert result["refusal"]["cause"] == "permission_missing"
    assert stored(connection).status == "ok"
    row = AuthFailure.objects.get(connection=connection)
    assert (row.operation, row.cause) == ("publish test", "permission_missing")


@pytest.mark.parametrize(("slug", "fault"), TOKEN_FAULTS.items())
def test_refused_access_is_checked_next_and_changes_no_status(slug, fault, agency, platforms):
    connection = agency.connect(slug)[0]
    platforms.fault(slug, fault, account=connection.external_id)

    result = rehearse(connection)

    now = stored(connection)
    assert result["passed"] is False
    assert now.status == "ok"
    assert now.next_check_at <= timezone.now()


@pytest.mark.parametrize(
    "fault", [{"fault": "outage", "mode": "refuse"}, {"fault": "rate_limit", "retry_after": 30}]
)
def test_outage_proves_nothing_and_calls_for_nothing(fault, agency, platforms, sign_in, owner):
    connection = agency.connect("x")[0]
    due = stored(connection).next_check_at
    platforms.fault("x", **fault)

    result = rehearse(connection)

    assert result["refusal"]["cause"] in {"platform_outage", "rate_limited"}
    assert stored(connection).next_check_at == due
    assert "Nothing was proven" in page(sign_in(owner), connection)


# What is stored


class Conversation:
    """An adapter's publish test that a test writes out, at a server that may go away."""

    def __init__(self, monkeypatch, connection: Connection) -> None:
        self.patch = lambda talk: monkeypatch.setattr(
            type(connection.adapter), "publish_test", lambda *_: talk
        )


@pytest.fixture
def converse(monkeypatch, connection) -> Conversation:
    return Conversation(monkeypatch, connection)


def test_reconnect_meanwhile_wins(converse, connection):
    def talk() -> Generator[Request, None, PublishTest]:
        yield Request("GET", f"{settings.SANDBOX_URL}/control/accounts")
        return PublishTest(proven=("With the old access.",))

    converse.patch(talk())
    before = stored(connection)
    Grant.objects.update(generation=before.grant.generation + 1)

    result = run_publish_test(connection=before, actor=None, now=timezone.now())

    assert result is None
    assert stored(connection).publish_test == {}
    assert "Not counted" in Event.objects.filter(kind="publish_test").get().text


def test_test_that_breaks_off_half_way_says_what_it_may_have_left(converse, connection):
    def talk() -> Generator[Request, None, PublishTest]:
        yield Request("POST", f"{settings.SANDBOX_URL}/control/reset", json={})
        yield Request("DELETE", "http://127.0.0.1:9/nobody-answers-here")
        return PublishTest(proven=("Never reached.",))

    converse.patch(talk())

    result = rehearse(connection)

    assert result["refusal"]["cause"] == "platform_outage"
    assert result["left"].startswith("It broke off half-way")


def test_refusal_right_away_leaves_nothing(converse, connection):
    def talk() -> Generator[Request, None, PublishTest]:
        answer = yield Request("POST", f"{settings.SANDBOX_URL}/control/reset", json={})
        connection.adapter.refuse(answer)

    converse.patch(talk())

    assert rehearse(connection)["left"] == ""


def test_what_looks_like_a_credential_is_masked(converse, connection):
    def talk() -> Generator[Request, None, PublishTest]:
        yield Request("GET", f"{settings.SANDBOX_URL}/control/accounts")
        return PublishTest(proven=("access_token=planted1234567890",))

    converse.patch(talk())

    assert "planted" not in json.dumps(rehearse(connection))


def test_account_without_access_is_not_asked(connection, platforms):
    Grant.objects.update(access_token="")
    calls = requests.get(f"{platforms.url}/control/calls", timeout=5).json()

    assert rehearse(connection) == {}
    assert requests.get(f"{platforms.url}/control/calls", timeout=5).json() == calls


def test_access_that_no_key_opens_proves_nothing(connection):
    Grant.objects.update(access_token="k1:not-sealed-by-us")

    result = rehearse(connection)

    assert result["refusal"]["cause"] == "unknown"
    assert not AuthFailure.objects.exists()


def test_passed_test_of_a_broken_account_calls_for_a_check(connection):
    Connection.objects.update(
        status="scope", next_check_at=timezone.now() + timedelta(hours=1), evidence={"missing": []}
    )

    assert rehearse(connection)["passed"]
    assert stored(connection).next_check_at <= timezone.now()


def test_task_runs_it_for_whoever_asked(connection, owner):
    publish_test(str(connection.pk), str(owner.pk))

    assert stored(connection).publish_test["passed"]
    assert Event.objects.get(kind="publish_test").actor_name == "Owner"


def test_task_leaves_what_was_disconnected_alone(connection, owner):
    Connection.objects.update(disconnected_at=timezone.now())

    publish_test(str(connection.pk), str(owner.pk))

    assert not Event.objects.filter(kind="publish_test").exists()


# Who may start it


def test_stranger_finds_no_publish_test(stranger, stored_connection, sign_in):
    assert sign_in(stranger).post(address(stored_connection)).status_code == 404


def test_viewer_may_not_run_one_and_sees_no_button(viewer, stored_connection, sign_in):
    browser = sign_in(viewer)

    assert browser.post(address(stored_connection)).status_code == 403
    html = page(browser, stored_connection)
    assert "Publish test" in html
    assert "Run a publish test" not in html


def test_running_one_takes_a_post(owner, stored_connection, sign_in):
    assert sign_in(owner).get(address(stored_connection)).status_code == 405


def test_disconnected_account_has_none(owner, stored_connection, sign_in):
    Connection.objects.update(disconnected_at=timezone.now())

    assert sign_in(owner).post(address(stored_connection)).status_code == 404


def test_start_is_queued_once_a_minute(owner, stored_connection, sign_in):
    queue = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    before, browser = queue.llen("celery"), sign_in(owner)

    first = browser.post(address(stored_connection), follow=True).content.decode()
    second = browser.post(address(stored_connection), follow=True).content.decode()

    assert queue.llen("celery") == before + 1
    assert "Testing @harbourbakery." in first
    assert "A publish test of @harbourbakery is running already." in second


def test_start_that_was_lost_may_be_repeated(owner, stored_connection, sign_in):
    Connection.objects.update(publish_test_started_at=timezone.now() - timedelta(seconds=61))
    browser = sign_in(owner)

    assert "did not end, and proves nothing" in page(browser, stored_connection)
    answer = browser.post(address(stored_connection), follow=True)
    assert "Testing @harbourbakery." in answer.content.decode()


def test_start_without_redis_says_so_and_changes_nothing(
    owner, stored_connection, sign_in, monkeypatch
):
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(Task, "apply_async", fail)

    answer = sign_in(owner).post(address(stored_connection), follow=True)

    assert "The queue (Redis) does not answer, so nothing was started." in answer.content.decode()
    assert stored(stored_connection).publish_test_started_at is None


def test_start_without_access_says_why_not(owner, stored_connection, sign_in):
    Grant.objects.update(access_token="")
    browser = sign_in(owner)

    answer = browser.post(address(stored_connection), follow=True).content.decode()

    assert "There is no access to try it with." in answer
    assert "Run a publish test" not in answer
    assert stored(stored_connection).publish_test_started_at is None


# What the page says


def test_page_says_what_was_proven_and_what_not(owner, stored_connection, sign_in):
    keep(stored_connection, proven=["Reads."], not_proven=["Reach."], left="A draft, unseen.")

    html = page(sign_in(owner), stored_connection)

    for words in ("Passed", "<li>Reads.</li>", "<li>Reach.</li>", "A draft, unseen."):
        assert words in html
    assert "Leaves nothing public." in html


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("permission_missing", "X refused the test: it says that a permission for publishing"),
        ("revoked", "X refused the test: our access is not accepted."),
        ("app_disabled", "signing in again will not help"),
        ("rate_limited", "Nothing was proven: X limits how often"),
        ("unknown", "Nothing was proven: the answer could not be read."),
    ],
)
def test_page_says_what_a_refusal_means(cause, words, owner, stored_connection, sign_in):
    keep(stored_connection, **refused(cause, code="a-code"))

    html = page(sign_in(owner), stored_connection)

    assert words in html
    assert "<code>a-code</code>" in html


def test_page_suggests_a_test_after_a_reconnect_until_one_was_run(
    owner, stored_connection, sign_in
):
    keep(stored_connection)
    Grant.objects.update(consented_at=timezone.now() + timedelta(seconds=1))
    browser = sign_in(owner)
    invited = page(browser, stored_connection)
    keep(stored_connection)
    Connection.objects.update(publish_tested_at=timezone.now() + timedelta(seconds=2))

    assert "Just reconnected. Try whether publishing works again." in invited
    assert "before the last sign-in" in invited
    assert "Just reconnected." not in page(browser, stored_connection)


def test_page_suggests_nothing_hours_after_a_reconnect(owner, stored_connection, sign_in):
    Grant.objects.update(consented_at=timezone.now() - timedelta(hours=2))

    assert "Try whether" not in page(sign_in(owner), stored_connection)


def test_page_warns_where_a_refusal_is_to_be_expected(owner, stored_connection, sign_in):
    Connection.objects.update(evidence={"missing": ["tweet.write"]})

    assert "Not granted: Publish posts." in page(sign_in(owner), stored_connection)


def test_poll_brings_the_result_into_the_page(owner, stored_connection, sign_in):
    keep(stored_connection)

    poll = sign_in(owner).get(stored_connection.get_absolute_url(), headers={"HX-Request": "true"})

    html = poll.content.decode()
    assert 'id="publish-ending" hx-swap-oob="innerHTML"' in html
    assert "csrfmiddlewaretoken" in html


def test_every_ending_has_words_without_holes(owner, stored_connection, sign_in):
    browser = sign_in(owner)

    for cause in Cause:
        keep(stored_connection, **refused(cause.value))
        html = page(browser, stored_connection)
        assert "{" not in html.split('id="publish-ending"')[1].split("</section>")[0]


def test_panel_is_built_without_a_query(stored_connection, django_assert_num_queries):
    keep(stored_connection)
    connection = stored(stored_connection)

    with django_assert_num_queries(0):
        panel = build_publish_panel(connection, timezone.now())

    assert panel.ending.label == "Passed"
