"""Signing in, and what keeps people out."""

import logging

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings as SettingsWrapper

from accounts.models import User
from accounts.second_factor import SealingAdapter
from connections.redaction import mask

PASSWORD = "correct horse battery staple"


def _sign_in(email: str, password: str = PASSWORD) -> tuple[Browser, int, str]:
    browser = Browser()
    response = browser.post(reverse("account_login"), {"login": email, "password": password})
    return browser, response.status_code, response.headers.get("Location", "")


def test_sign_in_takes_the_e_mail_address_in_any_case(owner: User) -> None:
    _, status, target = _sign_in("Owner@Relink.Test")

    assert (status, target) == (302, "/")


def test_sign_in_form_names_its_fields_for_password_managers(db: None) -> None:
    page = Browser().get(reverse("account_login")).content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_wrong_password_says_what_to_do(owner: User) -> None:
    page = Browser().post(reverse("account_login"), {"login": owner.email, "password": "no"})

    assert "Check both, or reset your password" in page.content.decode()


def test_sign_in_is_rate_limited(owner: User) -> None:
    for _ in range(5):
        _sign_in(owner.email, "wrong")

    browser, _, _ = _sign_in(owner.email)

    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("method", ["get", "post"])
def test_sign_up_is_closed(db: None, method: str) -> None:
    data = {"email": "new@relink.test", "password1": PASSWORD, "password2": PASSWORD}

    response = getattr(Browser(), method)("/accounts/signup/", data)

    assert response.status_code in {403, 405}
    assert not User.objects.filter(email="new@relink.test").exists()


@pytest.mark.parametrize("path", ["email/", "confirm-email/x/", "login/code/", "signup/passkey/"])
def test_pages_of_allauth_we_do_not_use_have_no_address(db: None, path: str) -> None:
    assert Browser().get(f"/accounts/{path}").status_code == 404


def test_deactivated_person_cannot_sign_in(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)

    browser, _, target = _sign_in(owner.email)

    assert target == reverse("account_inactive")
    assert "deactivated" in browser.get(target).content.decode()


def test_sign_out_needs_a_post(owner: User) -> None:
    browser, _, _ = _sign_in(owner.email)

    browser.get(reverse("account_logout"))

    assert "_auth_user_id" in browser.session


def test_sign_out_by_post(owner: User) -> None:
    browser, _, _ = _sign_in(owner.email)

    browser.post(reverse("account_logout"))

    assert "_auth_user_id" not in browser.session


def test_reset_link_comes_from_the_public_address(owner: User, settings: SettingsWrapper) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    Browser(headers={"host": "evil.example"}).post(
        reverse("account_reset_password"), {"email": owner.email}
    )

    assert f"{settings.PUBLIC_URL}/accounts/password/reset/key/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


def test_reset_answers_the_same_for_an_unknown_address(owner: User) -> None:
    known = Browser().post(reverse("account_reset_password"), {"email": owner.email})
    unknown = Browser().post(reverse("account_reset_password"), {"email": "no@relink.test"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_password_is_not_logged(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    _sign_in(owner.email, "planted-password-4711")

    assert "planted-password-4711" not in mask(caplog.text)


def test_second_factor_secret_is_sealed(db: None) -> None:
    adapter = SealingAdapter()

    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_asking_for_a_new_password_does_not_bar_the_second_factor(owner: User) -> None:
    browser, _, _ = _sign_in(owner.email)
    Browser().post(reverse("account_reset_password"), {"email": owner.email})

    target = browser.get(reverse("mfa_activate_totp"))["Location"]

    assert target.startswith(reverse("account_reauthenticate"))


def test_waiting_for_the_second_factor_can_be_cancelled(owner: User) -> None:
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    browser, _, target = _sign_in(owner.email)

    browser.post(reverse("account_logout"), {"next": reverse("account_login")})

    assert target == reverse("mfa_authenticate")
    assert browser.get(reverse("account_login")).status_code == 200
