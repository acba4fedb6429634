"""Many renewals at once: what one grant does must not cost another its tokens."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from connections import signals
from connections.models import Grant, PlatformApp
from connections.models.grant import RENEWAL_LEASE
from connections.platforms.contract import TokenSet
from connections.platforms.wire import Cause, Refusal, Secret
from connections.refresh import _put_off, renew_due, store_renewed
from health.sweep import sweep

pytestmark = pytest.mark.django_db


def due(*grants: Grant) -> None:
    ids = [grant.pk for grant in grants]
    Grant.objects.filter(pk__in=ids).update(renew_at=timezone.now() - timedelta(seconds=1))


def test_rotated_token_is_stored_before_slower_platforms_answer(agency, platforms):
    quick, slow = agency.connect("x")[0].grant, agency.connect("tiktok")[0].grant
    due(quick, slow)
    platforms.fault("tiktok", "slow", seconds=2)
    began, stored = time.monotonic(), {}

    def note(grant, **_):
        stored[grant.pk] = grant.renewed_at

    signals.grant_renewed.connect(note)
    start = timezone.now()
    renew_due(start)
    signals.grant_renewed.disconnect(note)

    assert time.monotonic() - began > 2
    assert stored[quick.pk] - start < timedelta(seconds=1.5)
    assert stored[slow.pk] - start > timedelta(seconds=1.5)


def test_listener_that_fails_costs_nobody_a_token(agency, platforms):
    grants = [agency.connect(slug)[0].grant for slug in ("x", "tiktok")]
    due(*grants)

    def fail(**_):
        raise RuntimeError("planted-token")

    signals.grant_renewed.connect(fail)
    renew_due(timezone.now())
    signals.grant_renewed.disconnect(fail)

    assert list(Grant.objects.values_list("generation", flat=True)) == [2, 2]


def test_app_secret_that_does_not_open_stops_only_its_own_grants(agency, platforms):
    bad, good = agency.connect("x")[0].grant, agency.connect("tiktok")[0].grant
    PlatformApp.objects.filter(platform="x").update(client_secret="v1.gone.AAAA")
    due(bad, good)

    began = time.monotonic()
    sweep()

    assert time.monotonic() - began < 20
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.generation == 2
    assert bad.renew_at > timezone.now()


def claim(grant: Grant) -> tuple[Grant, uuid.UUID]:
    owner = uuid.uuid4()
    due(grant)
    claimed = Grant.objects.due_for_renewal(timezone.now())
    return claimed.claim_for_renewal(timezone.now(), owner, 1)[0], owner


def test_good_answer_after_the_lease_ran_out_is_stored(agency):
    first, _ = claim(agency.connect("x")[0].grant)
    Grant.objects.update(renewal_lease_until=timezone.now() - RENEWAL_LEASE)
    second, second_owner = claim(first)

    assert store_renewed(first, TokenSet(Secret("new"), Secret("new"), timedelta(hours=2)))
    _put_off(second, second_owner, Refusal(Cause.REFRESH_TOKEN_INVALID, 400))

    grant = Grant.objects.get()
    assert grant.access().reveal() == "new"
    assert grant.renewal_cause == ""


@pytest.mark.parametrize("mode", ["half_json", "timeout"])
def test_unreadable_answer_of_a_rotating_platform_is_noted(mode, agency, platforms, settings):
    settings.PLATFORM_TIMEOUT = timedelta(seconds=1)
    grant = agency.connect("x")[0].grant
    due(grant)
    platforms.fault("x", "outage", mode=mode)

    renew_due(timezone.now())

    grant.refresh_from_db()
    assert grant.renewal_cut_off_at is not None


def test_refused_connection_of_a_rotating_platform_is_no_interruption(agency, settings):
    grant = agency.connect("x")[0].grant
    due(grant)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    renew_due(timezone.now())

    grant.refresh_from_db()
    assert (grant.renewal_cut_off_at, grant.renewal_failures) == (None, 1)
