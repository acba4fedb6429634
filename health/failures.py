"""Writes the auth-failure log: one row for each call that a platform refused."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Cause, Refusal
from connections.redaction import mask
from health.models import AuthFailure

if TYPE_CHECKING:
    from health.verdicts import Verdict

# No answer at all is an outage, not a refusal: it is logged when it begins.
WITHOUT_ANSWER = frozenset({Cause.PLATFORM_OUTAGE, Cause.RATE_LIMITED, Cause.UNKNOWN})


def log_checks(verdicts: Iterable["Verdict"], now: datetime) -> None:
    """Log what checks were refused; one that stands is written again once an hour."""
    rows = []
    for verdict in verdicts:
        if verdict.is_repeated(now):
            continue
        for number, refusal in enumerate(verdict.refusals, start=1):
            if refusal.cause in WITHOUT_ANSWER and not verdict.begins_unverified:
                continue
            row = failure(refusal, at=now, operation="check", connection=verdict.connection)
            row.retried = number < len(verdict.refusals)
            rows.append(row)
    AuthFailure.objects.bulk_create(rows)


def log_refusal(
    *,
    refusal: Refusal,
    operation: str,
    grant: Grant | None = None,
    connection: Connection | None = None,
    app: PlatformApp | None = None,
    **ignored: Any,
) -> None:
    """Log a call refused in a lower layer (its signal's receiver)."""
    if connection is None and grant is not None:
        # A login with one account says whose failure it is; one with many is all of theirs.
        found = Connection.objects.of_grant(grant).select_related("client", "app")[:2]
        connection = found[0] if len(found) == 1 else None
    app = app or (grant.app if grant else None) or (connection.app if connection else None)
    row = failure(refusal, at=timezone.now(), operation=operation, connection=connection)
    row.app, row.grant = app, grant
    row.platform = app.platform if app else ""
    row.save()


def failure(
    refusal: Refusal, *, at: datetime, operation: str, connection: Connection | None
) -> AuthFailure:
    """Return an unsaved row; what the platform wrote is masked and bounded."""
    return AuthFailure(
        at=at,
        app=connection.app if connection else None,
        grant_id=connection.grant_id if connection else None,
        connection=connection,
        client=connection.client if connection else None,
        platform=connection.app.platform if connection else "",
        operation=operation,
        endpoint=refusal.endpoint[:200],
        http_status=refusal.http_status,
        code=mask(refusal.code)[:60],
        message=mask(refusal.message)[:300],
        request_id=mask(refusal.request_id)[:120],
        cause=refusal.cause,
    )
