"""Says in plain sentences what a verdict rests on, and what would change it."""

from collections.abc import Callable, Iterator

from connections.platforms.wire import Cause
from health import moments
from health.case import Case
from health.evidence import Level
from health.statuses import STATUS_OF, UNCHANGED
from health.weighing import APP_CAUSES, FRESH, OF_THE_LOGIN, WORTH_A_WARNING


def reasons_of(case: Case) -> tuple[str, ...]:
    """Return the evidence in plain sentences, the last saying what would change the verdict."""
    return tuple(sentence for part in PARTS for sentence in part(case))


def _answer(case: Case) -> Iterator[str]:
    evidence, reading = case.evidence, case.evidence.reading
    if reading and (reading.http_status or reading.endpoint or reading.code):
        status = reading.http_status or "without a status"
        code = f", code {reading.code}" if reading.code else ""
        to = f" to {reading.endpoint}" if reading.endpoint else ""
        yield f"{case.subject.platform} answered {status}{code}{to}."
    if evidence.second_look:
        yield evidence.second_look
    if case.standing.unverified_since:
        since = moments.moment(case.standing.unverified_since, case.now)
        yield f"Unverified since {since}: nothing was learned about the account since."


def _identity(case: Case) -> Iterator[str]:
    evidence = case.evidence
    if evidence.expected_account and evidence.returned_account:
        if evidence.returned_account == evidence.expected_account:
            yield "The account that answers is the one that we expect."
        else:
            yield (
                f"The account that answers is {evidence.returned_account}; we expect "
                f"{evidence.expected_account}."
            )
    if evidence.expected_app and evidence.returned_app not in {"", evidence.expected_app}:
        yield f"The access belongs to the app {evidence.returned_app}, not to ours."


def _permissions(case: Case) -> Iterator[str]:
    evidence = case.evidence
    if case.cause is None or not evidence.required or evidence.granted is None:
        return
    held = len(evidence.required) - len(evidence.missing)
    yield f"{held} of {len(evidence.required)} needed permissions are granted."


def _ends(case: Case) -> Iterator[str]:
    tokens, at = case.evidence.tokens, case.evidence.seen_at or case.now
    if case.cause not in OF_THE_LOGIN:
        return
    for name, end in (
        ("The access", tokens.expires_at),
        ("The permission to renew", tokens.refresh_expires_at),
        ("The access to data", tokens.data_access_expires_at),
    ):
        if end:
            verb = "ended" if end <= at else "was to last until"
            yield f"{name} {verb} {moments.moment(end, case.now)}, as the platform had said."


def _age(case: Case) -> Iterator[str]:
    age, tokens = case.evidence.age, case.evidence.tokens
    if case.cause is None or age is None:
        return
    if age < FRESH:
        yield f"It failed {moments.spoken(age)} after the sign-in: look at how the app is set up."
    elif case.cause in OF_THE_LOGIN:
        yield f"The sign-in was {moments.spoken(age)} old."
    if tokens.dormant_since and case.cause in OF_THE_LOGIN:
        yield f"It was not used since {moments.full_day(tokens.dormant_since)}."


def _clock(case: Case) -> Iterator[str]:
    skew = case.evidence.clock_skew
    if skew is not None and abs(skew) >= WORTH_A_WARNING:
        side = "behind" if skew.total_seconds() > 0 else "ahead of"
        yield f"Our clock is {moments.spoken(skew)} {side} {case.subject.platform}’s."


def _publishing(case: Case) -> Iterator[str]:
    tried, subject = case.evidence.publishing, case.subject
    if tried is None or case.evidence.reading is not None:
        return
    ended = "passed" if tried.passed else "was refused"
    if not tried.passed and tried.cause not in STATUS_OF:
        ended = "proved nothing"
    yield f"Looking {subject.label} up works; the publish test {moments.when(tried.at, case.now)} {ended}."


