"""Listens to what connections announce: the timeline, the failure log, the first check."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.dispatch import receiver
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from connections import signals
from connections.models import Connection, Grant, Status
from connections.platforms.wire import Refusal
from health import failures
from health.checks import check_now
from health.models import Event, EventKind
from health.tasks import check_connections

log = logging.getLogger(__name__)

READ_AT_LEAST_EVERY = timedelta(days=7)


@receiver(signals.grant_connected)
def check_at_once(
    grant: Grant, connections: Sequence[Connection], first: bool, actor: User | None, **_: Any
) -> None:
    """Check what was just connected, so that the person sees the truth when they return."""
    kind = EventKind.CONNECTED if first else EventKind.RECONNECTED
    text = f"{kind.label} as {grant.subject_name}."
    Event.objects.bulk_create(
        Event(connection=connection, kind=kind, text=text[:300], actor_name=str(actor or ""))
        for connection in connections
    )
    check_now([connection.pk for connection in connections])


@receiver(signals.grant_renewed)
def note_renewal(grant: Grant, **_: Any) -> None:
    """Write a renewal down; it proves the grant, so that a costly read may wait."""
    now = timezone.now()
    connections = Connection.objects.of_grant(grant).with_parts()
    Event.objects.bulk_create(
        Event(at=now, connection=connection, kind=EventKind.RENEWED, text="Access renewed.")
        for connection in connections
    )
    adapter = grant.app.adapter
    lost = [c for c in connections if not set(c.required_scopes) <= set(grant.scopes)]
    if adapter.check_every is None or grant.app.is_sandbox or lost:
        Connection.objects.of_grant(grant).update(next_check_at=now)
        return
    # What was broken may be repaired by this renewal, and is judged by the next sweep.
    Connection.objects.of_grant(grant).exclude(status=Status.OK).update(next_check_at=now)
    # The account itself is read now and then all the same: a channel may have been closed.
    latest = Coalesce("inspected_at", Value(now)) + READ_AT_LEAST_EVERY
    later = Least(Value(now + adapter.check_every), latest)
    Connection.objects.of_grant(grant).filter(status=Status.OK).update(
        last_check_at=now,
        last_good_check_at=now,
        unverified_since=None,
        unverified_cause="",
        next_check_at=Greatest(F("next_check_at"), later),
    )


@receiver(signals.call_refused)
def log_failure(**details: Any) -> None:
    failures.log_refusal(**{k: v for k, v in details.items() if k not in {"sender", "signal"}})


@receiver(signals.call_refused)
def look_at_once(grant: Grant | None, operation: str, refusal: Refusal, **_: Any) -> None:
    """Let the next sweep judge the connections of a grant that can newly not be renewed."""
    if not grant or operation != "renew":
        return
    if grant.renewal_failures == 0 or grant.renewal_cause != refusal.cause:
        Connection.objects.of_grant(grant).update(next_check_at=timezone.now())


@receiver(signals.connection_changed)
def note_change(connection: Connection, kind: str, text: str, actor: User | None, **_: Any) -> None:
    Event.objects.create(
        connection=connection, kind=kind, text=text[:300], actor_name=str(actor or "")
    )


@receiver(signals.push_received)
def note_news(grant: Grant, connections: Sequence[Connection], reason: str, **_: Any) -> None:
    """Write down what a platform told us, and ask it at once whether that is so."""
    text = f"{grant.app.adapter.name} told us that {reason}."
    Event.objects.bulk_create(
        Event(connection=connection, kind=EventKind.TOLD, text=text[:300])
        for connection in connections
    )
    check_soon(connections)


def check_soon(connections: Sequence[Connection]) -> None:
    """Have connections checked by a worker, but not those that somebody paused.

    They are due in any case: where the queue does not answer, the next sweep has them.
    """
    now = timezone.now()
    wanted = Connection.objects.connected().of_current_clients()
    unpaused = wanted.filter(Q(checks_paused_until=None) | Q(checks_paused_until__lte=now))
    ids = [str(pk) for pk in unpaused.with_ids(one.pk for one in connections).ids()]
    if not ids:
        return
    try:
        check_connections.delay(ids)
    except OperationalError:
        log.error("the queue (Redis) does not answer; %s checks wait for the sweep", len(ids))


@receiver(signals.login_erased)
def forget_name(connections: Sequence[Connection], subject_name: str, **_: Any) -> None:
    """Take the name of an erased login out of the timelines of what it was used for."""
    for kind in (EventKind.CONNECTED, EventKind.RECONNECTED):
        signed_in = Event.objects.filter(connection__in=connections, kind=kind)
        named = signed_in.filter(text=f"{kind.label} as {subject_name}."[:300])
        named.update(text=f"{kind.label}.")
