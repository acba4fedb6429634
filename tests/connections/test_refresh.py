"""Renewal: one at a time, stored before anything else, never over something newer."""

import threading
import uuid
from datetime import timedelta

import pytest
import requests
from django.db import connection as database
from django.utils import timezone

from connections.models import Connection, Grant
from connections.platforms.contract import TokenSet
from connections.platforms.wire import Cause, Secret
from connections.refresh import next_renewal, renew_due, renew_grants, store_renewed
from connections.vault import put_secret
from health.models import AuthFailure


def make_due(grant: Grant) -> Grant:
    Grant.objects.filter(pk=grant.pk).update(renew_at=timezone.now() - timedelta(seconds=1))
    grant.refresh_from_db()
    return grant


def calls(platforms) -> list[dict]:
    return requests.get(f"{platforms.url}/control/calls", timeout=5).json()


def calls_since(platforms, before: int) -> list[dict]:
    return [call for call in calls(platforms) if call["id"] > before]


def last_call_id(platforms) -> int:
    return max((call["id"] for call in calls(platforms)), default=0)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["x", "tiktok"])
def test_rotated_refresh_token_is_stored(slug, agency, platforms):
    grant = agency.connect(slug)[0].grant
    before = grant.refresh()

    for _ in range(3):
        make_due(grant)
        assert renew_due(timezone.now()) == 1

    grant.refresh_from_db()
    assert grant.refresh() != before
    assert grant.generation == 4
    assert not any(call["spent_refresh"] for call in calls(platforms))


@pytest.mark.django_db
def test_unrotated_refresh_token_is_kept(agency):
    grant = agency.connect("youtube")[0].grant
    before = grant.refresh()

    make_due(grant)
    renew_due(timezone.now())

    grant.refresh_from_db()
    assert grant.refresh() == before
    assert grant.generation == 2


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["instagram", "threads"])
def test_meta_token_is_not_renewed_in_its_first_day(slug, agency):
    grant = agency.connect(slug)[0].grant

    assert grant.renew_at - grant.issued_at >= timedelta(hours=24)


@pytest.mark.django_db
def test_facebook_is_never_renewed_silently(agency):
    assert next_renewal(agency.connect("facebook")[0].grant) is None


@pytest.mark.django_db
def test_two_hour_tokens_are_renewed_at_three_quarters(agency):
    grant = agency.connect("x")[0].grant

    assert 0.69 <= (grant.renew_at - grant.issued_at) / timedelta(hours=2) <= 0.76


@pytest.mark.django_db
def test_slow_writer_never_overwrites_a_newer_grant(agency, owner):
    connection, owner_id = agency.connect("x")[0], uuid.uuid4()
    grant = make_due(connection.grant)
    claimed = Grant.objects.due_for_renewal(timezone.now()).claim_for_renewal(
        timezone.now(), owner_id, 1
    )[0]
    agency.connect("x")
    newer = Grant.objects.get(pk=grant.pk).access_token

    stored = store_renewed(claimed, TokenSet(Secret("late"), Secret("late")))

    assert stored is False
    assert Grant.objects.get(pk=grant.pk).access_token == newer


@pytest.mark.django_db
def test_passing_failure_is_tried_again_and_keeps_the_token(agency, platforms):
    grant = make_due(agency.connect("youtube")[0].grant)
    platforms.fault("youtube", "outage", mode="503_html")
    before = grant.access_token

    renew_due(timezone.now())

    grant.refresh_from_db()
    assert grant.access_token == before
    assert (grant.renewal_failures, grant.renewal_cause) == (1, "")
    assert grant.renew_at > timezone.now()


@pytest.mark.django_db
def test_lost_answer_of_a_rotating_platform_is_named(agency, platforms):
    from health.checks import check_now
    from health.facts import diagnose_connection

    connection = agency.connect("x")[0]
    make_due(connection.grant)
    platforms.fault("x", "lose_answer", account=connection.external_id, count=1)
    renew_due(timezone.now())
    make_due(connection.grant)
    platforms.advance(3 * 3600)

    check_now([connection.pk])

    seen = Connection.objects.with_parts().get()
    assert seen.cause == Cause.REFRESH_TOKEN_INVALID
    assert "renewal was interrupted at" in diagnose_connection(seen, timezone.now()).why


@pytest.mark.django_db
def test_refused_renewal_is_logged_once_and_not_repeated(agency, platforms):
    connection = agency.connect("tiktok")[0]
    platforms.fault("tiktok", "revoke", account=connection.external_id)
    make_due(connection.grant)

    renew_due(timezone.now())
    tried_again = renew_due(timezone.now() + timedelta(days=1))

    assert tried_again == 0
    failure = AuthFailure.objects.get(operation="renew")
    assert (failure.cause, failure.connection) == (Cause.REFRESH_TOKEN_INVALID, connection)


@pytest.mark.django_db
def test_grant_that_does_not_open_leaves_the_others_renewed(agency, platforms):
    bad, good = agency.connect("x")[0].grant, agency.connect("tiktok")[0].grant
    put_secret(good, "refresh_token", good.refresh())
    Grant.objects.filter(pk=bad.pk).update(refresh_token=good.refresh_token)
    for grant in (bad, good):
        make_due(grant)

    renew_due(timezone.now())

    good.refresh_from_db()
    assert good.generation == 2


@pytest.mark.django_db(transaction=True)
def test_eight_renewals_at_once_make_one_call(agency, platforms):
    grant = agency.connect("x")[0].grant
    before, ends = last_call_id(platforms), []

    def work() -> None:
        mine = Grant.objects.select_related("app").get(pk=grant.pk)
        mine.generation = grant.generation
        renew_grants([mine])
        ends.append(mine.access().reveal())
        database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    renewals = [c for c in calls_since(platforms, before) if "oauth2/token" in c["endpoint"]]
    assert len(renewals) == 1
    assert len(ends) == 8
    assert len(set(ends)) == 1
