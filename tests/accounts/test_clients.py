"""Clients: who sees, adds, changes and archives them."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Client, User
from connections.models import Connection, PlatformApp
from tests.accounts.counting import assert_same_queries

SignIn = Callable[[User], Browser]
FORM = {"name": "Hotel Sol", "contact_name": "Eva", "contact_email": "eva@hotel.test"}


def test_list_shows_only_clients_one_works_for(
    owner: User, stranger: User, sign_in: SignIn
) -> None:
    page = sign_in(owner).get(reverse("clients")).content.decode()

    assert "Harbour Bakery" in page
    assert "Somebody Else" not in page


def test_list_shows_admins_every_client(
    admin: User, owner: User, stranger: User, sign_in: SignIn
) -> None:
    page = sign_in(admin).get(reverse("clients")).content.decode()

    assert "Harbour Bakery" in page
    assert "Somebody Else" in page


@pytest.mark.parametrize(
    ("name", "method"), [("client", "get"), ("edit_client", "get"), ("edit_client", "post")]
)
def test_stranger_gets_not_found(
    name: str, method: str, client_row: Client, stranger: User, sign_in: SignIn
) -> None:
    response = getattr(sign_in(stranger), method)(reverse(name, args=[client_row.pk]), FORM)

    assert response.status_code == 404


def test_colleague_sees_the_client_and_its_people(
    client_row: Client, owner: User, colleague: User, sign_in: SignIn
) -> None:
    page = sign_in(colleague).get(reverse("client", args=[client_row.pk])).content.decode()

    assert "Owner" in page
    assert "No account is connected yet" in page


def test_staff_see_the_client_they_add(owner: User, sign_in: SignIn) -> None:
    sign_in(owner).post(reverse("new_client"), FORM)

    assert Client.objects.visible_to(owner).filter(name="Hotel Sol").exists()
    assert AuditEvent.objects.get().action == "added a client"


@pytest.mark.parametrize("name", ["new_client", "edit_client"])
def test_viewer_cannot_change_clients(
    name: str, client_row: Client, viewer: User, sign_in: SignIn
) -> None:
    address = reverse(name, args=[client_row.pk] if name == "edit_client" else [])

    assert sign_in(viewer).post(address, FORM).status_code == 403
    assert Client.objects.get().name == "Harbour Bakery"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "somebody ELSE"}, {"contact_email": "x"}])
def test_bad_input_changes_nothing_and_links_the_field(
    wrong: dict[str, str], client_row: Client, owner: User, stranger: User, sign_in: SignIn
) -> None:
    page = sign_in(owner).post(reverse("edit_client", args=[client_row.pk]), {**FORM, **wrong})

    client_row.refresh_from_db()
    assert (page.status_code, client_row.name) == (422, "Harbour Bakery")
    assert f'href="#id_{next(iter(wrong))}"' in page.content.decode()


def test_archiving_is_for_admins(client_row: Client, owner: User, sign_in: SignIn) -> None:
    sign_in(owner).post(reverse("archive_client", args=[client_row.pk]))

    assert not Client.objects.get().is_archived


def test_archived_client_leaves_the_list_and_comes_back(
    client_row: Client, admin: User, sign_in: SignIn
) -> None:
    browser = sign_in(admin)
    browser.post(reverse("archive_client", args=[client_row.pk]))
    browser.get(reverse("client", args=[client_row.pk]))
    current = browser.get(reverse("clients")).content.decode()
    archived = browser.get(reverse("clients"), {"show": "archived"}).content.decode()
    browser.post(reverse("restore_client", args=[client_row.pk]))

    assert "Harbour Bakery" not in current
    assert "Harbour Bakery" in archived
    assert "Harbour Bakery" in browser.get(reverse("clients")).content.decode()


def test_archived_client_is_still_visible_to_its_people(
    client_row: Client, owner: User, sign_in: SignIn
) -> None:
    Client.objects.update(archived_at=timezone.now())

    page = sign_in(owner).get(reverse("client", args=[client_row.pk]))

    assert "their history is kept" in page.content.decode()


def test_list_takes_constant_queries(admin: User, sign_in: SignIn) -> None:
    def add(count: int) -> None:
        start = Client.objects.count()
        Client.objects.bulk_create(Client(name=f"Client {start + n}") for n in range(count))

    assert_same_queries(sign_in(admin), reverse("clients"), add)


def test_list_is_in_order_of_names(admin: User, sign_in: SignIn) -> None:
    Client.objects.bulk_create(Client(name=name) for name in ("Beta", "Alpha", "Gamma"))

    page = sign_in(admin).get(reverse("clients"))

    assert [client.name for client in page.context["clients"]] == ["Alpha", "Beta", "Gamma"]


def _connect(client: Client, count: int) -> None:
    app, _ = PlatformApp.objects.get_or_create(
        platform="x", client_id="1", defaults={"name": "X", "environment": "sandbox"}
    )
    now = timezone.now()
    start = Connection.objects.count()
    Connection.objects.bulk_create(
        Connection(
            client=client,
            app=app,
            external_id=str(start + number),
            name=f"Account {start + number}",
            status_since=now,
            next_check_at=now,
        )
        for number in range(count)
    )


def test_client_page_takes_constant_queries(
    client_row: Client, owner: User, sign_in: SignIn
) -> None:
    address = reverse("client", args=[client_row.pk])

    assert_same_queries(sign_in(owner), address, lambda count: _connect(client_row, count))


def test_list_counts_live_connections_only(
    client_row: Client, owner: User, sign_in: SignIn
) -> None:
    _connect(client_row, 3)
    Connection.objects.filter(external_id="0").update(disconnected_at=timezone.now())

    page = sign_in(owner).get(reverse("clients"))

    assert [client.connection_count for client in page.context["clients"]] == [2]


def test_archiving_stops_checks_and_keeps_connections(
    client_row: Client, admin: User, sign_in: SignIn
) -> None:
    _connect(client_row, 1)

    sign_in(admin).post(reverse("archive_client", args=[client_row.pk]))

    assert not Connection.objects.due(timezone.now()).exists()
    assert Connection.objects.count() == 1
