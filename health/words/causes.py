"""Which words explain which cause, and what the evidence adds to them."""

from collections.abc import Callable
from dataclasses import replace

from connections.platforms.wire import Cause
from health import moments
from health.case import Case
from health.statuses import Actor, Remedy
from health.weighing import FRESH, VAGUE
from health.words import access, app, passing
from health.words.shape import Words

WORDS: dict[Cause, Callable[[Case], Words]] = {
    Cause.REVOKED: access.revoked,
    Cause.PASSWORD_CHANGED: access.password,
    Cause.CHECKPOINT: access.checkpoint,
    Cause.TOKEN_REJECTED: access.rejected,
    Cause.REFRESH_TOKEN_INVALID: access.renewal_invalid,
    Cause.WRONG_ACCOUNT: access.wrong_account,
    Cause.EXPIRED: access.expired,
    Cause.DATA_ACCESS_EXPIRED: access.data_access,
    Cause.PERMISSION_MISSING: access.permission,
    Cause.ROLE_LOST: access.role,
    Cause.ACCOUNT_MISSING: access.account_missing,
    Cause.APP_CREDENTIALS: app.app_credentials,
    Cause.APP_DISABLED: app.app_disabled,
    Cause.REDIRECT_MISMATCH: app.redirect,
    Cause.CLOCK_SKEW: app.clock,
    Cause.MALFORMED_REQUEST: app.malformed,
    Cause.CODE_REJECTED: passing.code,
    Cause.RATE_LIMITED: passing.limited,
    Cause.PLATFORM_OUTAGE: passing.outage,
    Cause.UNKNOWN: passing.unknown,
}


def words_of(case: Case) -> Words:
    """Say what a cause means for this account, and what the evidence adds to it."""
    assert case.cause is not None
    words = WORDS[case.cause](case)
    if case.evidence.was_told and case.cause in {Cause.ACCOUNT_MISSING, Cause.CHECKPOINT}:
        words = access.as_told(case, words)
    elif case.evidence.publishing_refused and case.cause in {Cause.CHECKPOINT, Cause.APP_DISABLED}:
        words = access.publishing_barred(case, words)
    if words.by_sign_in and case.finding.retry_after_refresh:
        return _refresh_first(case, words)
    if words.by_sign_in and _failed_at_once(case):
        return _look_at_the_app_first(case, words)
    return words


def _refresh_first(case: Case, words: Words) -> Words:
    return replace(
        words,
        who="Nobody, unless a refresh is refused too.",
        next_step="Refresh the access once and repeat the call once. If that is refused too: "
        f"reconnect and sign in as {case.login}.",
        remedy=Remedy.REFRESH,
        actor=Actor.NOBODY,
    )


def _failed_at_once(case: Case) -> bool:
    age = case.evidence.age
    return age is not None and age < FRESH and case.cause in VAGUE


def _look_at_the_app_first(case: Case, words: Words) -> Words:
    """A refusal minutes after a sign-in is seldom mended by another one."""
    age = case.evidence.age
    assert age is not None
    return replace(
        words,
        why=f"{words.why} It came {moments.spoken(age)} after the sign-in, which often points to "
        "how the app is set up.",
        next_step=f"Reconnect once and sign in as {case.login}. If it fails again, ask your "
        "administrator to look at the app: its review, its permissions, its return address, and "
        f"whether {case.login} has a role there.",
    )
