"""The grid of connections: rows with plain values, ready to be printed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window

from accounts.models import Client, User
from connections.models import Connection, PlatformApp
from connections.platforms import PLATFORMS
from health.displayed import NEEDS_ACTION, SHOWN, Shown, showing, visible_connections
from health.facts import diagnose_connection
from health.grid_filters import Filters, UnknownFilterError
from health.moments import DAY, clock, day, duration
from health.statuses import Displayed

CLIENTS_A_PAGE = 25
CONNECTIONS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A platform, and the app a new account of it is connected with."""

    slug: str
    name: str
    app_id: UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One connection as the grid shows it."""

    id: UUID
    client_id: UUID
    client: str
    platform: str
    platform_slug: str
    account: str
    kind: str
    status: Shown
    why: str
    who: str
    offers_reconnect: bool
    unverified_since: datetime | None
    age: str
    issued_at: datetime | None
    ends: str
    ends_at: datetime | None
    permissions: str
    last_good_check_at: datetime | None
    connected_by: str

    @property
    def needs_action(self) -> bool:
        return self.status.code in NEEDS_ACTION

    @property
    def reconnect_label(self) -> str:
        return "Reconnect now" if self.status.code == "expiring" else "Reconnect"


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Row:
    client_id: UUID
    client: str
    cells: tuple[Cell, ...]

    @property
    def need_action(self) -> int:
        return sum(entry.needs_action for cell in self.cells for entry in cell.entries)


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of the matrix (``rows``) or of the list (``entries``)."""

    filters: Filters
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    entries: tuple[Entry, ...]
    total: int
    pages: int

    @property
    def previous(self) -> str:
        page = self.filters.page
        return self.filters.address(page=page - 1) if page > 1 else ""

    @property
    def following(self) -> str:
        page = self.filters.page
        return self.filters.address(page=page + 1) if page < self.pages else ""

    @property
    def found(self) -> str:
        """Say how many match, for the live region."""
        noun = "client" if self.filters.view == "matrix" else "connection"
        verb = "matches" if self.total == 1 else "match"
        return f"{self.total} {noun}{'' if self.total == 1 else 's'} {verb}"


def build_grid(
    user: User | AnonymousUser, filters: Filters, columns: tuple[Column, ...], now: datetime
) -> Grid:
    """Fetch one page in at most two queries; raises ``UnknownFilterError`` past the last page."""
    shown = tuple(c for c in columns if not filters.platforms or c.slug in filters.platforms)
    if filters.view == "list":
        connections = list(_page_of_connections(user, filters, now))
        total, pages = _extent(filters, connections, CONNECTIONS_A_PAGE)
        entries = tuple(describe(connection, now) for connection in connections)
        return Grid(filters, shown, (), entries, total, pages)
    clients = list(_page_of_clients(user, filters, shown, now))
    total, pages = _extent(filters, clients, CLIENTS_A_PAGE)
    return Grid(filters, shown, tuple(_rows(user, clients, shown, now)), (), total, pages)


