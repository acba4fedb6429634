"""Settings of one's own, the theme, and the error pages."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import Settings as SettingsWrapper

from accounts.models import User
from config import errors

SignIn = Callable[[User], Browser]


def test_viewer_sets_name_and_time_zone(viewer: User, sign_in: SignIn) -> None:
    sign_in(viewer).post(reverse("settings"), {"name": "Vera", "time_zone": "Europe/Madrid"})

    viewer.refresh_from_db()
    assert (viewer.name, viewer.time_zone) == ("Vera", "Europe/Madrid")


def test_settings_cannot_raise_a_role(viewer: User, sign_in: SignIn) -> None:
    form = {"name": "V", "time_zone": "UTC", "role": "admin", "email": "x@relink.test"}

    sign_in(viewer).post(reverse("settings"), form)

    viewer.refresh_from_db()
    assert (viewer.role, viewer.email) == ("viewer", "viewer@relink.test")


def test_unknown_time_zone_is_refused(viewer: User, sign_in: SignIn) -> None:
    page = sign_in(viewer).post(reverse("settings"), {"name": "V", "time_zone": "Mars/Base"})

    viewer.refresh_from_db()
    assert (page.status_code, viewer.time_zone) == (422, "UTC")


def test_theme_is_kept_for_anybody(db: None) -> None:
    response = Browser().post(reverse("theme"), {"theme": "dark", "next": "/accounts/login/"})

    assert response["Location"] == "/accounts/login/"
    assert response.cookies["theme"].value == "dark"
    assert response.cookies["theme"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", r"/\evil.example", ""],
)
def test_theme_never_leads_elsewhere(target: str, db: None) -> None:
    headers = {"referer": target} if "evil" in target else {}

    response = Browser(headers=headers).post(reverse("theme"), {"theme": "dark", "next": target})

    assert response["Location"] == "/"


def test_theme_returns_to_the_page_it_was_changed_on(db: None) -> None:
    browser = Browser(headers={"referer": "http://testserver/clients/?show=archived"})

    response = browser.post(reverse("theme"), {"theme": "light"})

    assert response["Location"] == "http://testserver/clients/?show=archived"


def test_unknown_theme_is_refused(db: None) -> None:
    assert Browser().post(reverse("theme"), {"theme": "<b>"}).status_code == 400


def test_test_e_mail_goes_to_oneself(admin: User, sign_in: SignIn) -> None:
    page = sign_in(admin).post(reverse("test_email"), follow=True)

    assert mail.outbox[0].to == [admin.email]
    assert "took the message" in page.content.decode()


def test_test_e_mail_says_when_it_failed(
    admin: User, sign_in: SignIn, settings: SettingsWrapper
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    page = sign_in(admin).post(reverse("test_email"), follow=True)

    assert "127.0.0.1 cannot be reached" in page.content.decode()


def test_stale_form_says_what_to_do(owner: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(owner)

    page = browser.post(reverse("settings"), {"name": "x"})

    assert page.status_code == 403
    assert "reload the page" in page.content.decode()


@pytest.mark.parametrize("who", [None, "owner"])
def test_unknown_address_is_answered_kindly(
    who: str | None, db: None, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(who)) if who else Browser()

    page = browser.get("/no/such/page")

    assert page.status_code == 404
    assert "Reference" in page.content.decode()


def test_server_error_needs_neither_database_nor_session() -> None:
    request = RequestFactory().get("/", headers={"cookie": "theme=dark"})

    page = errors.server_error(request)

    assert page.status_code == 500
    assert 'data-theme="dark"' in page.content.decode()
