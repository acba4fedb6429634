"""What admins change about people."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import AuditEvent, Client, Role, User
from tests.accounts.counting import assert_same_queries

SignIn = Callable[[User], Browser]


@pytest.mark.parametrize("name", ["staff", "invite", "audit"])
@pytest.mark.parametrize("who", ["owner", "viewer"])
def test_admin_pages_name_who_can_grant_them(
    name: str, who: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    page = sign_in(request.getfixturevalue(who)).get(reverse(name))

    assert page.status_code == 403
    assert "An admin of your agency can change it" in page.content.decode()


def test_anonymous_is_sent_to_sign_in(db: None) -> None:
    assert Browser().get(reverse("staff"))["Location"] == "/accounts/login/?next=/staff/"


def test_role_and_clients_change(
    admin: User, stranger: User, client_row: Client, sign_in: SignIn
) -> None:
    form = {"role": "viewer", "clients": [client_row.pk]}

    sign_in(admin).post(reverse("staff_member", args=[stranger.pk]), form)

    stranger.refresh_from_db()
    assert (stranger.role, list(stranger.clients.all())) == (Role.VIEWER, [client_row])
    assert AuditEvent.objects.get().detail == (
        "stranger@relink.test: Staff to Viewer; Harbour Bakery"
    )


def test_archived_client_somebody_works_for_is_kept(
    admin: User, owner: User, client_row: Client, sign_in: SignIn
) -> None:
    Client.objects.update(archived_at="2026-01-01T00:00Z")

    page = sign_in(admin).get(reverse("staff_member", args=[owner.pk]))

    assert str(client_row.pk) in page.content.decode()


def test_last_admin_cannot_be_demoted(admin: User, sign_in: SignIn) -> None:
    page = sign_in(admin).post(reverse("staff_member", args=[admin.pk]), {"role": "staff"})

    admin.refresh_from_db()
    assert (page.status_code, admin.role) == (422, Role.ADMIN)
    assert "last active admin" in page.content.decode()


def test_last_admin_cannot_be_deactivated(admin: User, sign_in: SignIn) -> None:
    User.objects.create_user("gone@relink.test", role=Role.ADMIN, is_active=False)

    page = sign_in(admin).post(reverse("deactivate_member", args=[admin.pk]), follow=True)

    admin.refresh_from_db()
    assert admin.is_active
    assert "last active admin" in page.content.decode()


def test_deactivating_ends_sessions_for_good(admin: User, owner: User, sign_in: SignIn) -> None:
    theirs, ours = sign_in(owner), sign_in(admin)
    ours.post(reverse("deactivate_member", args=[owner.pk]))
    ours.post(reverse("reactivate_member", args=[owner.pk]))

    assert theirs.get(reverse("settings")).status_code == 302
    assert sign_in(User.objects.get(pk=owner.pk)).get(reverse("settings")).status_code == 200


def test_staff_list_takes_constant_queries(admin: User, sign_in: SignIn) -> None:
    def add(count: int) -> None:
        for number in range(count):
            person = User.objects.create_user(f"p{User.objects.count()}@relink.test")
            person.clients.add(Client.objects.create(name=f"{person.email} {number}"))

    assert_same_queries(sign_in(admin), reverse("staff"), add)


def test_audit_trail_pages_by_number(admin: User, sign_in: SignIn) -> None:
    AuditEvent.objects.bulk_create(AuditEvent(action=f"did {n}.") for n in range(51))
    browser = sign_in(admin)
    first = browser.get(reverse("audit"))
    oldest = AuditEvent.objects.order_by("id").first()

    second = browser.get(reverse("audit"), {"before": oldest.pk + 1})

    assert "did 50." in first.content.decode()
    assert "did 0." not in first.content.decode()
    assert "did 0." in second.content.decode()
    assert "did 1." not in second.content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_audit_trail_ignores_a_broken_number(before: str, admin: User, sign_in: SignIn) -> None:
    assert sign_in(admin).get(reverse("audit"), {"before": before}).status_code == 200
