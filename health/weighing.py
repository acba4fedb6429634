"""Decides the cause from the evidence. Pure: no clock, no query, no words for people.

The order is fixed: the platform is down, the app is broken, the access is gone, the
account is another, a permission is missing. What cannot be told apart stays general.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from connections.platforms.wire import Cause, Refusal
from health.evidence import Evidence, Level
from health.statuses import STATUS_OF, UNCHANGED

# A refusal so soon after a sign-in speaks of how the app is set up, not of the account.
FRESH = timedelta(hours=1)
WORTH_A_WARNING = timedelta(seconds=30)
LEAST_MARGIN = timedelta(minutes=1)
APP_CAUSES = frozenset({Cause.APP_CREDENTIALS, Cause.APP_DISABLED, Cause.REDIRECT_MISMATCH})
AMBIGUOUS = frozenset({Cause.TOKEN_REJECTED})
RENEWAL_MAY_HELP = frozenset({Cause.TOKEN_REJECTED, Cause.EXPIRED})
# The platform says that access is gone, and not why.
VAGUE = frozenset({Cause.TOKEN_REJECTED, Cause.REFRESH_TOKEN_INVALID})
ENDED_BY_TIME = frozenset({Cause.EXPIRED, Cause.DATA_ACCESS_EXPIRED})
# One login holds these for every account that it reaches.
OF_THE_LOGIN = frozenset(
    {
        Cause.EXPIRED,
        Cause.REVOKED,
        Cause.PASSWORD_CHANGED,
        Cause.CHECKPOINT,
        Cause.TOKEN_REJECTED,
        Cause.REFRESH_TOKEN_INVALID,
        Cause.DATA_ACCESS_EXPIRED,
    }
)
# What a publishing endpoint may call a permission it misses, while lookups are answered.
CANNOT_BE_TRUE = OF_THE_LOGIN - {Cause.CHECKPOINT}


class Confidence(StrEnum):
    CERTAIN = "certain"  # the platform said so, in words that mean nothing else
    LIKELY = "likely"  # it follows from several things that agree
    UNCLEAR = "unclear"  # the platform does not say, and nothing else tells


SURENESS = {
    Cause.TOKEN_REJECTED: Confidence.UNCLEAR,
    Cause.UNKNOWN: Confidence.UNCLEAR,
    Cause.REFRESH_TOKEN_INVALID: Confidence.LIKELY,
    Cause.ACCOUNT_MISSING: Confidence.LIKELY,
    Cause.MALFORMED_REQUEST: Confidence.LIKELY,
    Cause.PASSWORD_CHANGED: Confidence.LIKELY,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is held to be the cause, how surely, and how far it reaches."""

    cause: Cause | None
    confidence: Confidence = Confidence.CERTAIN
    level: Level = Level.ACCOUNT
    retry_after_refresh: bool = False


def weigh(evidence: Evidence) -> Finding:
    """Decide what the evidence means."""
    rules = GOOD_ANSWER if evidence.reading is None else REFUSED
    for rule in rules:
        if found := rule(evidence):
            return replace(found, retry_after_refresh=_refresh_may_help(evidence, found))
    return Finding(None)


def _refresh_may_help(evidence: Evidence, found: Finding) -> bool:
    """Say whether one retry after a refresh is worth it: once, and only where it can help."""
    tried = evidence.renewal_tried or evidence.renewal_refused is not None
    return found.cause in RENEWAL_MAY_HELP and evidence.tokens.renewable is True and not tried


def sureness(cause: Cause) -> Confidence:
    return SURENESS.get(cause, Confidence.CERTAIN)


def _cause_read(evidence: Evidence) -> Cause:
    assert evidence.reading is not None
    return evidence.reading.cause


def _passing(evidence: Evidence) -> Finding | None:
    cause = _cause_read(evidence)
    if cause not in UNCHANGED:
        return None
    alike = evidence.alike
    level = alike.level if alike else Level.ACCOUNT
    return Finding(cause, sureness(cause), level)


def _platform_fails(evidence: Evidence) -> Finding | None:
    """Do not believe a vague refusal while the platform fails for most."""
    alike = evidence.alike
    if alike and alike.level == Level.PLATFORM and _cause_read(evidence) in VAGUE:
        return Finding(Cause.PLATFORM_OUTAGE, Confidence.LIKELY, Level.PLATFORM)
    return None


def _false_revoked(evidence: Evidence) -> Finding | None:
    until = evidence.doubtful_until
    if until and until > evidence.now and _cause_read(evidence) == Cause.REVOKED:
        return Finding(Cause.UNKNOWN, Confidence.UNCLEAR)
    return None


def _foreign_app(evidence: Evidence) -> Finding | None:
    """The access was given to another app: staging and production were mixed."""
    ours, theirs = evidence.expected_app, evidence.returned_app
    if ours and theirs and ours != theirs:
        return Finding(Cause.APP_CREDENTIALS, Confidence.CERTAIN, Level.APP)
    return None


