"""Looks at connections: asks the platform, judges the answer, writes what is now known.

One function serves the sweep, "Check now", the end of a reconnect and the command. An
ambiguous refusal is never a verdict: a second look is taken first.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from connections.http import Outcome, Talk, converse_many
from connections.models import BROKEN, Connection, Grant, Status
from connections.platforms.contract import Inspection
from connections.platforms.wire import Cause, Refusal
from connections.redaction import mask
from connections.refresh import SEALED, renew_grants
from connections.vault import VaultError
from health.diagnosis import is_expiring, status_of
from health.statuses import UNCHANGED
from health.verdicts import Verdict, write_verdicts
from health.words import TOO_EARLY

log = logging.getLogger(__name__)

# LinkedIn answers "revoked" for a while after a valid consent, as seen in the wild.
FRESH_CONSENT = timedelta(minutes=10)
# Access has ended and could not be renewed for a passing reason: nothing is proven.
NO_RENEWAL = Outcome(refused=Refusal(Cause.PLATFORM_OUTAGE, code="no renewal"))
LONGEST_PATIENCE = timedelta(minutes=15)
DOUBT = "false_revoked_for"  # an app's own number of seconds, in its settings
AMBIGUOUS = frozenset({Cause.TOKEN_REJECTED})
RENEWAL_MAY_HELP = frozenset({Cause.TOKEN_REJECTED, Cause.EXPIRED})


@dataclass(slots=True)
class Look:
    """One connection under examination."""

    connection: Connection
    outcome: Outcome = field(default_factory=Outcome)
    refusals: list[Refusal] = field(default_factory=list)
    second_look: str = ""

    @property
    def grant(self) -> Grant | None:
        return self.connection.grant

    @property
    def cause(self) -> Cause | None:
        return self.outcome.refused.cause if self.outcome.refused else None


def check_now(ids: Sequence[UUID], now: datetime | None = None) -> list[Verdict]:
    """Check these connections whatever their schedule says; sweeps under way are fenced off."""
    now = now or timezone.now()
    wanted = Connection.objects.connected().filter(pk__in=list(ids))
    return check(wanted.claim(now, limit=len(ids)), now)


def check(claimed: Sequence[Connection], now: datetime) -> list[Verdict]:
    """Check claimed connections and write what was learned; return the verdicts."""
    looks = [Look(connection) for connection in claimed if _can_be_asked(connection)]
    _inspect(looks)
    _look_again([look for look in looks if _needs_second_look(look, now)])
    verdicts = [_judge_safely(look, now) for look in looks]
    idle = [connection for connection in claimed if not _can_be_asked(connection)]
    verdicts += [unasked(connection, now) for connection in idle]
    write_verdicts(verdicts, now)
    return verdicts


def _can_be_asked(connection: Connection) -> bool:
    return bool(connection.grant and connection.grant.is_live)


def _inspect(looks: Sequence[Look]) -> None:
    """Ask each platform about each account, all at the same time."""
    asked, talks = [], []
    for look in looks:
        try:
            talks.append(_inspection(look.connection))
            asked.append(look)
        except VaultError:
            look.outcome = Outcome(refused=Refusal(Cause.UNKNOWN, code=SEALED))
    for look, outcome in zip(asked, converse_many(talks), strict=True):
        look.outcome = outcome
        if outcome.refused:
            look.refusals.append(outcome.refused)


def _inspection(connection: Connection) -> Talk[Inspection]:
    token = connection.token()
    if token is None:
        raise VaultError("no token")
    app = connection.app
    return app.adapter.inspect(app.oauth_client(), token, connection.external_id)


def _needs_second_look(look: Look, now: datetime) -> bool:
    if look.grant is None or look.cause is None:
        return False
    connection = look.connection
    known = look.cause == connection.cause and connection.status_since > look.grant.consented_at
    if look.grant.renewal_given_up or known:
        return False  # it was confirmed when it was new
    fresh = now - look.grant.consented_at < FRESH_CONSENT
    if look.cause in RENEWAL_MAY_HELP and (_can_renew(look) or _waits(look.grant)):
        return True
    return look.cause in AMBIGUOUS or (fresh and look.cause == Cause.REVOKED)


def _can_renew(look: Look) -> bool:
    """Say whether spending a refresh token could tell more; a final no is not asked again."""
    grant = look.grant
    return bool(grant and grant.refresh_token and not grant.renewal_given_up) and not _waits(grant)


def _waits(grant: Grant | None) -> bool:
    """Say whether a renewal failed and its next try has its time: a check does not hurry it."""
    if grant is None or not grant.refresh_token or grant.renewal_failures == 0:
        return False
    return grant.renew_at is not None and grant.renew_at > timezone.now()


def _look_again(looks: Sequence[Look]) -> None:
    """Renew where that can tell, once, and inspect again, once."""
    if not looks:
        return
    held = Connection.objects.with_ids(look.connection.pk for look in looks)
    held.extend_lease(timezone.now())
    renewable = {look.grant.pk: look.grant for look in looks if look.grant and _can_renew(look)}
    before = {pk: grant.generation for pk, grant in renewable.items()}
    if renewable:
        renew_grants(list(renewable.values()))
    again = []
    for look in looks:
        grant = renewable.get(look.grant.pk) if look.grant else None
        if _waits(look.grant) and not (look.grant and look.grant.renewal_cause):
            look.outcome = NO_RENEWAL
            continue
        if grant is None:
            look.second_look = "A second check right after was refused too."
            again.append(look)
            continue
        look.connection.grant = grant
        look.second_look = "A renewal was tried and refused."
        if grant.generation > before[grant.pk]:
            look.second_look = "It was refused again right after a renewal that succeeded."
            again.append(look)
        elif not grant.renewal_cause:
            look.outcome = NO_RENEWAL
    _inspect(again)


def _judge_safely(look: Look, now: datetime) -> Verdict:
    """Judge; a fault of ours in one row leaves it unproven and the others judged."""
    try:
        return judge(look, now)
    except Exception as error:
        log.error("judging %s failed: %s", look.connection.pk, type(error).__name__)
        refusal = Refusal(Cause.UNKNOWN, code=type(error).__name__)
        verdict = Verdict.unchanged(look.connection, [])
        return _unverified(look, verdict, Cause.UNKNOWN, refusal, now)


def judge(look: Look, now: datetime) -> Verdict:
    """Turn what was seen into what is now held to be true."""
    verdict = Verdict.unchanged(look.connection, look.refusals)
    refused = look.outcome.refused
    if refused is None:
        return _good_answer(look, verdict, now)
    cause = _final_cause(look, refused)
    if cause == Cause.REVOKED and (until := _doubtful_until(look)) > now:
        doubted = replace(refused, cause=Cause.UNKNOWN, code=TOO_EARLY, retry_after=until - now)
        return _unverified(look, verdict, Cause.UNKNOWN, doubted, now)
    if cause in UNCHANGED:
        return _unverified(look, verdict, cause, refused, now)
    return _broken(look, verdict, cause, refused, now)


def _doubtful_until(look: Look) -> datetime:
    """Return until when this platform is known to say "revoked" falsely after a consent."""
    grant, app = look.grant, look.connection.app
    assert grant is not None
    usual = look.connection.adapter.false_revoked_for.total_seconds()
    return grant.consented_at + timedelta(seconds=float(app.settings.get(DOUBT, usual)))


def _unverified(
    look: Look, verdict: Verdict, cause: Cause, refused: Refusal, now: datetime
) -> Verdict:
    """Keep what was held to be true, say since when it is unproven, and look again soon."""
    connection = look.connection
    wait = max(settings.CHECK_EVERY, refused.retry_after or timedelta())
    if cause == Cause.RATE_LIMITED and connection.unverified_since:
        # Where the platform names no time, asking less and less is the only right answer.
        wait = max(wait, min((now - connection.unverified_since) / 2, LONGEST_PATIENCE))
    return replace(
        verdict,
        evidence=connection.evidence if connection.cause else seen_as(refused),
        unverified_since=connection.unverified_since or now,
        unverified_cause=cause,
        next_check_at=now + wait,
    )


def _final_cause(look: Look, refused: Refusal) -> Cause:
    """Let a renewal that was refused explain an access token that was.

    Where the platform said "expired" itself, a vaguer word of the renewal adds nothing.
    """
    renewal = Cause(look.grant.renewal_cause) if look.grant and look.grant.renewal_cause else None
    if renewal is None or refused.cause not in RENEWAL_MAY_HELP:
        return refused.cause
    said_already = refused.cause == Cause.EXPIRED and renewal == Cause.REFRESH_TOKEN_INVALID
    return refused.cause if said_already else renewal


def _good_answer(look: Look, verdict: Verdict, now: datetime) -> Verdict:
    inspection: Inspection = look.outcome.value
    connection, grant = look.connection, look.grant
    assert grant is not None
    verdict = replace(
        verdict,
        inspection=inspection,
        unverified_since=None,
        unverified_cause="",
        next_check_at=_next_check(connection, now),
    )
    if inspection.account_id and inspection.account_id != connection.external_id:
        return _broken(look, verdict, Cause.WRONG_ACCOUNT, None, now)
    vague = grant.renewal_cause in AMBIGUOUS  # and the account answers: that says more
    if grant.renewal_cause and not vague and status_of(Cause(grant.renewal_cause)):
        return _broken(look, verdict, Cause(grant.renewal_cause), None, now)
    scopes = inspection.scopes if inspection.scopes is not None else grant.scopes
    lost = [scope for scope in connection.required_scopes if scope not in set(scopes)]
    if lost:
        broken = _broken(look, verdict, Cause.PERMISSION_MISSING, None, now)
        evidence = {**broken.evidence, "missing": lost}
        return replace(broken, evidence=evidence, last_good_check_at=now)
    status = Status.OK
    if is_expiring(connection.ends_at, grant.consented_at, now, settings.EXPIRING_WITHIN):
        status = Status.EXPIRING
    return replace(verdict, status=status, cause="", evidence={}, last_good_check_at=now)


def _broken(
    look: Look, verdict: Verdict, cause: Cause, refused: Refusal | None, now: datetime
) -> Verdict:
    evidence = {"second_look": look.second_look} if look.second_look else {}
    seen = refused or (look.refusals[0] if look.refusals else None)
    if seen:
        evidence |= seen_as(seen)
    status = status_of(cause)
    assert status is not None
    return replace(
        verdict,
        status=status,
        cause=cause,
        evidence=evidence,
        unverified_since=None,
        unverified_cause="",
        next_check_at=_next_check(look.connection, now, broken=True),
    )


def seen_as(refusal: Refusal) -> dict[str, str | int | None]:
    """Return a refusal as evidence that may be stored and shown."""
    return {
        "endpoint": refusal.endpoint,
        "http_status": refusal.http_status,
        "code": mask(refusal.code),
        "request_id": mask(refusal.request_id),
    }


def unasked(connection: Connection, now: datetime) -> Verdict:
    """Plan the next look at a connection that has nothing to be asked with yet."""
    verdict = Verdict.unchanged(connection, [])
    return replace(verdict, next_check_at=now + settings.CHECK_EVERY, was_asked=False)


def interval(connection: Connection) -> timedelta:
    """Return how often a connection is checked; costly reads are free in the sandbox."""
    spaced = None if connection.app.is_sandbox else connection.adapter.check_every
    return max(spaced or timedelta(), settings.CHECK_EVERY)


def _next_check(connection: Connection, now: datetime, *, broken: bool = False) -> datetime:
    """Plan the next look: later for what was broken for long."""
    wait = interval(connection)
    if broken and connection.status in BROKEN and now - connection.status_since > wait * 20:
        wait = min(wait * 4, timedelta(days=1))
    # The row's own fraction spreads connections that were made in one minute.
    spread = (connection.pk.int % 1000) / 10_000
    return now + wait * (0.95 + spread)
