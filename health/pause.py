"""Pausing the checks of a connection, always with an end, and resuming them."""

from datetime import datetime

from accounts.models import User
from connections.models import Connection
from health.models import Event, EventKind


def pause(connection: Connection, *, until: datetime, actor: User, now: datetime) -> None:
    """Stop checks and alerts until a time, and write it into the timeline."""
    connection.checks_paused_until = until
    connection.checks_paused_by = actor
    connection.save(update_fields=["checks_paused_until", "checks_paused_by"])
    _tell(connection, f"Checks paused until {until:%d %b %Y %H:%M} UTC.", actor, now)


def resume(connection: Connection, *, actor: User, now: datetime) -> None:
    """Let checks run again; the next one is due at once."""
    connection.checks_paused_until = None
    connection.checks_paused_by = None
    connection.next_check_at = now
    fields = ["checks_paused_until", "checks_paused_by", "next_check_at"]
    connection.save(update_fields=fields)
    _tell(connection, "Checks resumed.", actor, now)


def _tell(connection: Connection, text: str, actor: User, now: datetime) -> None:
    Event.objects.create(
        at=now, connection=connection, kind=EventKind.PAUSED, text=text, actor_name=str(actor)
    )
