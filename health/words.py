"""The sentences of a diagnosis: what, why, who must act, next step, for each cause.

Texts say what happened, then what to do, and never more than the platform said.
"""

from dataclasses import dataclass
from datetime import datetime

from connections.models import Status
from connections.platforms.wire import Cause
from connections.refresh import SEALED
from health.statuses import Actor, Displayed, Remedy

TOO_EARLY = "revoked right after consent"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a diagnosis rests on. Times are aware; words are already in the reader's zone."""

    platform: str
    noun: str
    label: str
    client: str
    status: Status
    cause: str
    now: datetime
    since: str
    seen: str
    owner: str = ""
    code: str = ""
    unverified_cause: str = ""
    unverified_since: str = ""
    last_check: str = ""
    last_good_check: str = ""
    ends_at: datetime | None = None
    ends_on: str = ""
    lifetime: str = ""
    renews_by_itself: bool = False
    missing: tuple[str, ...] = ()
    required: int = 0
    paused_until: str = ""
    paused_by: str = ""
    is_stale: bool = False
    has_grant: bool = True
    is_connected: bool = True
    app_id: str = ""
    cut_off: str = ""
    retry_at: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    what: str
    why: str
    who: str
    next_step: str
    remedy: Remedy
    actor: Actor


def _owner(facts: Facts) -> str:
    if facts.owner:
        return f"{facts.owner}, whose login reaches {facts.label}"
    return f"The owner of {facts.label}"


def _login(facts: Facts) -> str:
    """Return whom to sign in as: a Page has no login of its own."""
    return facts.owner or facts.label


def _reconnect(facts: Facts, why: str) -> Words:
    return Words(
        what=f"{facts.platform} no longer lets us act for {facts.label}.",
        why=why,
        who=f"{_owner(facts)}.",
        next_step=f"Reconnect and sign in as {_login(facts)}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
    )


def _revoked(facts: Facts) -> Words:
    return _reconnect(facts, f"Access was removed at {facts.platform}; we saw it {facts.seen}.")


def _password(facts: Facts) -> Words:
    return _reconnect(
        facts,
        f"The password was changed, or {facts.platform} ended the session for security "
        f"reasons; we saw it {facts.seen}.",
    )


def _checkpoint(facts: Facts) -> Words:
    words = _reconnect(
        facts, f"{facts.platform} asks the person to pass a security check, since {facts.since}."
    )
    step = f"Sign in at {facts.platform}, pass its check there, then reconnect here."
    return Words(words.what, words.why, words.who, step, words.remedy, words.actor)


def _rejected(facts: Facts) -> Words:
    return _reconnect(
        facts,
        f"{facts.platform} refuses our access and does not say why. Two checks in a row were "
        f"refused, the last {facts.seen}.",
    )


def _renewal_invalid(facts: Facts) -> Words:
    if facts.cut_off:
        why = (
            f"The renewal was interrupted at {facts.cut_off}, and {facts.platform} does not "
            "accept the old access any more."
        )
    else:
        why = (
            f"{facts.platform} refused to renew our access {facts.seen}. It does not say "
            "whether it was removed, ran out or was replaced by another sign-in."
        )
    return _reconnect(facts, why)


def _wrong_account(facts: Facts) -> Words:
    return _reconnect(facts, f"The sign-in we hold answers for another account than {facts.label}.")


def _expired(facts: Facts) -> Words:
    return Words(
        what=f"Our access to {facts.label} ended.",
        why=f"{facts.platform} says that the access ran out; it gives access for "
        f"{facts.lifetime}. We saw it {facts.seen}.",
        who=f"{_owner(facts)}, or anyone else who manages {facts.label}.",
        next_step=f"Reconnect and sign in as {_login(facts)}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
    )


def _data_access(facts: Facts) -> Words:
    return Words(
        what=f"Our access to the data of {facts.label} ended.",
        why=f"{facts.platform} gives data for 90 days after the person last used our app.",
        who=f"{_owner(facts)}.",
        next_step=f"Reconnect and sign in as {_login(facts)}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
    )


def _scope(facts: Facts) -> Words:
    names = ", ".join(facts.missing)
    why = f"{facts.platform} refused a call for want of a permission."
    step = "Reconnect and leave every permission ticked."
    if names:
        why = f"{len(facts.missing)} of {facts.required} permissions are not granted: {names}."
        step = f"Reconnect and leave ticked: {names}."
    return Words(
        what=f"{facts.label} is connected, but lacks {'permissions' if names else 'a permission'}.",
        why=why,
        who=f"{_owner(facts)}.",
        next_step=step,
        remedy=Remedy.GRANT_PERMISSION,
        actor=Actor.LOGIN_OWNER,
    )


