"""Ends a connection: the platform is told, the tokens destroyed, the history kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import Client, User, record
from connections import signals
from connections.http import converse
from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Refused, Secret, Unreachable
from connections.pushes.prints import prints_of
from connections.vault import VaultError

# A first connect that nobody finished in this time is given back to the platform.
ABANDONED_AFTER = timedelta(hours=1)


class Revocation:
    """What became of the access at the platform."""

    DONE = "The access was revoked at the platform."
    KEPT = "Its own access was destroyed here; the sign-in at the platform stays."
    NONE = "This platform offers no way to revoke access; its owner can remove it there."
    FAILED = "The platform did not confirm the revocation; its owner can remove the access there."
    ERASED = "The person asked, at the platform, for their data to be deleted; its tokens are gone."


@dataclass(frozen=True, slots=True)
class ErasedLogin:
    """What listeners need once a login is gone: its connections, and the name to forget."""

    subject_name: str
    connections: tuple[Connection, ...]


def disconnect(*, connection: Connection, actor: User, now: datetime) -> str:
    """End one connection and return what became of the access, as a sentence."""
    grant = connection.grant
    with transaction.atomic():
        if grant:  # first, as every other flow does, and before asking who else uses it
            Grant.objects.select_for_update().filter(pk=grant.pk).first()
        Connection.objects.filter(pk=connection.pk).update(
            disconnected_at=now, derived_token="", grant=None, check_lease_until=None
        )
        last = bool(grant) and not Connection.objects.of_grant(grant).exists()
        access, refresh = _take_tokens(grant) if grant and last else (None, None)
        record(actor, "disconnected", connection, str(connection))
    outcome = Revocation.KEPT
    if grant and last:
        outcome = revoke(grant, access, refresh)
    signals.connection_changed.send(
        Connection, connection=connection, kind="disconnected", text=outcome, actor=actor
    )
    return outcome


def _take_tokens(grant: Grant) -> tuple[Secret | None, Secret | None]:
    """Destroy a grant's tokens in the row and return them, for revoking only."""
    locked = Grant.objects.select_for_update().get(pk=grant.pk)
    try:
        access, refresh = locked.access(), locked.refresh()
    except VaultError:
        access = refresh = None
    Grant.objects.filter(pk=grant.pk).update(
        access_token="",
        refresh_token="",
        **prints_of(None),
        reachable=[],
        renew_at=None,
        generation=locked.generation + 1,
    )
    return access, refresh


def revoke(grant: Grant, access: Secret | None, refresh: Secret | None) -> str:
    """Give a login's access back to the platform; the tokens are gone from here already."""
    if not access:
        return Revocation.FAILED
    try:
        client = grant.app.oauth_client()
        talk = grant.app.adapter.revoke(client, access, refresh, grant.subject_id)
        return Revocation.DONE if converse(talk) else Revocation.NONE
    except VaultError:
        return Revocation.FAILED  # the app's own secret does not open
    except (Refused, Unreachable) as error:
        refusal = error.refusal
        signals.call_refused.send(
            Grant, grant=grant, connection=None, operation="revoke", refusal=refusal
        )
        return Revocation.FAILED


def erase_login(*, grant: Grant, now: datetime) -> ErasedLogin:
    """Destroy all that a login gave us, its row too, in the caller's transaction.

    The platform is not asked to revoke: the person removed the access there before.
    """
    connections = tuple(Connection.objects.of_grant(grant).with_parts())
    Connection.objects.with_ids(one.pk for one in connections).update(
        disconnected_at=now, derived_token="", grant=None, check_lease_until=None
    )
    record(None, "erased a login on request", grant, grant.app.name)
    Grant.objects.filter(pk=grant.pk).delete()
    return ErasedLogin(grant.subject_name, connections)


def announce_erased(login: ErasedLogin) -> None:
    """Tell listeners, after the commit, that a login is gone; each forgets its name."""
    for connection in login.connections:
        signals.connection_changed.send(
            Connection,
            connection=connection,
            kind="disconnected",
            text=Revocation.ERASED,
            actor=None,
        )
    signals.login_erased.send(
        Connection, connections=login.connections, subject_name=login.subject_name
    )


def discard_abandoned(now: datetime) -> int:
    """Give back and delete the grants of first connects that nobody finished."""
    before = now - ABANDONED_AFTER
    Grant.objects.with_leftovers(before).exclude(connections=None).update(reachable=[])
    discarded = 0
    for pk in Grant.objects.abandoned(before).values_list("pk", flat=True)[:50]:
        discarded += _discard(pk, before)
    return discarded


def _discard(pk: UUID, before: datetime) -> bool:
    """Give one grant back, unless somebody is giving it a client just now."""
    with transaction.atomic():
        locked = Grant.objects.select_for_update(skip_locked=True, of=("self",))
        grant = locked.filter(pk=pk).first()
        if grant is None or not Grant.objects.abandoned(before).filter(pk=pk).exists():
            return False
        access, refresh = _take_tokens(grant)
    revoke(grant, access, refresh)
    # Somebody may have signed in again while the platform was told: that grant stays.
    return bool(Grant.objects.filter(pk=pk, access_token="").delete()[0])


def move(
    *, connection: Connection, client: Client, app: PlatformApp, actor: User, now: datetime
) -> None:
    """Give a connection, with its history, to another client or to another of our apps.

    Another app means another grant: the connection keeps its place and asks for a
    sign-in, because tokens belong to the app they were issued to.
    """
    other_app = app.pk != connection.app_id
    with transaction.atomic():
        changes: dict[str, object] = {"client": client, "app": app}
        if other_app:
            changes |= {"grant": None, "derived_token": "", "next_check_at": now}
        Connection.objects.filter(pk=connection.pk).update(**changes)
        record(actor, "moved", connection, f"{connection} to {client}, {app}")
    text = f"Moved to {client}." if not other_app else f"Moved to {client}, app {app}."
    signals.connection_changed.send(
        Connection, connection=connection, kind="moved", text=text, actor=actor
    )