def _around(case: Case) -> Iterator[str]:
    """Tell how far it reaches: the login, the app, the platform."""
    siblings, alike = case.evidence.siblings, case.evidence.alike
    if siblings.total > 1 and case.cause in STATUS_OF and case.standing.may_count:
        yield f"{siblings.failing} of {siblings.total} accounts of this login fail alike."
    if alike and (alike.level == Level.APP or case.cause in UNCHANGED):
        since = moments.moment(alike.since, case.now)
        yield f"The same is seen of {case.how_many_alike()} since {since}."


def _recent(case: Case) -> Iterator[str]:
    recent, platform = case.evidence.recent, case.subject.platform
    if case.cause is None:
        return
    if case.evidence.was_told and recent.told_gone_at:
        why = f" ({recent.told_gone_as})" if recent.told_gone_as else ""
        at = moments.when(recent.told_gone_at, case.now)
        yield f"{platform} told us {at} that access was removed{why}."
    if recent.renewal_cut_off_at:
        yield f"Renewal interrupted at {moments.moment(recent.renewal_cut_off_at, case.now)}."
    if recent.secret_rotated_at and case.cause in APP_CAUSES:
        at = moments.when(recent.secret_rotated_at, case.now)
        yield f"The app's secret was last changed here {at}."
    if recent.scopes_changed_at and case.cause in OF_THE_LOGIN | {Cause.PERMISSION_MISSING}:
        at = moments.when(recent.scopes_changed_at, case.now)
        yield f"The permissions that {platform} lists changed {at}."


def _last_good(case: Case) -> Iterator[str]:
    good_at = case.evidence.tokens.last_good_at
    if good_at:
        yield f"The last good check was {moments.moment(good_at, case.now)}."


def _what_would_change_it(case: Case) -> Iterator[str]:
    sentence = CHANGES.get(case.cause) if case.cause else None
    alike = case.evidence.alike
    if alike and alike.level == Level.APP and case.cause not in APP_CAUSES - {Cause.APP_DISABLED}:
        sentence = "one other login of the same app that works: then the accounts are the reason"
    if sentence:
        yield f"What would change this verdict: {sentence}."


CHANGES = {
    Cause.REVOKED: "a good answer to a later check, or a new sign-in",
    Cause.PASSWORD_CHANGED: "a good answer to a later check, or a new sign-in",
    Cause.CHECKPOINT: "a good answer after the person passed the platform's check",
    Cause.TOKEN_REJECTED: "a renewal that succeeds, or the platform's own word for the reason",
    Cause.REFRESH_TOKEN_INVALID: "a new sign-in; the platform's own news would name the reason",
    Cause.WRONG_ACCOUNT: "a sign-in as the account that we expect",
    Cause.EXPIRED: "a new sign-in",
    Cause.DATA_ACCESS_EXPIRED: "a new sign-in",
    Cause.PERMISSION_MISSING: "the permission in the platform's list, or a call that it lets pass",
    Cause.ROLE_LOST: "a good answer once the role is restored",
    Cause.ACCOUNT_MISSING: "the account answering again to this login or to another one",
    Cause.APP_CREDENTIALS: "one call of this app that the platform takes",
    Cause.APP_DISABLED: "one call of this app that the platform takes",
    Cause.REDIRECT_MISMATCH: "a sign-in that comes back",
    Cause.CLOCK_SKEW: "an answer whose date agrees with our clock",
    Cause.MALFORMED_REQUEST: "the same call taken in another version of the API",
    Cause.CODE_REJECTED: "a new sign-in",
    Cause.RATE_LIMITED: "the first answer after the wait",
    Cause.PLATFORM_OUTAGE: "the first proper answer",
    Cause.UNKNOWN: "an answer with a code that we know",
}
PARTS: tuple[Callable[[Case], Iterator[str]], ...] = (
    _answer,
    _identity,
    _permissions,
    _ends,
    _age,
    _clock,
    _publishing,
    _around,
    _recent,
    _last_good,
    _what_would_change_it,
)
