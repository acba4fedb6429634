"""Invitations: who may send one, what its link does in each state."""

import io
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEvent, Client, Invitation, Role, User, hash_token
from connections.redaction import mask

PASSWORD = "a new and long password"
FORM = {
    "email": "new@relink.test",
    "name": "Nadia",
    "password": PASSWORD,
    "password_again": PASSWORD,
}
SignIn = Callable[[User], Browser]


@pytest.fixture
def invited(admin: User, client_row: Client) -> tuple[Invitation, str]:
    return invitations.invite(
        email="new@relink.test",
        role=Role.STAFF,
        clients=[client_row],
        invited_by=admin,
        now=timezone.now(),
    )


def _address(token: str) -> str:
    return reverse("join", args=[token])


def test_invite_is_for_admins(owner: User, sign_in: SignIn) -> None:
    assert sign_in(owner).get(reverse("invite")).status_code == 403


def test_invite_sends_the_link_and_shows_it_once(admin: User, sign_in: SignIn) -> None:
    browser = sign_in(admin)
    page = browser.post(
        reverse("invite"), {"email": "New@relink.test", "role": "staff"}, follow=True
    )
    link = mail.outbox[0].body.split("here:\n")[1].split("\n")[0]

    assert link in page.content.decode()
    assert link not in browser.get(page.redirect_chain[-1][0]).content.decode()


def test_invite_keeps_only_the_hash(invited: tuple[Invitation, str]) -> None:
    invitation, token = invited

    assert invitation.token_hash == hash_token(token)
    assert token not in str(Invitation.objects.values().get())


def test_invite_refuses_somebody_who_works_here(admin: User, owner: User, sign_in: SignIn) -> None:
    page = sign_in(admin).post(reverse("invite"), {"email": owner.email, "role": "staff"})

    assert page.status_code == 422
    assert "works here already" in page.content.decode()
    assert not Invitation.objects.exists()


def test_invite_replaces_an_older_invitation(invited: tuple[Invitation, str]) -> None:
    _, token = invited

    invitations.invite(
        email="NEW@relink.test", role=Role.STAFF, clients=[], invited_by=None, now=timezone.now()
    )

    assert Browser().get(_address(token)).status_code == 410


def test_opening_the_link_changes_nothing(invited: tuple[Invitation, str]) -> None:
    _, token = invited

    assert [Browser().get(_address(token)).status_code for _ in range(2)] == [200, 200]
    assert not User.objects.filter(email="new@relink.test").exists()


def test_link_page_is_kept_private(invited: tuple[Invitation, str]) -> None:
    response = Browser().get(_address(invited[1]))

    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]


def test_joining_gives_the_invited_role_and_clients(
    invited: tuple[Invitation, str], client_row: Client
) -> None:
    browser = Browser()

    browser.post(_address(invited[1]), FORM)

    person = User.objects.get(email="new@relink.test")
    assert (person.role, list(person.clients.all())) == (Role.STAFF, [client_row])
    assert browser.session["_auth_user_id"] == str(person.pk)


def test_joining_ignores_what_the_form_says_of_address_and_role(
    invited: tuple[Invitation, str],
) -> None:
    Browser().post(_address(invited[1]), {**FORM, "email": "x@relink.test", "role": "admin"})

    assert User.objects.get(email="new@relink.test").role == Role.STAFF


@pytest.mark.parametrize(
    "wrong", [{"password_again": "other"}, {"password": "short", "password_again": "short"}]
)
def test_joining_with_a_bad_password_changes_nothing(
    invited: tuple[Invitation, str], wrong: dict[str, str]
) -> None:
    response = Browser().post(_address(invited[1]), {**FORM, **wrong})

    assert response.status_code == 422
    assert invitations.Invitation.objects.get().accepted_at is None


def test_link_works_once(invited: tuple[Invitation, str]) -> None:
    Browser().post(_address(invited[1]), FORM)

    response = Browser().post(_address(invited[1]), {**FORM, "name": "Second"})

    assert response.status_code == 410
    assert "was used" in response.content.decode()


def test_expired_link_says_so(invited: tuple[Invitation, str]) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    response = Browser().post(_address(invited[1]), FORM)

    assert response.status_code == 410
    assert "has expired" in response.content.decode()


def test_withdrawn_link_says_so(
    invited: tuple[Invitation, str], admin: User, sign_in: SignIn
) -> None:
    sign_in(admin).post(reverse("withdraw_invitation", args=[invited[0].pk]))

    response = Browser().get(_address(invited[1]))

    assert response.status_code == 410
    assert "was withdrawn" in response.content.decode()


def test_forged_link_is_not_found(db: None) -> None:
    assert Browser().get(_address("forged")).status_code == 404


def test_address_taken_meanwhile_changes_nothing(invited: tuple[Invitation, str]) -> None:
    User.objects.create_user("new@relink.test", PASSWORD)

    response = Browser().post(_address(invited[1]), FORM)

    assert response.status_code == 410
    assert "have an account already" in response.content.decode()


def test_token_and_password_are_not_logged(
    invited: tuple[Invitation, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = {**FORM, "password_again": "something else"}

    Browser().post(_address(invited[1]), wrong)
    Browser(enforce_csrf_checks=True).post(_address(invited[1]), FORM)

    assert invited[1] not in mask(caplog.text)
    assert PASSWORD not in caplog.text


def test_inviting_and_joining_are_on_the_audit_trail(invited: tuple[Invitation, str]) -> None:
    Browser().post(_address(invited[1]), FORM)

    actions = list(AuditEvent.objects.order_by("id").values_list("actor_name", "action"))
    assert actions == [("Admin", "invited"), ("Nadia", "joined")]


def test_command_prints_a_link_that_makes_an_admin(db: None) -> None:
    printed = io.StringIO()
    call_command("invite", "first@relink.test", role="admin", stdout=printed, stderr=io.StringIO())
    token = printed.getvalue().strip().rsplit("/", 1)[1]

    Browser().post(_address(token), FORM)

    assert User.objects.get(email="first@relink.test").is_admin


def test_createsuperuser_makes_an_admin(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", email="Root@relink.test", interactive=False, verbosity=0)

    assert User.objects.get(email="root@relink.test").is_admin
