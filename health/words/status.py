"""The sentences of a displayed status that no cause explains: working, waiting, paused."""

from collections.abc import Callable
from dataclasses import replace

from connections.platforms.wire import Cause
from connections.refresh import SEALED
from health import moments
from health.case import Case
from health.evidence import Level
from health.statuses import Actor, Displayed, Remedy
from health.words.passing import PAYMENT_REQUIRED, limited, too_early
from health.words.shape import NO_RECONNECT, Words

TOO_EARLY = "revoked right after consent"
DID = {
    Cause.RATE_LIMITED: "limits how often we may ask",
    Cause.PLATFORM_OUTAGE: "did not answer properly",
}


def _expiring(case: Case) -> Words:
    ends_on = moments.full_day(case.standing.ends_at) if case.standing.ends_at else "a day to come"
    return Words(
        what=f"Access ends on {ends_on}.",
        why=f"{case.subject.platform} does not let us renew this without a sign-in.",
        who=f"{case.owner}, before {ends_on}.",
        next_step=f"Reconnect now and sign in as {case.login}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def _sealed(case: Case) -> Words:
    return Words(
        what=f"We cannot open what we hold for {case.subject.label}.",
        why="No key of TOKEN_KEYS opens it: the key it was sealed with is missing.",
        who="Your administrator.",
        next_step="Put the missing key back into TOKEN_KEYS. Where it is lost, give the app its "
        "secret again (manage.py platform_app rotate-secret), then reconnect.",
        remedy=Remedy.FIX_APP,
        actor=Actor.ADMINISTRATOR,
        by_sign_in=True,
    )


def _platform(case: Case) -> Words:
    if case.code == SEALED:
        return _sealed(case)
    if case.code == TOO_EARLY:
        return too_early(case)
    subject, standing = case.subject, case.standing
    if case.evidence.reading and case.evidence.reading.http_status == PAYMENT_REQUIRED:
        return limited(case)
    cause = Cause(standing.unverified_cause) if standing.unverified_cause else Cause.UNKNOWN
    did = DID.get(cause, "gave an answer that we cannot read")
    good_at, since = case.evidence.tokens.last_good_at, standing.unverified_since
    known = "It was never checked."
    if good_at:
        known = f"It worked at the last good check, {moments.moment(good_at, case.now)}."
    words = Words(
        what=f"{subject.platform} {did}; {subject.label} is unverified"
        f"{f' since {moments.moment(since, case.now)}' if since else ''}.",
        why=f"This says nothing about {subject.label} itself. {known}",
        who="Nobody.",
        next_step=f"Wait: we retry by ourselves{case.retry}. {NO_RECONNECT}",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )
    alike = case.evidence.alike
    if alike is None or alike.level != Level.PLATFORM:
        return words
    at = moments.moment(alike.since, case.now)
    failing = f"{subject.platform} fails for {case.how_many_alike()} since {at}."
    return replace(words, why=f"{failing} {words.why}")


def _stale(case: Case) -> Words:
    last = case.standing.last_check_at
    return Words(
        what=f"We do not know: the last check was {moments.moment(last, case.now)}."
        if last
        else "We do not know: it was never checked.",
        why="Checks did not run: the scheduler or the worker is stopped or late.",
        who="Your administrator.",
        next_step="Check now; if that stays without result, look at the footer and the worker.",
        remedy=Remedy.NONE,
        actor=Actor.ADMINISTRATOR,
    )


def _paused(case: Case) -> Words:
    who, until = case.standing.paused_by or "Somebody", case.standing.paused_until
    return Words(
        what=f"Checks and alerts are off{f' until {moments.full_day(until)}' if until else ''}.",
        why=f"{who} paused them.",
        who=f"{who}.",
        next_step="Resume when the reason is over; it resumes by itself on that day.",
        remedy=Remedy.NONE,
        actor=Actor.STAFF,
    )


def _disconnected(case: Case) -> Words:
    return Words(
        what=f"{case.subject.label} is disconnected.",
        why="Somebody disconnected it here; the timeline says who and when.",
        who="Nobody.",
        next_step="Connect it again if it should be looked after again: its history is kept.",
        remedy=Remedy.NONE,
        actor=Actor.NOBODY,
    )


def _none(case: Case) -> Words:
    if not case.standing.is_connected:
        return _disconnected(case)
    return Words(
        what=f"{case.subject.label} is not connected with this app yet.",
        why="It was moved to another app, and access belongs to the app it was given to.",
        who=f"{case.owner}.",
        next_step=f"Reconnect and sign in as {case.login}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def _ok(case: Case) -> Words:
    good_at, ends_at = case.evidence.tokens.last_good_at, case.standing.ends_at
    checked = "Not checked yet since it was connected."
    if good_at:
        checked = f"Last successful check {moments.moment(good_at, case.now)}."
    why = "Access has no end date."
    if case.standing.renews_by_itself:
        why = f"Access renews by itself{f' until {moments.full_day(ends_at)}' if ends_at else ''}."
    elif ends_at:
        why = f"Access ends on {moments.full_day(ends_at)}."
    return Words(
        what=f"Working. {checked}",
        why=why,
        who="Nobody.",
        next_step="Nothing to do.",
        remedy=Remedy.NONE,
        actor=Actor.NOBODY,
    )


STATUS_WORDS: dict[Displayed, Callable[[Case], Words]] = {
    Displayed.EXPIRING: _expiring,
    Displayed.PLATFORM: _platform,
    Displayed.STALE: _stale,
    Displayed.PAUSED: _paused,
    Displayed.NONE: _none,
    Displayed.OK: _ok,
}
