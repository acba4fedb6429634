"""Turns what one look saw, and what is known besides, into a verdict.

The keys of a connection's ``evidence``: ``endpoint``, ``http_status``, ``code``,
``request_id`` of the refusal; ``read_as``, the cause its answer alone means; ``second_look``;
``missing`` permissions; ``returned_account``, ``returned_app`` where they are not ours;
``clock_skew`` in seconds; ``siblings``, ``alike``: who else fails; ``confidence``, ``level``.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from connections.http import Outcome
from connections.models import BROKEN, Connection, Grant, Status
from connections.platforms.contract import Inspection
from connections.platforms.wire import Cause, Refusal
from connections.redaction import mask
from health.diagnosis import is_expiring, status_of
from health.evidence import Alike, Evidence, Siblings, Tokens
from health.facts import publishing_of, recent_of, subject_of, tokens_of
from health.statuses import UNCHANGED
from health.surroundings import Sign
from health.verdicts import Verdict
from health.weighing import WORTH_A_WARNING, Confidence, Finding, weigh
from health.words.status import TOO_EARLY

log = logging.getLogger(__name__)

LONGEST_PATIENCE = timedelta(minutes=15)
DOUBT = "false_revoked_for"  # an app's own number of seconds, in its settings


@dataclass(slots=True)
class Look:
    """One connection under examination."""

    connection: Connection
    outcome: Outcome = field(default_factory=Outcome)
    refusals: list[Refusal] = field(default_factory=list)
    second_look: str = ""
    alike: Alike | None = None
    siblings: Siblings = field(default_factory=Siblings)

    @property
    def grant(self) -> Grant | None:
        return self.connection.grant

    @property
    def cause(self) -> Cause | None:
        return self.outcome.refused.cause if self.outcome.refused else None

    def sign(self, now: datetime) -> Sign:
        """Return how this look ended, to be counted with others."""
        connection, refused = self.connection, self.outcome.refused
        code = mask(refused.code) if refused else ""
        passing = bool(refused and refused.cause in UNCHANGED)
        begun = connection.unverified_since if passing else None
        if refused and not passing and connection.evidence.get("read_as") == refused.cause:
            begun = connection.status_since
        known_before = self.cause == connection.cause and connection.cause != Cause.APP_DISABLED
        return Sign(
            connection.pk,
            connection.app_id,
            connection.app.platform,
            connection.grant_id,
            now,
            self.cause or "",
            code,
            begun or now,
            is_old=bool(refused) and known_before and connection.status in BROKEN,
        )


def judge_safely(look: Look, now: datetime) -> Verdict:
    """Judge; a fault of ours in one row leaves it unproven and the others judged."""
    try:
        return judge(look, now)
    except Exception as error:
        log.error("judging %s failed: %s", look.connection.pk, type(error).__name__)
        refusal = Refusal(Cause.UNKNOWN, code=type(error).__name__)
        verdict = Verdict.unchanged(look.connection, [])
        return _unverified(look, verdict, Finding(Cause.UNKNOWN), refusal, now)


def judge(look: Look, now: datetime) -> Verdict:
    """Turn what was seen into what is now held to be true."""
    evidence = evidence_of(look, now)
    finding = weigh(evidence)
    verdict = Verdict.unchanged(look.connection, look.refusals)
    refused = look.outcome.refused
    if refused is None:
        return _answered(look, verdict, evidence, finding, now)
    assert finding.cause is not None
    if finding.cause in UNCHANGED:
        return _unverified(look, verdict, finding, _doubted(evidence, refused), now)
    return _broken(look, verdict, evidence, finding, now)


def evidence_of(look: Look, now: datetime) -> Evidence:
    """Gather all that this look and its surroundings tell."""
    connection, refused = look.connection, look.outcome.refused
    told: Inspection | None = look.outcome.value if refused is None else None
    grant = look.grant
    is_known = bool(refused) and connection.evidence.get("read_as") == refused.cause
    return Evidence(
        subject=subject_of(connection),
        now=now,
        reading=refused,
        seen_at=connection.status_since if is_known and connection.status in BROKEN else now,
        second_look=look.second_look,
        renewal_refused=Cause(grant.renewal_cause) if grant and grant.renewal_cause else None,
        renewal_tried=bool(look.second_look),
        tokens=_tokens(look, told),
        required=tuple(connection.required_scopes),
        granted=_granted(connection, told),
        expected_account=connection.external_id,
        returned_account=(told.account_id or "") if told else "",
        expected_app=connection.app.client_id,
        returned_app=(told.app_id or "") if told else "",
        clock_skew=look.outcome.clock_skew,
        publishing=publishing_of(connection),
        siblings=look.siblings,
        alike=look.alike,
        recent=recent_of(connection),
        known_ends=connection.adapter.known_ends,
        doubtful_until=_doubtful_until(look),
    )


def _tokens(look: Look, told: Inspection | None) -> Tokens:
    tokens = tokens_of(look.connection)
    if told and told.data_access_expires_at:
        tokens = replace(tokens, data_access_expires_at=told.data_access_expires_at)
    return tokens


def _granted(connection: Connection, told: Inspection | None) -> tuple[str, ...] | None:
    if told and told.scopes is not None:
        return told.scopes
    grant = connection.grant
    return tuple(grant.scopes) if grant else None


def _doubtful_until(look: Look) -> datetime | None:
    """Return until when this platform is known to say "revoked" falsely after a consent."""
    grant, app = look.grant, look.connection.app
    if grant is None:
        return None
    usual = look.connection.adapter.false_revoked_for.total_seconds()
    return grant.consented_at + timedelta(seconds=float(app.settings.get(DOUBT, usual)))


def _doubted(evidence: Evidence, refused: Refusal) -> Refusal:
    """Name a refusal that is known to come falsely, and when to look again."""
    until = evidence.doubtful_until
    if refused.cause != Cause.REVOKED or until is None or until <= evidence.now:
        return refused
    return replace(refused, code=TOO_EARLY, retry_after=until - evidence.now)


def _unverified(
    look: Look, verdict: Verdict, finding: Finding, refused: Refusal, now: datetime
) -> Verdict:
    """Keep what was held to be true, say since when it is unproven, and look again soon."""
    connection, cause = look.connection, finding.cause or Cause.UNKNOWN
    wait = max(settings.CHECK_EVERY, refused.retry_after or timedelta())
    if cause == Cause.RATE_LIMITED and connection.unverified_since:
        # Where the platform names no time, asking less and less is the only right answer.
        wait = max(wait, min((now - connection.unverified_since) / 2, LONGEST_PATIENCE))
    seen = {**seen_as(refused), **_reach(look, finding)}
    return replace(
        verdict,
        evidence=connection.evidence if connection.cause else seen,
        unverified_since=connection.unverified_since or now,
        unverified_cause=cause,
        next_check_at=now + wait,
        finding=finding,
        alike=look.alike,
    )


def _answered(
    look: Look, verdict: Verdict, evidence: Evidence, finding: Finding, now: datetime
) -> Verdict:
    connection, grant = look.connection, look.grant
    assert grant is not None
    verdict = replace(
        verdict,
        inspection=look.outcome.value,
        unverified_since=None,
        unverified_cause="",
        next_check_at=_next_check(connection, now),
    )
    if finding.cause:
        broken = _broken(look, verdict, evidence, finding, now)
        answers = finding.cause == Cause.PERMISSION_MISSING
        return replace(broken, last_good_check_at=now) if answers else broken
    status = Status.OK
    if is_expiring(connection.ends_at, grant.consented_at, now, settings.EXPIRING_WITHIN):
        status = Status.EXPIRING
    seen = _skew(evidence)
    return replace(verdict, status=status, cause="", evidence=seen, last_good_check_at=now)


def _broken(
    look: Look, verdict: Verdict, evidence: Evidence, finding: Finding, now: datetime
) -> Verdict:
    assert finding.cause is not None
    status = status_of(finding.cause)
    assert status is not None
    return replace(
        verdict,
        status=status,
        cause=finding.cause,
        evidence=_kept(look, evidence, finding),
        unverified_since=None,
        unverified_cause="",
        next_check_at=_next_check(look.connection, now, broken=True),
        finding=finding,
        alike=evidence.alike,
    )


def _kept(look: Look, evidence: Evidence, finding: Finding) -> dict[str, Any]:
    """Return what is kept of the evidence with the verdict, fit to be stored and shown."""
    seen = evidence.reading or (look.refusals[0] if look.refusals else None)
    kept: dict[str, Any] = seen_as(seen) if seen else {}
    if evidence.second_look:
        kept["second_look"] = evidence.second_look
    if evidence.missing:
        kept["missing"] = list(evidence.missing)
    if evidence.returned_account not in {"", evidence.expected_account}:
        kept["returned_account"] = mask(evidence.returned_account)
    if evidence.returned_app not in {"", evidence.expected_app}:
        kept["returned_app"] = mask(evidence.returned_app)
    if finding.confidence != Confidence.CERTAIN:
        kept["confidence"] = finding.confidence
    return {**kept, **_skew(evidence), **_reach(look, finding)}


def _skew(evidence: Evidence) -> dict[str, Any]:
    skew = evidence.clock_skew
    if skew is None or abs(skew) < WORTH_A_WARNING:
        return {}
    return {"clock_skew": round(skew.total_seconds())}


def _reach(look: Look, finding: Finding) -> dict[str, Any]:
    """Say how far the problem reaches."""
    kept: dict[str, Any] = {"level": finding.level}
    if look.siblings.total > 1:
        kept["siblings"] = [look.siblings.failing, look.siblings.total]
    if look.alike:
        alike = look.alike
        kept["alike"] = {
            "level": alike.level,
            "failing": alike.failing,
            "total": alike.total,
            "since": alike.since.isoformat(),
        }
    return kept


def seen_as(refusal: Refusal) -> dict[str, str | int | None]:
    """Return a refusal as evidence that may be stored and shown."""
    return {
        "endpoint": refusal.endpoint,
        "http_status": refusal.http_status,
        "code": mask(refusal.code),
        "request_id": mask(refusal.request_id),
        "read_as": refusal.cause,
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
