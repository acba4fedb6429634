"""From what is known of a connection to what is wrong, why, who must act and how.

Pure: facts in, a diagnosis out. The cause is decided in ``checks.py`` from what the
platform answered; here it becomes a status, a remedy and words for people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connections.models import Status
from connections.platforms.wire import Cause
from connections.refresh import SEALED
from health.statuses import (
    BROKEN,
    ICONS,
    LABELS,
    LABELS_OF_CAUSE,
    RECONNECT_HELPS,
    STATUS_OF,
    Displayed,
)
from health.words import WORDS_OF_CAUSE, WORDS_OF_STATUS, Facts

EXPIRING_FRACTION = 0.25  # of a lifetime, where that is shorter than the usual notice


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


def displayed(facts: Facts) -> Displayed:
    """Return the code that is shown; a broken stored status wins over a computed one."""
    if not facts.has_grant:
        return Displayed.NONE
    stored = Displayed(facts.status)
    if stored in BROKEN:
        return stored
    if facts.paused_until:
        return Displayed.PAUSED
    if facts.unverified_since:
        return Displayed.PLATFORM
    if facts.is_stale:
        return Displayed.STALE
    return stored


def diagnose(facts: Facts) -> Diagnosis:
    code = displayed(facts)
    by_status = WORDS_OF_STATUS[code]
    words = (WORDS_OF_CAUSE.get(facts.cause, by_status) if code in BROKEN else by_status)(facts)
    return Diagnosis(
        code=code,
        label=label_of(code, facts),
        icon=ICONS[code],
        what=words.what,
        why=words.why,
        who=words.who,
        next_step=words.next_step,
        remedy=words.remedy,
        actor=words.actor,
        cause=facts.cause if code in BROKEN else facts.unverified_cause,
        offers_reconnect=_offers_reconnect(code, facts),
        consequence=consequence(code),
        evidence=facts.evidence,
        is_broken=code in BROKEN,
        severity=code.severity,
    )


def _offers_reconnect(code: Displayed, facts: Facts) -> bool:
    sealed = code == Displayed.PLATFORM and facts.code == SEALED
    return (code in RECONNECT_HELPS or sealed) and facts.is_connected


def label_of(code: Displayed, facts: Facts) -> str:
    if code == Displayed.EXPIRING and facts.ends_at:
        return f"Expires in {max((facts.ends_at - facts.now).days, 0)} d"
    by_cause = LABELS_OF_CAUSE.get(Cause(facts.cause)) if code in BROKEN and facts.cause else None
    return by_cause or LABELS[code]


def consequence(code: Displayed) -> str:
    if code in {Displayed.APP, Displayed.REVOKED, Displayed.EXPIRED, Displayed.ROLE}:
        return "Until this is fixed, scheduled posts will not go out and insights stop."
    if code == Displayed.SCOPE:
        return "Until this is fixed, what needs the missing permission stops."
    return ""
