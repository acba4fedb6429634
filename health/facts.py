"""Gathers what a diagnosis rests on from a connection and its parts, without a query.

What a check saw is kept in the connection's ``evidence`` (see ``judging.py`` for its keys);
what is known beside it stands on the connection, its grant and its app.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from connections.models import Connection, Grant, Status
from connections.platforms.wire import Cause, Refusal
from health.case import Standing
from health.diagnosis import Diagnosis, explain
from health.evidence import (
    Alike,
    Evidence,
    Level,
    Publishing,
    Recent,
    Siblings,
    Subject,
    Tokens,
)
from health.weighing import Confidence, Finding

DORMANT = timedelta(days=60)


def diagnose_connection(
    connection: Connection, now: datetime, *, may_count: bool = False
) -> Diagnosis:
    """Diagnose a connection that was fetched ``with_parts``, as it was judged last.

    ``may_count`` is for readers who may see every client: others are told no numbers that
    would count what is hidden from them.
    """
    standing = replace(standing_of(connection, now), may_count=may_count)
    return explain(stored_evidence(connection, now), stored_finding(connection), standing)


def stored_evidence(connection: Connection, now: datetime) -> Evidence:
    """Return the evidence that the stored verdict rests on."""
    seen = connection.evidence
    skew = seen.get("clock_skew")
    return Evidence(
        subject=subject_of(connection),
        now=now,
        reading=_reading(connection),
        seen_at=connection.status_since if connection.cause else None,
        second_look=seen.get("second_look", ""),
        tokens=tokens_of(connection),
        required=tuple(connection.required_scopes),
        granted=_granted(connection),
        expected_account=connection.external_id if seen.get("returned_account") else "",
        returned_account=seen.get("returned_account", ""),
        expected_app=connection.app.client_id,
        returned_app=seen.get("returned_app", ""),
        clock_skew=timedelta(seconds=skew) if skew is not None else None,
        publishing=publishing_of(connection),
        siblings=Siblings(*seen.get("siblings", (0, 0))),
        alike=read_alike(seen.get("alike")),
        recent=recent_of(connection),
        known_ends=connection.adapter.known_ends,
    )


def stored_finding(connection: Connection) -> Finding:
    seen = connection.evidence
    cause = connection.cause or connection.unverified_cause
    return Finding(
        cause=Cause(cause) if cause else None,
        confidence=Confidence(seen.get("confidence", Confidence.CERTAIN)),
        level=Level(seen.get("level", Level.ACCOUNT)),
    )


def standing_of(connection: Connection, now: datetime) -> Standing:
    until = connection.checks_paused_until
    return Standing(
        status=Status(connection.status),
        since=connection.status_since,
        unverified_since=connection.unverified_since,
        unverified_cause=connection.unverified_cause,
        last_check_at=connection.last_check_at,
        ends_at=connection.ends_at,
        renews_by_itself=connection.renews_by_itself,
        next_check_at=connection.next_check_at,
        paused_until=until if until and until > now else None,
        paused_by=str(connection.checks_paused_by or ""),
        is_stale=is_stale(connection, now),
        has_grant=bool(connection.grant and connection.grant.is_live),
        is_connected=connection.is_connected,
    )


def subject_of(connection: Connection) -> Subject:
    grant, adapter = connection.grant, connection.adapter
    return Subject(
        platform=adapter.name,
        noun=adapter.account_noun,
        label=connection.label,
        client=connection.client.name,
        owner=grant.subject_name if grant and connection.derived_token else "",
        app_id=str(connection.app_id),
        lifetime=adapter.lifetime_words,
        reports_scopes=adapter.reports_scopes,
        names={permission.scope: permission.name for permission in adapter.permissions},
    )


def tokens_of(connection: Connection) -> Tokens:
    """Return what is known of the tokens this account is used with."""
    grant = connection.grant
    if grant is None:
        return Tokens(last_good_at=connection.last_good_check_at)
    return Tokens(
        consented_at=grant.consented_at,
        issued_at=grant.issued_at,
        expires_at=connection.expires_at,
        refresh_expires_at=None if connection.derived_token else grant.refresh_expires_at,
        data_access_expires_at=grant.data_access_expires_at,
        renewable=connection.renews_by_itself,
        margin=_margin(grant),
        last_good_at=connection.last_good_check_at,
        dormant_since=_dormant_since(connection),
    )


def _margin(grant: Grant) -> timedelta | None:
    """Return the time between the planned renewal and the end of the token."""
    rule = grant.app.adapter.renewal
    if rule is None or grant.expires_at is None:
        return None
    return (grant.expires_at - grant.issued_at) * (1 - rule.fraction)


def _dormant_since(connection: Connection) -> datetime | None:
    """Return when access was last used with success, where that is unusually long ago."""
    good_at, seen_at = connection.last_good_check_at, connection.status_since
    return good_at if good_at and seen_at - good_at > DORMANT else None


def publishing_of(connection: Connection) -> Publishing | None:
    """Return how the last publish test ended."""
    told: dict[str, Any] = connection.publish_test or {}
    at = parse_datetime(told["at"]) if told.get("at") else None
    if at is None:
        return None
    cause = (told.get("refusal") or {}).get("cause")
    return Publishing(at, bool(told.get("passed")), Cause(cause) if cause else None)


def recent_of(connection: Connection) -> Recent:
    grant, app = connection.grant, connection.app
    return Recent(
        secret_rotated_at=app.secret_rotated_at,
        renewal_cut_off_at=grant.renewal_cut_off_at if grant else None,
        told_gone_at=grant.told_gone_at if grant else None,
        told_gone_as=grant.told_gone_as if grant else "",
        told_gone_cause=Cause((grant and grant.told_gone_cause) or Cause.REVOKED),
        scopes_changed_at=grant.scopes_changed_at if grant else None,
    )


def read_alike(told: dict[str, Any] | None) -> Alike | None:
    since = parse_datetime(told["since"]) if told else None
    if told is None or since is None:
        return None
    return Alike(Level(told["level"]), told["failing"], told["total"], since)


def _reading(connection: Connection) -> Refusal | None:
    seen = connection.evidence
    if "endpoint" not in seen and "http_status" not in seen:
        return None
    cause = seen.get("read_as") or connection.cause or connection.unverified_cause or Cause.UNKNOWN
    return Refusal(
        cause=Cause(cause),
        http_status=seen.get("http_status"),
        code=seen.get("code", ""),
        request_id=seen.get("request_id", ""),
        endpoint=seen.get("endpoint", ""),
    )


def _granted(connection: Connection) -> tuple[str, ...] | None:
    if connection.grant is None:
        return None
    missing = set(connection.missing_scopes)
    return tuple(scope for scope in connection.required_scopes if scope not in missing)


def is_stale(connection: Connection, now: datetime) -> bool:
    """Say whether a connection went unchecked for longer than its schedule explains."""
    looked_at = connection.last_check_at or connection.status_since
    return now - looked_at > settings.STALE_AFTER