def _clock_is_wrong(evidence: Evidence) -> Finding | None:
    """Blame the clocks where the verdict is right by the platform's and wrong by ours."""
    skew, tokens = evidence.clock_skew, evidence.tokens
    if skew is None or abs(skew) < WORTH_A_WARNING:
        return None
    margin = max(tokens.margin or timedelta(), LEAST_MARGIN)
    if abs(skew) <= margin:
        return None
    cause, seen_at = _cause_read(evidence), evidence.seen_at or evidence.now
    over = cause in RENEWAL_MAY_HELP | ENDED_BY_TIME
    is_data = cause == Cause.DATA_ACCESS_EXPIRED
    ends_at = tokens.data_access_expires_at if is_data else tokens.expires_at
    too_old = over and ends_at and seen_at < ends_at <= seen_at + skew
    too_young = cause == Cause.MALFORMED_REQUEST and is_too_young(evidence)
    return Finding(Cause.CLOCK_SKEW, Confidence.LIKELY, Level.APP) if too_old or too_young else None


def is_too_young(evidence: Evidence) -> bool:
    """Say whether a renewal was refused for a token that only the platform finds too young."""
    return evidence.renewal_refused == Cause.MALFORMED_REQUEST


def _app_named(evidence: Evidence) -> Finding | None:
    cause = _cause_read(evidence)
    if cause in APP_CAUSES or cause == Cause.MALFORMED_REQUEST:
        return Finding(cause, sureness(cause), Level.APP)
    return None


def _app_fails_alike(evidence: Evidence) -> Finding | None:
    alike = evidence.alike
    if alike and alike.level == Level.APP:
        return Finding(Cause.APP_DISABLED, Confidence.LIKELY, Level.APP)
    return None


def _platform_told(evidence: Evidence) -> Finding | None:
    """The platform's own news explains a refusal that does not say why."""
    if evidence.was_told and _cause_read(evidence) in VAGUE:
        return Finding(evidence.recent.told_gone_cause, Confidence.CERTAIN, Level.LOGIN)
    return None


def _renewal_says(evidence: Evidence) -> Finding | None:
    """Let a renewal that was refused explain an access token that was.

    Where the platform said "expired" itself, a vaguer word of the renewal adds nothing.
    """
    cause, renewal = _cause_read(evidence), evidence.renewal_refused
    if renewal is None or cause not in RENEWAL_MAY_HELP:
        return None
    said_already = cause == Cause.EXPIRED and renewal in VAGUE
    return _of_login(evidence, cause if said_already else renewal)


def _as_read(evidence: Evidence) -> Finding:
    return _of_login(evidence, _cause_read(evidence))


def _of_login(evidence: Evidence, cause: Cause) -> Finding:
    confidence = sureness(cause)
    age = evidence.age
    if age is not None and age < FRESH and cause in VAGUE:
        confidence = Confidence.UNCLEAR
    if cause in APP_CAUSES:
        return Finding(cause, confidence, Level.APP)
    siblings = evidence.siblings
    shared = siblings.total > 1 and siblings.failing == siblings.total and cause in OF_THE_LOGIN
    return Finding(cause, confidence, Level.LOGIN if shared else Level.ACCOUNT)


def _other_account(evidence: Evidence) -> Finding | None:
    expected, returned = evidence.expected_account, evidence.returned_account
    if expected and returned and expected != returned:
        return Finding(Cause.WRONG_ACCOUNT)
    return None


def _not_renewed(evidence: Evidence) -> Finding | None:
    """Access still answers, and the platform refuses to renew it: it ends for sure."""
    cause = evidence.renewal_refused
    if cause is None or cause in AMBIGUOUS or cause not in STATUS_OF:
        return None
    refused = replace(evidence, reading=Refusal(cause))
    return _platform_told(refused) or _of_login(evidence, cause)


def _data_access_over(evidence: Evidence) -> Finding | None:
    ends_at = evidence.tokens.data_access_expires_at
    return Finding(Cause.DATA_ACCESS_EXPIRED) if ends_at and ends_at <= evidence.now else None


def _lacks_permission(evidence: Evidence) -> Finding | None:
    return Finding(Cause.PERMISSION_MISSING) if evidence.missing else None


def _publishing_refused(evidence: Evidence) -> Finding | None:
    """Lookups work and publishing does not: a permission of the endpoint, not dead access."""
    tried = evidence.publishing
    if not evidence.publishing_refused or tried is None or tried.cause not in STATUS_OF:
        return None
    says = Cause.PERMISSION_MISSING if tried.cause in CANNOT_BE_TRUE else tried.cause
    level = Level.APP if says in APP_CAUSES else Level.ACCOUNT
    return Finding(says, Confidence.LIKELY, level)


Rule = Callable[[Evidence], Finding | None]
REFUSED: tuple[Rule, ...] = (
    _passing,
    _platform_fails,
    _false_revoked,
    _foreign_app,
    _clock_is_wrong,
    _app_named,
    _app_fails_alike,
    _platform_told,
    _renewal_says,
    _as_read,
)
GOOD_ANSWER: tuple[Rule, ...] = (
    _foreign_app,
    _other_account,
    _not_renewed,
    _data_access_over,
    _lacks_permission,
    _publishing_refused,
)