def _role(facts: Facts) -> Words:
    person = facts.owner or "The person who connected it"
    return Words(
        what=f"{person} can sign in but has no role on {facts.label} any more.",
        why=f"{facts.platform} refuses the {facts.noun} to this login since {facts.since}.",
        who=f"Somebody at {facts.client} who administers the {facts.noun}.",
        next_step="Ask them to restore the role; then reconnect, or reconnect with "
        "another person who has the role.",
        remedy=Remedy.RESTORE_ROLE,
        actor=Actor.PAGE_ADMIN,
    )


def _account_missing(facts: Facts) -> Words:
    return Words(
        what=f"{facts.platform} does not find {facts.label} with this login any more.",
        why=f"The {facts.noun} was deleted, closed, or the login lost its role; seen "
        f"{facts.since}.",
        who=f"Somebody at {facts.client} who administers the {facts.noun}.",
        next_step=f"Ask whether the {facts.noun} still exists; then reconnect with a login that "
        "has it, or disconnect it here.",
        remedy=Remedy.RESTORE_ROLE,
        actor=Actor.PAGE_ADMIN,
    )


def _app(facts: Facts, why: str, step: str, remedy: Remedy = Remedy.FIX_APP) -> Words:
    return Words(
        what=f"{facts.platform} rejects our app, so {facts.label} cannot work.",
        why=why,
        who="Your administrator.",
        next_step=f"{step} Reconnecting will not help.",
        remedy=remedy,
        actor=Actor.ADMINISTRATOR,
    )


def _app_credentials(facts: Facts) -> Words:
    code = f" ({facts.code})" if facts.code else ""
    return _app(
        facts,
        f"{facts.platform} does not accept our app's id or secret{code}. The secret may have been "
        "changed there.",
        f"Give the app its current secret: manage.py platform_app rotate-secret {facts.app_id}.",
    )


def _app_disabled(facts: Facts) -> Words:
    return _app(
        facts,
        f"{facts.platform} has disabled, deleted or restricted our app.",
        f"Look at the app in {facts.platform}'s developer pages.",
    )


def _redirect(facts: Facts) -> Words:
    return _app(
        facts,
        f"{facts.platform} does not accept our return address.",
        f"Enter the address shown under Apps at {facts.platform}.",
    )


def _clock(facts: Facts) -> Words:
    return _app(
        facts,
        "The clock of this server is wrong by more than a token's margin.",
        "Set the server's clock right.",
        Remedy.FIX_CLOCK,
    )


def _malformed(facts: Facts) -> Words:
    code = f" ({facts.code})" if facts.code else ""
    return _app(
        facts,
        f"{facts.platform} did not understand our request{code}: a fault of ours or a retired "
        "API version.",
        "Check the API version in the app's settings, and report the technical details below.",
        Remedy.FIX_REQUEST,
    )


WORDS_OF_CAUSE = {
    Cause.REVOKED: _revoked,
    Cause.PASSWORD_CHANGED: _password,
    Cause.CHECKPOINT: _checkpoint,
    Cause.TOKEN_REJECTED: _rejected,
    Cause.REFRESH_TOKEN_INVALID: _renewal_invalid,
    Cause.WRONG_ACCOUNT: _wrong_account,
    Cause.EXPIRED: _expired,
    Cause.DATA_ACCESS_EXPIRED: _data_access,
    Cause.PERMISSION_MISSING: _scope,
    Cause.ROLE_LOST: _role,
    Cause.ACCOUNT_MISSING: _account_missing,
    Cause.APP_CREDENTIALS: _app_credentials,
    Cause.APP_DISABLED: _app_disabled,
    Cause.REDIRECT_MISMATCH: _redirect,
    Cause.CLOCK_SKEW: _clock,
    Cause.MALFORMED_REQUEST: _malformed,
}


def _expiring(facts: Facts) -> Words:
    return Words(
        what=f"Access ends on {facts.ends_on}.",
        why=f"{facts.platform} does not let us renew this without a sign-in.",
        who=f"{_owner(facts)}, before {facts.ends_on}.",
        next_step=f"Reconnect now and sign in as {_login(facts)}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
    )


