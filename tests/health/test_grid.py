"""The grid's rows and counts: what is shown, in which order, with how many queries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database
from django.http import QueryDict
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client, User
from connections.models import Connection
from health.displayed import visible_connections
from health.facts import diagnose_connection
from health.grid import Grid, build_grid, find_columns
from health.grid_filters import UnknownFilterError, read_filters
from health.models import Heartbeat
from health.statuses import Displayed
from health.summary import summarise

Make = Callable[..., Any]
MOST_QUERIES = 8


def read(user: User, address: str = "") -> Grid:
    now = timezone.now()
    columns = find_columns(summarise(user, now).platforms)
    return build_grid(user, read_filters(QueryDict(address)), columns, now)


def codes(grid: Grid) -> list[str]:
    return [entry.status.code for entry in grid.entries]


STATES: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "app": lambda now: {"status": "app", "cause": "app_credentials"},
    "revoked": lambda now: {"status": "revoked", "cause": "revoked"},
    "expired": lambda now: {"status": "expired", "cause": "expired"},
    "role": lambda now: {"status": "role", "cause": "role_lost"},
    "scope": lambda now: {"status": "scope", "cause": "permission_missing"},
    "expiring": lambda now: {"status": "expiring"},
    "platform": lambda now: {"unverified_since": now, "unverified_cause": "platform_outage"},
    "stale": lambda now: {"last_check_at": now - settings.STALE_AFTER - timedelta(minutes=1)},
    "never": lambda now: {"last_check_at": None, "status_since": now - timedelta(days=30)},
    "paused": lambda now: {"checks_paused_until": now + timedelta(days=1)},
    "pause over": lambda now: {"checks_paused_until": now - timedelta(days=1)},
    "broken and paused": lambda now: {
        "status": "revoked",
        "checks_paused_until": now + timedelta(days=1),
    },
    "broken and unverified": lambda now: {"status": "expired", "unverified_since": now},
    "expiring and unverified": lambda now: {"status": "expiring", "unverified_since": now},
    "stale and paused": lambda now: {
        "last_check_at": now - timedelta(days=30),
        "checks_paused_until": now + timedelta(days=1),
    },
    "ok": lambda now: {},
}


@pytest.mark.parametrize("state", STATES)
def test_database_and_diagnosis_show_the_same_status(
    state: str, admin: User, client_row: Client, make_connection: Make, now: datetime
) -> None:
    made = make_connection(client_row, **STATES[state](now))

    severity = visible_connections(admin, now).get().severity

    shown = Connection.objects.with_parts().get(pk=made.pk)
    assert Displayed(diagnose_connection(shown, now).code).severity == severity


def test_connection_without_access_is_shown_as_not_connected(
    admin: User, client_row: Client, make_grant: Make, make_connection: Make
) -> None:
    make_connection(client_row, grant=make_grant(access_token=""), status="revoked")

    assert codes(read(admin, "view=list")) == ["none"]


def test_list_shows_the_worst_first(
    admin: User, client_row: Client, make_connection: Make, now: datetime
) -> None:
    worst_first = ["app", "revoked", "expired", "role", "scope", "expiring"]
    worst_first += ["platform", "stale", "paused", "ok"]
    for state in reversed(worst_first):
        make_connection(client_row, **STATES[state](now))

    assert codes(read(admin, "view=list")) == worst_first


def test_matrix_shows_the_clients_with_the_worst_connections_first(
    admin: User, make_connection: Make
) -> None:
    for name, status in (("Able", "ok"), ("Baker", "expiring"), ("Charlie", "revoked")):
        client = Client.objects.create(name=name)
        make_connection(client)
        make_connection(client, "tiktok", status=status)
    Client.objects.create(name="Aardvark")

    names = [row.client for row in read(admin).rows]

    assert names == ["Charlie", "Baker", "Able", "Aardvark"]


def test_cell_holds_every_connection_of_the_platform_worst_first(
    admin: User, client_row: Client, make_connection: Make
) -> None:
    make_connection(client_row, "x")
    make_connection(client_row, "x", status="revoked", cause="revoked")

    [cell] = read(admin).rows[0].cells

    assert [entry.status.code for entry in cell.entries] == ["revoked", "ok"]


def test_entry_says_age_end_permissions_and_last_check(
    admin: User, client_row: Client, make_grant: Make, make_connection: Make, now: datetime
) -> None:
    grant = make_grant("facebook", refresh_token="", expires_at=now + timedelta(days=20))
    grant.scopes = grant.scopes[1:]
    grant.save()
    made = make_connection(client_row, "facebook", grant=grant)

    [entry] = read(admin, "view=list").entries

    required = len(made.required_scopes)
    assert entry.age == "3 d"
    assert entry.ends.startswith("ends ")
    assert entry.permissions == f"{required - 1}/{required}"
    assert entry.last_good_check_at == made.last_good_check_at


def test_entry_names_who_connected_it(
    admin: User, owner: User, client_row: Client, make_grant: Make, make_connection: Make
) -> None:
    make_connection(client_row, grant=make_grant(connected_by=owner))

    assert read(admin, "view=list").entries[0].connected_by == "Owner"


@pytest.mark.parametrize(
    ("state", "offered"),
    [("app", False), ("platform", False), ("ok", False), ("revoked", True), ("expiring", True)],
)
def test_reconnect_is_offered_only_where_it_helps(
    state: str, offered: bool, admin: User, client_row: Client, make_connection: Make, now: datetime
) -> None:
    make_connection(client_row, **STATES[state](now))

    assert read(admin, "view=list").entries[0].offers_reconnect is offered


def test_stranger_sees_no_row_and_no_count(
    stranger: User, client_row: Client, make_connection: Make
) -> None:
    make_connection(client_row, status="revoked")

    assert summarise(stranger, timezone.now()).total == 0
    assert [row.client for row in read(stranger).rows] == ["Somebody Else"]
    assert read(stranger, "view=list").total == 0


def test_archived_and_disconnected_are_left_out(
    admin: User, client_row: Client, make_connection: Make, now: datetime
) -> None:
    make_connection(client_row, disconnected_at=now)
    make_connection(Client.objects.create(name="Closed", archived_at=now))

    assert read(admin, "view=list").total == 0
    assert [row.client for row in read(admin).rows] == [client_row.name]


def test_filters_narrow_by_client_platform_and_status(
    admin: User, client_row: Client, make_connection: Make
) -> None:
    other = Client.objects.create(name="Olive Grove")
    wanted = make_connection(client_row, "tiktok", status="revoked", cause="revoked")
    make_connection(client_row, "x", status="revoked", cause="revoked")
    make_connection(client_row, "tiktok")
    make_connection(other, "tiktok", status="revoked", cause="revoked")

    grid = read(admin, "view=list&q=harbour&platform=tiktok&status=revoked,expired")

    assert [entry.id for entry in grid.entries] == [wanted.pk]
    assert grid.found == "1 connection matches"


def test_status_filter_of_the_matrix_keeps_clients_with_such_a_connection(
    admin: User, client_row: Client, make_connection: Make
) -> None:
    make_connection(client_row, status="expired", cause="expired")
    make_connection(Client.objects.create(name="Fine"))

    assert [row.client for row in read(admin, "status=expired").rows] == [client_row.name]


def test_status_none_finds_clients_with_an_empty_cell(
    admin: User, client_row: Client, make_connection: Make
) -> None:
    make_connection(client_row, "x")
    make_connection(client_row, "tiktok")
    make_connection(Client.objects.create(name="Half"), "x")

    assert [row.client for row in read(admin, "status=none").rows] == ["Half"]


@pytest.mark.parametrize(
    "address", ["status=foo", "platform=foo", "view=foo", "page=0", "page=x", "page=²", "page=7"]
)
def test_unknown_filters_are_refused(address: str, admin: User, client_row: Client) -> None:
    with pytest.raises(UnknownFilterError, match="There is no"):
        read(admin, address)


def test_second_page_goes_on_where_the_first_ended(admin: User, db: None) -> None:
    Client.objects.bulk_create(Client(name=f"Client {n:02}") for n in range(30))

    first, second = read(admin), read(admin, "page=2")

    assert len(first.rows) == 25
    assert [row.client for row in second.rows] == [f"Client {n}" for n in range(25, 30)]
    assert (first.following, second.following, second.total) == ("?page=2", "", 30)


def test_summary_says_how_many_need_somebody(
    admin: User, client_row: Client, make_connection: Make
) -> None:
    make_connection(client_row, status="revoked", cause="revoked")
    make_connection(client_row, status="app", cause="app_credentials")
    make_connection(client_row)

    sentence = summarise(admin, timezone.now()).sentence

    assert sentence == (
        "1 of 3 connections needs someone to sign in. 1 waits for your administrator."
    )


@pytest.fixture
def populate(make_grant: Make, make_connection: Make, admin: User, now: datetime) -> Make:
    """Add clients, each with a broken and a paused connection."""
    x, facebook = make_grant("x"), make_grant("facebook")
    paused = {"checks_paused_until": now + timedelta(days=1), "checks_paused_by": admin}

    def add(clients: int) -> None:
        begin = Client.objects.count()
        for number in range(begin, begin + clients):
            client = Client.objects.create(name=f"Client {number:03}")
            make_connection(client, "x", grant=x, status="revoked", cause="revoked")
            make_connection(client, "facebook", grant=facebook, **paused)

    return add


@pytest.mark.parametrize("address", ["/", "/?view=list", "/?status=revoked,none&platform=x"])
def test_grid_takes_the_same_queries_for_ten_and_two_hundred_clients(
    address: str, admin: User, sign_in: Callable[[User], Browser], populate: Make, now: datetime
) -> None:
    Heartbeat.beat("sweep", now)
    populate(10)
    browser = sign_in(admin)
    few = _queries(browser, address)

    populate(190)

    assert _queries(browser, address) == few <= MOST_QUERIES


def _queries(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(database) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)
