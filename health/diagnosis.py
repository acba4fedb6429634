"""From evidence to what is wrong, why, who must act and how.

Pure: evidence in, a diagnosis out. ``weighing.py`` decides the cause; here it becomes a
status, a remedy and words for people.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connections.models import Status
from connections.platforms.wire import Cause
from health.case import Case, Standing
from health.evidence import Evidence
from health.statuses import BROKEN, ICONS, LABELS, LABELS_OF_CAUSE, STATUS_OF, Displayed
from health.weighing import Finding, weigh
from health.words.causes import words_of
from health.words.reasons import reasons_of
from health.words.shape import Words
from health.words.status import STATUS_WORDS

EXPIRING_FRACTION = 0.25  # of a lifetime, where that is shorter than the usual notice
# What a broken status says at least, for a row whose cause nobody noted.
VAGUEST = {
    Displayed.APP: Cause.MALFORMED_REQUEST,
    Displayed.REVOKED: Cause.TOKEN_REJECTED,
    Displayed.EXPIRED: Cause.EXPIRED,
    Displayed.ROLE: Cause.ROLE_LOST,
    Displayed.SCOPE: Cause.PERMISSION_MISSING,
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A connection's state in the words a person acts on."""

    code: str
    label: str
    icon: str
    what: str
    why: str
    who: str
    next_step: str
    remedy: str
    actor: str
    cause: str
    confidence: str
    level: str
    retry_after_refresh: bool
    offers_reconnect: bool
    consequence: str
    evidence: tuple[str, ...]
    is_broken: bool
    severity: int


def status_of(cause: Cause) -> Status | None:
    """Return the status a cause means, None where it says nothing about the account."""
    return STATUS_OF.get(cause)


def is_expiring(
    ends_at: datetime | None, started_at: datetime, now: datetime, notice: timedelta
) -> bool:
    """Say whether access that cannot be renewed silently ends soon, measured by its own life."""
    if ends_at is None:
        return False
    return ends_at - now <= min(notice, (ends_at - started_at) * EXPIRING_FRACTION)


def displayed(standing: Standing) -> Displayed:
    """Return the code that is shown; a broken stored status wins over a computed one."""
    if not standing.has_grant:
        return Displayed.NONE
    stored = Displayed(standing.status)
    if stored in BROKEN:
        return stored
    if standing.paused_until:
        return Displayed.PAUSED
    if standing.unverified_since:
        return Displayed.PLATFORM
    if standing.is_stale:
        return Displayed.STALE
    return stored


def diagnose(evidence: Evidence) -> Diagnosis:
    """Weigh evidence about an account of which nothing else is stored, and explain it."""
    finding = weigh(evidence)
    code, status = Displayed.OK, STATUS_OF.get(finding.cause) if finding.cause else None
    if finding.cause:
        code = Displayed(status) if status else Displayed.PLATFORM
    case = Case(evidence, finding, Standing(status=status or Status.OK))
    words = words_of(case) if finding.cause else STATUS_WORDS[code](case)
    return _diagnosis(case, code, words)


def explain(evidence: Evidence, finding: Finding, standing: Standing) -> Diagnosis:
    """Explain a verdict that is stored already, with what is so of the connection just now."""
    code = displayed(standing)
    if code in BROKEN and finding.cause is None:
        finding = replace(finding, cause=VAGUEST[code])
    case = Case(evidence, finding, standing)
    words = words_of(case) if code in BROKEN else STATUS_WORDS[code](case)
    return _diagnosis(case, code, words)


def _diagnosis(case: Case, code: Displayed, words: Words) -> Diagnosis:
    return Diagnosis(
        code=code,
        label=_label(code, case),
        icon=ICONS[code],
        what=words.what,
        why=words.why,
        who=words.who,
        next_step=words.next_step,
        remedy=words.remedy,
        actor=words.actor,
        cause=case.cause or "",
        confidence=case.finding.confidence,
        level=case.finding.level,
        retry_after_refresh=case.finding.retry_after_refresh,
        offers_reconnect=words.by_sign_in and case.standing.is_connected,
        consequence=_consequence(code),
        evidence=reasons_of(case),
        is_broken=code in BROKEN,
        severity=code.severity,
    )


def _label(code: Displayed, case: Case) -> str:
    if code == Displayed.EXPIRING and case.standing.ends_at:
        return f"Expires in {max((case.standing.ends_at - case.now).days, 0)} d"
    by_cause = LABELS_OF_CAUSE.get(case.cause) if code in BROKEN and case.cause else None
    return by_cause or LABELS[code]


def _consequence(code: Displayed) -> str:
    if code in {Displayed.APP, Displayed.REVOKED, Displayed.EXPIRED, Displayed.ROLE}:
        return "Until this is fixed, scheduled posts will not go out and insights stop."
    if code == Displayed.SCOPE:
        return "Until this is fixed, what needs the missing permission stops."
    return ""