UNVERIFIED = {
    Cause.RATE_LIMITED: "limits how often we may ask",
    Cause.PLATFORM_OUTAGE: "did not answer properly",
}


def _sealed(facts: Facts) -> Words:
    return Words(
        what=f"We cannot open what we hold for {facts.label}.",
        why="No key of TOKEN_KEYS opens it: the key it was sealed with is missing.",
        who="Your administrator.",
        next_step="Put the missing key back into TOKEN_KEYS. Where it is lost, give the app its "
        "secret again (manage.py platform_app rotate-secret), then reconnect.",
        remedy=Remedy.FIX_APP,
        actor=Actor.ADMINISTRATOR,
    )


def _too_early(facts: Facts) -> Words:
    return Words(
        what=f"{facts.platform} says that access to {facts.label} was removed, moments after it "
        "was given.",
        why=f"{facts.platform} is known to say so falsely right after a sign-in.",
        who="Nobody.",
        next_step=f"Wait: we look again by ourselves{facts.retry_at and ' at ' + facts.retry_at}.",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )


def _platform(facts: Facts) -> Words:
    if facts.code == SEALED:
        return _sealed(facts)
    if facts.code == TOO_EARLY:
        return _too_early(facts)
    did = UNVERIFIED.get(facts.unverified_cause, "gave an answer that we cannot read")
    last = facts.last_good_check
    known = f"It worked at the last good check, {last}." if last else "It was never checked."
    return Words(
        what=f"{facts.platform} {did}; {facts.label} is unverified since {facts.unverified_since}.",
        why=f"This says nothing about {facts.label} itself. {known}",
        who="Nobody.",
        next_step=f"Wait: we retry by ourselves{facts.retry_at and ' at ' + facts.retry_at}. "
        "Reconnecting will not help.",
        remedy=Remedy.WAIT,
        actor=Actor.NOBODY,
    )


def _stale(facts: Facts) -> Words:
    last = facts.last_check or "never"
    return Words(
        what=f"We do not know: the last check was {last}.",
        why="Checks did not run: the scheduler or the worker is stopped or late.",
        who="Your administrator.",
        next_step="Check now; if that stays without result, look at the footer and the worker.",
        remedy=Remedy.NONE,
        actor=Actor.ADMINISTRATOR,
    )


def _paused(facts: Facts) -> Words:
    who = facts.paused_by or "Somebody"
    return Words(
        what=f"Checks and alerts are off until {facts.paused_until}.",
        why=f"{who} paused them.",
        who=f"{who}.",
        next_step="Resume when the reason is over; it resumes by itself on that day.",
        remedy=Remedy.NONE,
        actor=Actor.STAFF,
    )


def _disconnected(facts: Facts) -> Words:
    return Words(
        what=f"{facts.label} is disconnected.",
        why="Somebody disconnected it here; the timeline says who and when.",
        who="Nobody.",
        next_step="Connect it again if it should be looked after again: its history is kept.",
        remedy=Remedy.NONE,
        actor=Actor.NOBODY,
    )


def _none(facts: Facts) -> Words:
    if not facts.is_connected:
        return _disconnected(facts)
    return Words(
        what=f"{facts.label} is not connected with this app yet.",
        why="It was moved to another app, and access belongs to the app it was given to.",
        who=f"{_owner(facts)}.",
        next_step=f"Reconnect and sign in as {_login(facts)}.",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
    )


def _ok(facts: Facts) -> Words:
    checked = (
        f"Last successful check {facts.last_good_check}."
        if facts.last_good_check
        else ("Not checked yet since it was connected.")
    )
    if facts.renews_by_itself:
        why = f"Access renews by itself{facts.ends_on and ' until ' + facts.ends_on}."
    elif facts.ends_at:
        why = f"Access ends on {facts.ends_on}."
    else:
        why = "Access has no end date."
    return Words(
        what=f"Working. {checked}",
        why=why,
        who="Nobody.",
        next_step="Nothing to do.",
        remedy=Remedy.NONE,
        actor=Actor.NOBODY,
    )


WORDS_OF_STATUS = {
    Displayed.APP: _malformed,
    Displayed.REVOKED: _rejected,
    Displayed.EXPIRED: _expired,
    Displayed.ROLE: _role,
    Displayed.SCOPE: _scope,
    Displayed.EXPIRING: _expiring,
    Displayed.PLATFORM: _platform,
    Displayed.STALE: _stale,
    Displayed.PAUSED: _paused,
    Displayed.NONE: _none,
    Displayed.OK: _ok,
}
