"""Admins hear of an API version's end in time, and nobody else does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.models import PlatformApp
from health.api_versions import retiring_versions

TODAY = date(2026, 11, 21)
pytestmark = pytest.mark.django_db


def app_that_ends(on: date | str, **settings: Any) -> PlatformApp:
    own = {"api_version": "v22.0", "api_retires_on": str(on), **settings}
    return PlatformApp(platform="facebook", name="Our Facebook app", settings=own)


@pytest.mark.parametrize(
    ("days", "warns", "is_retired"),
    [(91, False, False), (90, True, False), (0, True, False), (-1, True, True)],
)
def test_version_is_warned_of_within_notice(days, warns, is_retired):
    found = retiring_versions([app_that_ends(TODAY + timedelta(days=days))], TODAY)

    assert [(one.days_left, one.is_retired) for one in found] == [(days, is_retired)] * warns


@pytest.mark.parametrize("told", [{}, {"api_retires_on": "soon"}, {"api_retires_on": "2026-13-45"}])
@pytest.mark.parametrize("platform", ["x", "facebook", "linkedin"])
def test_version_whose_end_nobody_knows_is_silent(platform, told):
    app = PlatformApp(platform=platform, settings={"api_version": "v999.0", **told})

    assert retiring_versions([app], TODAY) == []


def test_soonest_end_comes_first():
    later, sooner = app_that_ends("2026-12-24"), app_that_ends("2026-12-01")

    found = retiring_versions([later, sooner], TODAY)

    assert [one.app for one in found] == [sooner, later]


@pytest.fixture
def ending_soon(make_app) -> PlatformApp:
    ends = timezone.localdate() + timedelta(days=30)
    app = make_app("facebook")
    app.settings = {"api_version": "v22.0", "api_retires_on": str(ends)}
    app.save()
    return app


def test_admin_reads_what_ends_when_and_what_to_do(admin, ending_soon, sign_in):
    html = sign_in(admin).get("/").content.decode()

    assert "Facebook retires version v22.0 of its API about" in html
    assert f'datetime="{ending_soon.settings["api_retires_on"]}"' in html
    assert "in 30 days" in html
    assert "manage.py platform_app set-version" in html


def test_admin_reads_that_a_version_has_ended(admin, ending_soon, sign_in):
    yesterday = timezone.localdate() - timedelta(days=1)
    ending_soon.settings["api_retires_on"] = str(yesterday)
    ending_soon.save()

    html = sign_in(admin).get("/").content.decode()

    assert "Facebook retired version v22.0 of its API about" in html


@pytest.mark.parametrize("person", ["owner", "viewer"])
def test_others_are_not_told(person, request, ending_soon, sign_in):
    html = sign_in(request.getfixturevalue(person)).get("/").content.decode()

    assert "v22.0" not in html


def test_app_that_is_not_in_use_is_silent(admin, ending_soon, sign_in):
    PlatformApp.objects.update(retired_at=timezone.now())

    assert "v22.0" not in sign_in(admin).get("/").content.decode()