def _extent(filters: Filters, found: list[Client] | list[Connection], size: int) -> tuple[int, int]:
    """Return how many rows match in all, and how many pages they fill."""
    if not found and filters.page > 1:
        raise UnknownFilterError(f"There is no page “{filters.page}”.")
    total = found[0].total if found else 0
    return total, -(-total // size)


def _slice(filters: Filters, size: int) -> slice:
    return slice((filters.page - 1) * size, filters.page * size)


def _matching(user: User | AnonymousUser, filters: Filters, now: datetime) -> QuerySet[Connection]:
    connections = visible_connections(user, now)
    if filters.platforms:
        connections = connections.filter(app__platform__in=filters.platforms)
    if filters.statuses:
        connections = showing(connections, filters.statuses)
    return connections


def _page_of_connections(
    user: User | AnonymousUser, filters: Filters, now: datetime
) -> QuerySet[Connection]:
    """Return a page of the list, worst first."""
    connections = _matching(user, filters, now)
    if filters.text:
        connections = connections.filter(client__name__icontains=filters.text)
    return (
        connections.with_parts()
        .select_related("checks_paused_by")
        .annotate(total=Window(Count("*")))
        .order_by("severity", "client__name", "app__platform", "name", "id")[
            _slice(filters, CONNECTIONS_A_PAGE)
        ]
    )


def _page_of_clients(
    user: User | AnonymousUser, filters: Filters, columns: tuple[Column, ...], now: datetime
) -> QuerySet[Client]:
    """Return a page of clients, those with the worst connection first."""
    clients = Client.objects.visible_to(user).current().filter(name__icontains=filters.text)
    if filters.statuses:
        matching = Exists(_matching(user, filters, now).filter(client=OuterRef("pk")))
        clients = clients.filter(Q(matching) | _lacking_one_of(filters, columns))
    worst = _of_columns(user, columns, now).filter(client=OuterRef("pk")).order_by("severity")
    return clients.annotate(
        worst=Subquery(worst.values("severity")[:1]), total=Window(Count("*"))
    ).order_by(F("worst").asc(nulls_last=True), "name")[_slice(filters, CLIENTS_A_PAGE)]


def _lacking_one_of(filters: Filters, columns: tuple[Column, ...]) -> Q:
    """Return the condition that some column of a client is empty, where that is asked for."""
    lacking = Q(pk__in=[])
    for column in columns if "none" in filters.statuses else ():
        here = Connection.objects.connected().filter(
            client=OuterRef("pk"), app__platform=column.slug
        )
        lacking |= ~Exists(here)
    return lacking


def _of_columns(
    user: User | AnonymousUser, columns: tuple[Column, ...], now: datetime
) -> QuerySet[Connection]:
    slugs = [column.slug for column in columns]
    return visible_connections(user, now).filter(app__platform__in=slugs)


def _rows(
    user: User | AnonymousUser, clients: list[Client], columns: tuple[Column, ...], now: datetime
) -> Iterable[Row]:
    cells: defaultdict[tuple[UUID, str], list[Entry]] = defaultdict(list)
    connections = (
        _of_columns(user, columns, now)
        .filter(client__in=clients)
        .with_parts()
        .select_related("checks_paused_by")
    )
    for connection in connections.order_by("severity", "name", "id"):
        entry = describe(connection, now)
        cells[entry.client_id, entry.platform_slug].append(entry)
    for client in clients:
        yield Row(
            client.pk,
            client.name,
            tuple(Cell(column, tuple(cells[client.pk, column.slug])) for column in columns),
        )


def describe(connection: Connection, now: datetime) -> Entry:
    """Return what the grid shows of a connection that came ``with_parts``; asks nothing."""
    diagnosis = diagnose_connection(connection, now)
    grant, platform = connection.grant, connection.adapter
    ends_at, ends = end_of_access(connection, now)
    if diagnosis.is_broken:
        # What was promised before it broke is not true any more.
        ends_at, ends = None, "sign-in needed" if diagnosis.offers_reconnect else ""
    connected_by = grant.connected_by if grant else None
    shown = SHOWN[Displayed(diagnosis.code)]
    return Entry(
        id=connection.pk,
        client_id=connection.client_id,
        client=connection.client.name,
        platform=platform.name,
        platform_slug=platform.slug,
        account=connection.label,
        kind=connection.kind,
        status=replace(shown, label=diagnosis.label),
        why=diagnosis.why,
        who=diagnosis.who,
        offers_reconnect=diagnosis.offers_reconnect,
        unverified_since=connection.unverified_since,
        age=duration(now - grant.issued_at) if grant else "",
        issued_at=grant.issued_at if grant else None,
        ends=ends,
        ends_at=ends_at,
        permissions=granted_of_required(connection),
        last_good_check_at=connection.last_good_check_at,
        connected_by=str(connected_by or ""),
    )


def granted_of_required(connection: Connection) -> str:
    required = len(connection.required_scopes)
    return f"{required - len(connection.missing_scopes)}/{required}"


def end_of_access(connection: Connection, now: datetime) -> tuple[datetime | None, str]:
    """Return when access ends, and how to say it: it ends, it renews by itself, or neither."""
    grant, ends_at = connection.grant, connection.ends_at
    if grant is None or not grant.is_live:
        return None, ""
    if ends_at is not None:
        return ends_at, f"{'ended' if ends_at < now else 'ends'} {_soon(ends_at, now)}"
    if connection.renews_by_itself and grant.expires_at is not None:
        return grant.expires_at, f"renews by {_soon(grant.expires_at, now)}"
    return None, "no end date"


def _soon(at: datetime, now: datetime) -> str:
    """Say a day, or the hour where that is less than a day away."""
    return clock(at, now) if abs(at - now) < DAY else day(at, now)


def find_columns(
    connected: Iterable[str], apps: Iterable[PlatformApp] | None = None
) -> tuple[Column, ...]:
    """Return the platforms that have an app or a connection, in the registry's order.

    ``apps`` are all usable ones, where the caller holds them already.
    """
    usable = PlatformApp.objects.usable() if apps is None else apps
    newest_first = sorted(usable, key=lambda app: app.created_at, reverse=True)
    oldest = {app.platform: app.pk for app in newest_first}
    present = {*connected, *oldest}
    return tuple(
        Column(p.slug, p.name, oldest.get(p.slug)) for p in PLATFORMS.values() if p.slug in present
    )
