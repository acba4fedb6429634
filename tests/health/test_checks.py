"""Faults at the platforms, seen through the real stack: what is said, and what is not."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from connections.models import Connection, Grant, Status
from connections.platforms.wire import Cause
from connections.refresh import renew_due
from health.checks import check_now
from health.facts import diagnose_connection
from health.models import AuthFailure, Event

pytestmark = pytest.mark.django_db

# One of each kind; every row of the sandbox's table is driven in test_table_of_faults.py.
BROKEN_AT_CHECK = [
    ("facebook", "revoke", Status.REVOKED, Cause.REVOKED),
    ("threads", "rotate_secret", Status.APP, Cause.APP_CREDENTIALS),
    ("x", "revoke", Status.REVOKED, Cause.REFRESH_TOKEN_INVALID),
    ("linkedin", "expire", Status.EXPIRED, Cause.EXPIRED),
    ("youtube", "lose_role", Status.ROLE, Cause.ACCOUNT_MISSING),
]
OUTAGES = ["refuse", "timeout", "503_html", "half_json"]
SHOWN = ["facebook", "instagram", "threads", "x", "tiktok", "linkedin", "youtube"]
BY_APP = {"disable_app", "rotate_secret"}


def look(connection: Connection) -> Connection:
    check_now([connection.pk])
    return Connection.objects.with_parts().get(pk=connection.pk)


def switch_on(platforms, connection, fault, **more) -> int:
    target = {"app": connection.app.client_id} if fault in BY_APP else {}
    if fault not in BY_APP:
        target = {"account": connection.external_id}
    return platforms.fault(connection.app.platform, fault, **target, **more)


@pytest.mark.parametrize(("slug", "fault", "status", "cause"), BROKEN_AT_CHECK)
def test_fault_is_seen_at_the_next_check(slug, fault, status, cause, agency, platforms):
    connection = agency.connect(slug)[0]
    switch_on(platforms, connection, fault)

    seen = look(connection)

    assert (seen.status, seen.cause) == (status, cause)
    assert AuthFailure.objects.filter(connection=connection).exists()
    assert Event.objects.filter(connection=connection, status=status).count() == 1


@pytest.mark.parametrize("slug", ["facebook", "threads", "linkedin", "youtube"])
def test_dropped_permission_is_seen_at_once_where_the_platform_tells(slug, agency, platforms):
    connection = agency.connect(slug)[0]
    dropped = connection.required_scopes[-1 if slug != "youtube" else 0]
    switch_on(platforms, connection, "drop_scope", scope=dropped)

    seen = look(connection)

    assert (seen.status, seen.cause) == (Status.SCOPE, Cause.PERMISSION_MISSING)
    assert seen.missing_scopes == [dropped]


@pytest.mark.parametrize("slug", ["x", "tiktok"])
def test_dropped_permission_is_seen_at_the_renewal_elsewhere(slug, agency, platforms):
    connection = agency.connect(slug)[0]
    dropped = {"x": "tweet.write", "tiktok": "video.publish"}[slug]
    switch_on(platforms, connection, "drop_scope", scope=dropped)
    assert look(connection).status == Status.OK
    Grant.objects.update(renew_at=timezone.now())

    renew_due(timezone.now())

    assert look(connection).status == Status.SCOPE


@pytest.mark.parametrize("mode", OUTAGES)
@pytest.mark.parametrize("slug", SHOWN)
def test_outage_is_never_a_diagnosis(slug, mode, agency, platforms, settings):
    settings.PLATFORM_TIMEOUT = timedelta(seconds=1)
    connection = agency.connect(slug)[0]
    platforms.fault(slug, "outage", mode=mode)

    seen = look(connection)

    assert seen.status == Status.OK
    assert seen.unverified_since is not None
    assert diagnose_connection(seen, timezone.now()).code == "platform"
    assert "unverified since" in diagnose_connection(seen, timezone.now()).what


def test_outage_leaves_a_broken_account_broken(agency, platforms):
    connection = agency.connect("facebook")[0]
    switch_on(platforms, connection, "revoke")
    look(connection)
    platforms.fault("facebook", "outage", mode="refuse")

    seen = look(connection)

    assert (seen.status, seen.cause) == (Status.REVOKED, Cause.REVOKED)


def test_end_of_an_outage_is_seen_at_the_next_check(agency, platforms):
    connection = agency.connect("x")[0]
    fault = platforms.fault("x", "outage", mode="refuse")
    since = look(connection).unverified_since
    requests.delete(f"{platforms.url}/control/faults", params={"id": fault}, timeout=5)

    seen = look(connection)

    assert since is not None
    assert (seen.status, seen.unverified_since) == (Status.OK, None)


@pytest.mark.parametrize("slug", SHOWN)
def test_rate_limit_waits_as_long_as_it_is_told(slug, agency, platforms):
    connection = agency.connect(slug)[0]
    platforms.fault(slug, "rate_limit", retry_after=600)

    seen = look(connection)

    assert (seen.status, seen.unverified_cause) == (Status.OK, Cause.RATE_LIMITED)
    assert "limits how often" in diagnose_connection(seen, timezone.now()).what


def test_expired_access_is_renewed_before_anything_is_said(agency, platforms):
    connection = agency.connect("x")[0]
    platforms.advance(3 * 3600)

    seen = look(connection)

    assert seen.status == Status.OK
    assert seen.grant.generation == 2


def test_final_refusal_is_not_asked_for_again(agency, platforms):
    connection = agency.connect("x")[0]
    switch_on(platforms, connection, "revoke")
    look(connection)
    renewals = renewal_calls(platforms)

    look(connection)
    look(connection)

    assert renewal_calls(platforms) == renewals == 1


def renewal_calls(platforms) -> int:
    calls = requests.get(f"{platforms.url}/control/calls", timeout=5).json()
    last_exchange = max(
        i for i, c in enumerate(calls) if "token" in c["endpoint"] and c["status"] == 200
    )
    return sum("oauth2/token" in call["endpoint"] for call in calls[last_exchange + 1 :])


def test_one_failing_account_leaves_the_others_checked(agency, platforms):
    connections = [agency.connect(slug)[0] for slug in ("facebook", "x", "linkedin")]
    Connection.objects.filter(pk=connections[0].pk).update(derived_token="v1.demo.garbage")

    check_now([connection.pk for connection in connections])

    statuses = dict(Connection.objects.values_list("app__platform", "last_good_check_at"))
    assert statuses["facebook"] is None
    assert statuses["x"]
    assert statuses["linkedin"]


def test_check_claimed_later_wins_over_a_slow_one(agency):
    from health.checks import check

    connection = agency.connect("x")[0]
    now = timezone.now()
    slow = Connection.objects.with_ids([connection.pk]).claim(now, limit=1)
    Connection.objects.with_ids([connection.pk]).claim(now, limit=1)

    check(slow, now)

    connection.refresh_from_db()
    assert connection.last_check_at is None


def test_check_takes_as_many_queries_for_one_as_for_five(agency, django_assert_max_num_queries):
    ids = [agency.connect(slug)[0].pk for slug in ("x", "tiktok", "youtube", "threads", "linkedin")]

    check_now(ids)

    with django_assert_max_num_queries(9) as one:
        check_now(ids[:1])
    with django_assert_max_num_queries(9) as five:
        check_now(ids)

    assert len(five) == len(one)
