"""A clock that is wrong is said to be, and blamed only where it is the reason."""

from datetime import timedelta

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, Grant
from health.checks import check_now
from health.facts import diagnose_connection
from health.models import Heartbeat

pytestmark = pytest.mark.django_db


def skew(platforms, slug: str, seconds: int) -> None:
    platforms.fault(slug, "skew_clock", seconds=seconds)


def test_clock_that_agrees_is_not_mentioned(agency, platforms, sign_in, owner):
    check_now([agency.connect("facebook")[0].pk])

    assert not Heartbeat.objects.filter(pk="clock").exists()
    assert "clock of this server" not in sign_in(owner).get(reverse("grid")).content.decode()


def test_clock_forty_seconds_off_is_a_warning_and_nothing_more(agency, platforms, sign_in, owner):
    connection = agency.connect("facebook")[0]
    skew(platforms, "facebook", 40)

    check_now([connection.pk])

    page = sign_in(owner).get(reverse("grid")).content.decode()
    assert "seconds behind that of the platforms" in page
    seen = diagnose_connection(Connection.objects.with_parts().get(), timezone.now())
    assert seen.code == "ok"
    assert any("Our clock is" in sentence for sentence in seen.evidence)


def test_one_platform_with_a_wrong_clock_among_three_is_not_ours(agency, platforms):
    connections = [agency.connect(slug)[0] for slug in ("facebook", "x", "linkedin")]
    skew(platforms, "x", 600)

    check_now([connection.pk for connection in connections])

    assert not Heartbeat.objects.filter(pk="clock").exists()


def test_clock_is_the_cause_only_where_it_changes_the_verdict(agency, platforms):
    connection = agency.connect("instagram")[0]
    ends_at = Grant.objects.get().expires_at
    skew(platforms, "instagram", round((ends_at - timezone.now()).total_seconds()) + 60)

    check_now([connection.pk])

    seen = diagnose_connection(Connection.objects.with_parts().get(), timezone.now())
    assert (seen.cause, seen.remedy, seen.offers_reconnect) == ("clock_skew", "fix_clock", False)
    requests.delete(f"{platforms.url}/control/faults", timeout=5).raise_for_status()
    check_now([connection.pk])
    assert Connection.objects.get().status == "ok"


def test_warning_ends_when_the_clock_is_right_again(agency, platforms, sign_in, owner):
    Heartbeat.beat("clock", timezone.now() - timedelta(minutes=11), "40 seconds behind")

    assert "clock of this server" not in sign_in(owner).get(reverse("grid")).content.decode()
