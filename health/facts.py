"""Gathers what a diagnosis rests on from a connection and its parts, without a query."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from connections.models import Connection, Status
from health.diagnosis import Diagnosis, diagnose
from health.words import Facts


def diagnose_connection(connection: Connection, now: datetime) -> Diagnosis:
    """Diagnose a connection that was fetched ``with_parts``."""
    return diagnose(facts_of(connection, now))


def facts_of(connection: Connection, now: datetime) -> Facts:
    grant, adapter = connection.grant, connection.adapter
    names = {permission.scope: permission.name for permission in adapter.permissions}
    missing = tuple(names.get(scope, scope) for scope in connection.missing_scopes)
    evidence = connection.evidence
    return Facts(
        platform=adapter.name,
        noun=adapter.account_noun,
        label=connection.label,
        client=connection.client.name,
        status=Status(connection.status),
        cause=connection.cause,
        now=now,
        since=moment(connection.status_since, now),
        seen=when(connection.status_since, now),
        owner=grant.subject_name if grant and connection.derived_token else "",
        code=evidence.get("code", ""),
        unverified_cause=connection.unverified_cause,
        unverified_since=moment(connection.unverified_since, now),
        last_check=moment(connection.last_check_at, now),
        last_good_check=moment(connection.last_good_check_at, now),
        ends_at=connection.ends_at,
        ends_on=day(connection.ends_at),
        lifetime=adapter.lifetime_words,
        renews_by_itself=connection.renews_by_itself,
        missing=missing,
        required=len(connection.required_scopes),
        paused_until=_paused_until(connection, now),
        paused_by=str(connection.checks_paused_by or ""),
        is_stale=is_stale(connection, now),
        has_grant=bool(grant and grant.is_live),
        is_connected=connection.is_connected,
        app_id=str(connection.app_id),
        cut_off=moment(grant.renewal_cut_off_at, now) if grant else "",
        retry_at=clock(connection.next_check_at),
        evidence=sentences(connection, now),
    )


def is_stale(connection: Connection, now: datetime) -> bool:
    """Say whether a connection went unchecked for longer than its schedule explains."""
    looked_at = connection.last_check_at or connection.status_since
    return now - looked_at > settings.STALE_AFTER


def sentences(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Say in plain words what the verdict rests on."""
    said = []
    evidence, platform = connection.evidence, connection.adapter.name
    if evidence.get("endpoint"):
        status = evidence.get("http_status") or "no status"
        code = f", code {evidence['code']}" if evidence.get("code") else ""
        said.append(f"{platform} answered {status}{code} to {evidence['endpoint']}.")
    if evidence.get("second_look"):
        said.append(evidence["second_look"])
    if connection.last_good_check_at:
        said.append(f"The last good check was {moment(connection.last_good_check_at, now)}.")
    if connection.unverified_since:
        since = moment(connection.unverified_since, now)
        said.append(f"Unverified since {since}: nothing was learned about the account since.")
    return tuple(said)


def _paused_until(connection: Connection, now: datetime) -> str:
    until = connection.checks_paused_until
    return day(until) if until and until > now else ""


def moment(at: datetime | None, now: datetime) -> str:
    """Return a time as words: the clock alone for today, with the day otherwise."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    return clock(at) if local.date() == today else date_format(local, "j F Y, H:i")


def when(at: datetime, now: datetime) -> str:
    """Return a time as it stands in a sentence: "at 10:04", or "on 4 May 2026 at 10:04"."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    return f"at {clock(at)}" if local.date() == today else f"on {day(at)} at {clock(at)}"


def clock(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "H:i") if at else ""


def day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j F Y") if at else ""
