"""What a check found, and the set-based statements that store it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from connections.models import Connection, Grant, Status
from connections.platforms.contract import Inspection
from connections.platforms.wire import Refusal
from health import failures
from health.evidence import Alike
from health.models import Event, EventKind
from health.statuses import LABELS, LABELS_OF_CAUSE, Displayed
from health.weighing import Finding

WRITE = """
UPDATE connections_connection AS c SET
    status = v.status, cause = v.cause, evidence = v.evidence,
    status_since = CASE WHEN c.status = v.status AND c.cause = v.cause
                   THEN c.status_since ELSE v.at END,
    unverified_since = v.unverified_since, unverified_cause = v.unverified_cause,
    last_check_at = CASE WHEN v.was_asked THEN v.at ELSE c.last_check_at END,
    inspected_at = CASE WHEN v.was_asked THEN v.at ELSE c.inspected_at END,
    last_good_check_at = COALESCE(v.last_good_check_at, c.last_good_check_at),
    next_check_at = v.next_check_at, check_lease_until = NULL
FROM jsonb_to_recordset(%s::jsonb) AS v(
    id uuid, epoch bigint, at timestamptz, status text, cause text, evidence jsonb,
    unverified_since timestamptz, unverified_cause text, was_asked boolean,
    last_good_check_at timestamptz, next_check_at timestamptz)
WHERE c.id = v.id AND c.check_epoch = v.epoch AND c.disconnected_at IS NULL
RETURNING c.id
"""
WRITE_GRANTS = """
UPDATE connections_grant AS g SET
    scopes_changed_at = CASE WHEN g.scopes::text[] = v.scopes
                        THEN g.scopes_changed_at ELSE v.at END,
    scopes = v.scopes,
    expires_at = COALESCE(v.expires_at, g.expires_at),
    data_access_expires_at = COALESCE(v.data_access_expires_at, g.data_access_expires_at),
    login_id = v.login_id
FROM jsonb_to_recordset(%s::jsonb) AS v(
    id uuid, generation bigint, scopes text[], expires_at timestamptz,
    data_access_expires_at timestamptz, login_id text, at timestamptz)
WHERE g.id = v.id AND g.generation = v.generation
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held to be true of one connection after a check."""

    connection: Connection
    status: str
    cause: str
    evidence: dict[str, Any]
    unverified_since: datetime | None
    unverified_cause: str
    next_check_at: datetime
    last_good_check_at: datetime | None = None
    inspection: Inspection | None = None
    refusals: Sequence[Refusal] = field(default_factory=tuple)
    was_asked: bool = True
    finding: Finding | None = None
    alike: Alike | None = None

    @classmethod
    def unchanged(cls, connection: Connection, refusals: Sequence[Refusal]) -> Self:
        return cls(
            connection=connection,
            status=connection.status,
            cause=connection.cause,
            evidence=connection.evidence,
            unverified_since=connection.unverified_since,
            unverified_cause=connection.unverified_cause,
            next_check_at=connection.next_check_at,
            refusals=tuple(refusals),
        )

    @property
    def was_answered(self) -> bool:
        """Say whether the platform's answer told anything about the account."""
        return self.was_asked and self.unverified_since is None

    @property
    def is_transition(self) -> bool:
        return (self.status, self.cause) != (self.connection.status, self.connection.cause)

    def is_repeated(self, now: datetime) -> bool:
        """Say whether the same refusal was seen, and logged, in this hour already."""
        before = self.connection.last_check_at
        if self.is_transition or before is None or self.begins_unverified:
            return False
        return f"{before:%Y-%m-%d %H}" == f"{now:%Y-%m-%d %H}"

    @property
    def begins_unverified(self) -> bool:
        return self.unverified_since is not None and self.connection.unverified_since is None


def write_verdicts(verdicts: Sequence[Verdict], now: datetime) -> None:
    """Store verdicts in a handful of statements; a fenced-off one writes nothing."""
    if not verdicts:
        return
    with transaction.atomic():
        written = _write(WRITE, [_row(verdict, now) for verdict in verdicts])
        kept = [verdict for verdict in verdicts if verdict.connection.pk in written]
        Event.objects.bulk_create(_event(v, now) for v in kept if v.is_transition)
        failures.log_checks(kept, now)
    # Apart, so that no transaction locks connections before grants: sign-ins go the other way.
    _write(WRITE_GRANTS, list(_grant_rows(kept, now)))


def _write(statement: str, rows: list[dict[str, Any]]) -> set[UUID]:
    if not rows:
        return set()
    with database.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=str)])
        return {row[0] for row in cursor.fetchall()} if cursor.description else set()


def _row(verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "id": verdict.connection.pk,
        "epoch": verdict.connection.check_epoch,
        "at": now,
        "status": verdict.status,
        "cause": verdict.cause,
        "evidence": verdict.evidence,
        "unverified_since": verdict.unverified_since,
        "unverified_cause": verdict.unverified_cause,
        "was_asked": verdict.was_asked,
        "last_good_check_at": verdict.last_good_check_at,
        "next_check_at": verdict.next_check_at,
    }


def _grant_rows(verdicts: Iterable[Verdict], now: datetime) -> Iterable[dict[str, Any]]:
    """Yield what platforms told of grants, one row a grant, where it differs."""
    seen: dict[UUID, dict[str, Any]] = {}
    for verdict in verdicts:
        grant, told = verdict.connection.grant, verdict.inspection
        # What a Page's own token says is not what its login was granted.
        if grant is None or told is None or verdict.connection.derived_token:
            continue
        row = {
            "id": grant.pk,
            "generation": grant.generation,
            "scopes": list(told.scopes if told.scopes is not None else grant.scopes),
            "expires_at": told.expires_at,
            "data_access_expires_at": told.data_access_expires_at,
            "login_id": told.login_id or grant.login_id,
            "at": now,
        }
        if _differs(grant, row):
            seen[grant.pk] = row
    return seen.values()


def _differs(grant: Grant, row: dict[str, Any]) -> bool:
    dates = ("expires_at", "data_access_expires_at")
    same = row["scopes"] == grant.scopes and row["login_id"] == grant.login_id
    return not same or any(row[name] and row[name] != getattr(grant, name) for name in dates)


def _event(verdict: Verdict, now: datetime) -> Event:
    """Return the timeline's line for a transition; it stands beside its time and is kept."""
    words = "Working again." if verdict.status == Status.OK else LABELS[Displayed(verdict.status)]
    if verdict.cause:
        label = LABELS_OF_CAUSE.get(verdict.cause, words)
        words = f"{label}: {verdict.cause.replace('_', ' ')}."
    return Event(
        at=now,
        connection=verdict.connection,
        kind=EventKind.STATUS,
        text=words,
        status=verdict.status,
    )
