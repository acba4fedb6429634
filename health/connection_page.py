"""What the page of one connection shows."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from connections.models import Connection, Grant
from connections.platforms.contract import Permission
from health.diagnosis import Diagnosis
from health.displayed import SHOWN, Shown
from health.facts import diagnose_connection
from health.grid import granted_of_required
from health.models import AuthFailure, Event
from health.moments import duration
from health.publish_panel import PublishPanel, build_publish_panel
from health.statuses import Displayed

EVENTS_SHOWN = 50
FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """A permission in plain words, and whether the login granted it."""

    scope: str
    name: str
    needed_for: str
    is_granted: bool


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    connection: Connection
    grant: Grant | None
    diagnosis: Diagnosis
    status: Shown
    age: str
    publish_test: PublishPanel
    permissions: tuple[PermissionLine, ...]
    granted: str
    siblings: tuple[Connection, ...]
    events: tuple[Event, ...]
    failures: tuple[AuthFailure, ...]


def build_connection_page(
    connection: Connection, user: User | AnonymousUser, now: datetime
) -> ConnectionPage:
    """Gather the page of a connection that came ``with_parts``, in three queries."""
    sees_all = bool(user.is_authenticated and user.is_admin)
    diagnosis = diagnose_connection(connection, now, may_count=sees_all)
    grant = connection.grant
    return ConnectionPage(
        connection=connection,
        grant=grant,
        diagnosis=diagnosis,
        status=replace(SHOWN[Displayed(diagnosis.code)], label=diagnosis.label),
        age=duration(now - grant.issued_at) if grant else "",
        publish_test=build_publish_panel(connection, now),
        permissions=tuple(_permissions(connection)),
        granted=granted_of_required(connection),
        siblings=tuple(find_siblings(connection, user)),
        events=tuple(Event.objects.filter(connection=connection)[:EVENTS_SHOWN]),
        failures=tuple(AuthFailure.objects.filter(connection=connection)[:FAILURES_SHOWN]),
    )


def find_siblings(connection: Connection, user: User | AnonymousUser) -> list[Connection]:
    """Return the other connections of the same login that this person may see."""
    same_login = Connection.objects.visible_to(user).sharing_login(connection).with_parts()
    return list(same_login.order_by("client__name", "name"))


def _permissions(connection: Connection) -> list[PermissionLine]:
    known = {permission.scope: permission for permission in connection.adapter.permissions}
    missing = set(connection.missing_scopes)
    return [
        PermissionLine(scope, words.name, words.needed_for, scope not in missing)
        for scope in connection.required_scopes
        for words in [known.get(scope) or Permission(scope, scope, "")]
    ]
