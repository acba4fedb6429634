"""Words for what passes or is not understood, and says nothing about the account."""

from dataclasses import replace

from connections.platforms.wire import Cause
from health import moments
from health.case import Case
from health.evidence import Level
from health.statuses import Actor, Remedy
from health.words.shape import ADMINISTRATOR, NO_RECONNECT, Words

PAYMENT_REQUIRED = 402


def code(case: Case) -> Words:
    platform = case.subject.platform
    return Words(
        what=f"{platform} did not take the code of this sign-in.",
        why="Such a code works once and for a short time: it was used before or came too late.",
        who=f"Whoever signs in to {case.subject.label}.",
        next_step="Start the sign-in again. Nothing was changed.",
        remedy=Remedy.RESTART_FLOW,
        actor=Actor.STAFF,
    )


def _wait(case: Case, did: str, why: str) -> Words:
    return Words(
        what=f"{case.subject.platform} {did}.",
        why=f"{why} This says nothing about {case.subject.label} itself.",
        who="Nobody.",
        next_step=f"Wait and try again{_after(case)}. {NO_RECONNECT}",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )


def _after(case: Case) -> str:
    reading = case.evidence.reading
    wait = reading.retry_after if reading else None
    return f" in {moments.spoken(wait)}" if wait else ""


def limited(case: Case) -> Words:
    reading = case.evidence.reading
    if reading and reading.http_status == PAYMENT_REQUIRED:
        return _used_up(case)
    return _wait(
        case,
        "limits how often we may ask",
        "Too many calls were made for this account or app, or what was paid for is used up.",
    )


def _used_up(case: Case) -> Words:
    platform = case.subject.platform
    words = _wait(
        case, "wants to be paid first", f"What our app has paid for at {platform} is used up."
    )
    return replace(
        words,
        who=ADMINISTRATOR,
        next_step=f"Add credit for our app at {platform}, or wait for its next period. "
        f"{NO_RECONNECT}",
        actor=Actor.ADMINISTRATOR,
    )


def outage(case: Case) -> Words:
    alike, platform = case.evidence.alike, case.subject.platform
    why = f"{platform} did not answer, or said that it has a fault of its own."
    if alike and alike.level == Level.PLATFORM:
        since = moments.moment(alike.since, case.now)
        why = f"{platform} fails for {case.how_many_alike()} since {since}."
    return _wait(case, "did not answer properly", why)


def unknown(case: Case) -> Words:
    platform, reading = case.subject.platform, case.evidence.reading
    if reading and reading.cause == Cause.REVOKED:
        return too_early(case)
    return Words(
        what=f"We cannot tell what {platform}'s answer means.",
        why="It holds no code and no text that we know, so nothing is concluded about "
        f"{case.subject.label}.",
        who="Nobody yet; your administrator if it stays so.",
        next_step=f"Try again{_after(case) or ' later'}. If it comes back, report the answer with "
        "its reference.",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )


def too_early(case: Case) -> Words:
    platform = case.subject.platform
    return Words(
        what=f"{platform} says that access to {case.subject.label} was removed, moments after it "
        "was given.",
        why=f"{platform} is known to say so falsely right after a sign-in.",
        who="Nobody.",
        next_step=f"Wait: we look again by ourselves{case.retry}.",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )
