"""The health pages over HTTP: who may see and do what, and what the pages say."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Client, User
from connections.models import Connection
from health.models import Event, Heartbeat

Make = Callable[..., Any]
SignIn = Callable[[User], Browser]
POSTS = ("check_now", "pause_checks", "resume_checks")


@pytest.fixture
def row(client_row: Client, make_connection: Make) -> Connection:
    return make_connection(client_row, handle="bakery")


@pytest.fixture
def broken(client_row: Client, make_connection: Make) -> Connection:
    return make_connection(client_row, handle="broken", status="revoked", cause="revoked")


def page(browser: Browser, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_grid_sends_the_anonymous_to_sign_in(db: None) -> None:
    response = Browser().get("/")

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_grid_shows_the_client_the_status_and_the_account(
    owner: User, row: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(owner), "/")

    for words in ("Harbour Bakery", "Working", "@bakery", "3 d old", "permissions", "worked"):
        assert words in html


def test_grid_offers_staff_to_reconnect_what_is_broken(
    owner: User, broken: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(owner), "/")

    assert f'formaction="{reverse("reconnect", args=[broken.pk])}"' in html
    assert 'aria-label="Reconnect X @broken for Harbour Bakery"' in html


@pytest.mark.parametrize("address", ["/", "/?view=list"])
def test_grid_offers_viewers_no_button(
    address: str, viewer: User, broken: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(viewer), address)

    assert "Access removed" in html
    assert "formaction" not in html


def test_grid_says_since_when_a_connection_is_unverified(
    owner: User, client_row: Client, make_connection: Make, sign_in: SignIn, now: datetime
) -> None:
    since = now - timedelta(minutes=42)
    make_connection(client_row, unverified_since=since, unverified_cause="platform_outage")

    html = page(sign_in(owner), "/")

    assert "Platform problem" in html
    assert "unverified since" in html
    assert since.isoformat(timespec="seconds") in html


def test_grid_counts_what_needs_action_in_the_navigation(
    owner: User, row: Connection, broken: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(owner), reverse("settings"))

    assert '<span class="count">1<span class="hidden-text"> need action</span></span>' in html


def test_grid_answers_a_poll_with_the_rows_alone(
    owner: User, row: Connection, sign_in: SignIn
) -> None:
    browser = sign_in(owner)

    poll = browser.get("/", headers={"HX-Request": "true"})
    restored = browser.get(
        "/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )

    assert b"<html" not in poll.content
    assert b"@bakery" in poll.content
    assert b"<html" in restored.content
    assert "HX-Request" in poll["Vary"]


def test_connection_page_answers_a_poll_without_using_up_messages(
    owner: User, row: Connection, sign_in: SignIn
) -> None:
    browser = sign_in(owner)
    browser.post(reverse("check_now", args=[row.pk]))

    poll = browser.get(row.get_absolute_url(), headers={"HX-Request": "true"})

    assert b"<html" not in poll.content
    assert b'id="diagnosis"' in poll.content
    assert "Checking @bakery." in page(browser, row.get_absolute_url())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=foo", "There is no status “foo”."),
        ("platform=<b>", "There is no platform “&lt;b&gt;”."),
        ("page=99", "There is no page “99”."),
    ],
)
def test_grid_refuses_unknown_filters_in_a_sentence(
    query: str, sentence: str, owner: User, sign_in: SignIn
) -> None:
    assert sentence in page(sign_in(owner), f"/?{query}", status=400)


def test_grid_says_that_nothing_matches(owner: User, row: Connection, sign_in: SignIn) -> None:
    html = page(sign_in(owner), "/?q=hotel")

    assert "No client matches these filters." in html
    assert "Clear filters" in html


def test_names_are_escaped_everywhere(
    admin: User, make_connection: Make, make_failure: Make, sign_in: SignIn
) -> None:
    evil = "<script>alert(1)</script>"
    client = Client.objects.create(name=evil)
    made = make_connection(client, handle=evil, name=evil)
    Event.objects.create(connection=made, kind="status", text=evil, actor_name=evil)
    make_failure(made, message=evil, code="<i>", endpoint=evil, request_id=evil)

    for address in ("/", "/?view=list", "/log/", made.get_absolute_url(), "/?q=" + evil):
        assert evil not in page(sign_in(admin), address)


def test_connection_page_says_what_why_who_and_next(
    owner: User, broken: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(owner), broken.get_absolute_url())

    for label in ("What", "Why", "Who must act", "Next step"):
        assert f"<dt>{label}</dt>" in html
    assert "X no longer lets us act for @broken." in html
    assert reverse("reconnect", args=[broken.pk]) in html
    assert "None" not in html


@pytest.mark.parametrize(
    ("status", "cause"), [("app", "app_credentials"), ("ok", ""), ("expired", "expired")]
)
def test_connection_page_offers_reconnect_only_where_it_helps(
    status: str, cause: str, owner: User, client_row: Client, make_connection: Make, sign_in: SignIn
) -> None:
    made = make_connection(client_row, status=status, cause=cause)

    html = page(sign_in(owner), made.get_absolute_url())

    assert (reverse("reconnect", args=[made.pk]) in html) is (status == "expired")


def test_connection_page_names_other_accounts_of_the_login_one_may_see(
    owner: User,
    stranger: User,
    client_row: Client,
    row: Connection,
    make_connection: Make,
    sign_in: SignIn,
) -> None:
    make_connection(client_row, grant=row.grant, handle="sibling")
    make_connection(stranger.clients.get(), grant=row.grant, handle="secret")

    html = page(sign_in(owner), row.get_absolute_url())

    assert "@sibling" in html
    assert "@secret" not in html


def test_connection_page_shows_permissions_events_and_refusals(
    owner: User, row: Connection, make_failure: Make, sign_in: SignIn
) -> None:
    row.grant.scopes = row.grant.scopes[1:]
    row.grant.save()
    Event.objects.create(connection=row, kind="renewed", text="Access renewed.")
    make_failure(row, request_id="request-77")

    html = page(sign_in(owner), row.get_absolute_url())

    assert row.adapter.permissions[0].name in html
    assert "shield-alert" in html
    assert "Access renewed." in html
    assert "request-77" in html


def test_connection_page_keeps_the_history_of_what_is_disconnected(
    owner: User, client_row: Client, make_connection: Make, sign_in: SignIn, now: datetime
) -> None:
    made = make_connection(client_row, disconnected_at=now)
    Connection.objects.filter(pk=made.pk).update(grant=None)
    Event.objects.create(connection=made, kind="disconnected", text="Disconnected by hand.")

    html = page(sign_in(owner), made.get_absolute_url())

    assert "Disconnected by hand." in html
    assert "Check now" not in html


def test_connection_page_takes_the_same_queries_for_a_long_history(
    owner: User,
    row: Connection,
    make_failure: Make,
    sign_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(60):
        Event.objects.create(connection=row, kind="renewed", text="Access renewed.")
        make_failure(row)
    browser = sign_in(owner)

    with django_assert_max_num_queries(8):
        browser.get(row.get_absolute_url())


@pytest.mark.parametrize("name", ["connection", *POSTS])
def test_stranger_finds_no_connection(
    name: str, stranger: User, row: Connection, sign_in: SignIn
) -> None:
    browser, address = sign_in(stranger), reverse(name, args=[row.pk])

    response = browser.get(address) if name == "connection" else browser.post(address)

    assert response.status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_viewer_may_not_act(name: str, viewer: User, row: Connection, sign_in: SignIn) -> None:
    response = sign_in(viewer).post(reverse(name, args=[row.pk]), {"days": "3"})

    assert response.status_code == 403
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", POSTS)
def test_acting_takes_a_post(name: str, owner: User, row: Connection, sign_in: SignIn) -> None:
    assert sign_in(owner).get(reverse(name, args=[row.pk])).status_code == 405


def test_viewer_sees_no_action_on_the_connection_page(
    viewer: User, broken: Connection, sign_in: SignIn
) -> None:
    html = page(sign_in(viewer), broken.get_absolute_url())

    for words in ("Check now", "Disconnect", "Pause", reverse("reconnect", args=[broken.pk])):
        assert words not in html


def test_check_now_queues_a_check_and_says_so(
    owner: User, row: Connection, sign_in: SignIn
) -> None:
    queue = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    before = queue.llen("celery")

    response = sign_in(owner).post(reverse("check_now", args=[row.pk]), follow=True)

    assert queue.llen("celery") == before + 1
    assert "Checking @bakery." in response.content.decode()


def test_pause_stops_checks_until_an_end_and_is_written_down(
    owner: User, row: Connection, sign_in: SignIn, now: datetime
) -> None:
    response = sign_in(owner).post(
        reverse("pause_checks", args=[row.pk]), {"days": "3"}, follow=True
    )

    row.refresh_from_db()
    assert abs(row.checks_paused_until - now - timedelta(days=3)) < timedelta(minutes=1)
    assert row.checks_paused_by == owner
    assert "Checks and alerts are off until" in response.content.decode()
    assert Event.objects.get().actor_name == "Owner"
    assert AuditEvent.objects.filter(action="checks paused", actor=owner).exists()


@pytest.mark.parametrize("days", ["0", "31", "", "-1", "1.5", "²", "99999"])
def test_pause_without_a_fair_end_changes_nothing(
    days: str, owner: User, row: Connection, sign_in: SignIn
) -> None:
    response = sign_in(owner).post(
        reverse("pause_checks", args=[row.pk]), {"days": days}, follow=True
    )

    row.refresh_from_db()
    assert row.checks_paused_until is None
    assert "1 to 30 days" in response.content.decode()


def test_resume_makes_the_next_check_due(
    owner: User, client_row: Client, make_connection: Make, sign_in: SignIn, now: datetime
) -> None:
    made = make_connection(client_row, checks_paused_until=now + timedelta(days=3))

    sign_in(owner).post(reverse("resume_checks", args=[made.pk]))

    made.refresh_from_db()
    assert made.checks_paused_until is None
    assert made.next_check_at <= timezone.now()


def test_footer_says_when_the_sweep_ran(owner: User, sign_in: SignIn, now: datetime) -> None:
    Heartbeat.beat("sweep", now)

    assert "Last sweep" in page(sign_in(owner), "/")


def test_footer_is_loud_when_checks_stopped(owner: User, sign_in: SignIn, now: datetime) -> None:
    browser = sign_in(owner)
    never = page(browser, "/")
    Heartbeat.beat("sweep", now - timedelta(minutes=3))

    assert "Checks have never run." in never
    assert "Checks stopped 3 min ago" in page(browser, "/")


def test_times_are_in_the_readers_zone(
    owner: User, client_row: Client, make_connection: Make, sign_in: SignIn
) -> None:
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    noon = timezone.now().replace(hour=12, minute=0)
    made = make_connection(client_row, last_good_check_at=noon)

    html = page(sign_in(owner), made.get_absolute_url())

    assert "Times in Asia/Tokyo" in html
    assert "21:00" in html


def test_admin_links_are_shown_to_admins_alone(owner: User, admin: User, sign_in: SignIn) -> None:
    log = f'href="{reverse("failure_log")}"'

    assert log not in page(sign_in(owner), "/")
    assert log in page(sign_in(admin), "/")


@pytest.mark.parametrize(("cookie", "shown"), [("dark", "dark"), ('"><script>', "auto")])
def test_theme_comes_from_the_cookie(cookie: str, shown: str, owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    browser.cookies["theme"] = cookie

    assert f'data-theme="{shown}"' in page(browser, "/")


def test_healthz_is_public_and_says_what_works(db: None, now: datetime) -> None:
    Heartbeat.beat("sweep", now)

    response = Browser().get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "redis": "ok", "sweep": "ok"}


def test_healthz_fails_when_checks_stopped(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Heartbeat.beat("sweep", now - timedelta(minutes=3))
    monkeypatch.setattr("health.vitals.STARTED_AT", now - timedelta(hours=1))

    response = Browser().get("/healthz")

    assert response.status_code == 503
    assert response.json()["sweep"] == "late"
