"""Words for causes that lie with our app or this server: no sign-in mends them."""

from dataclasses import replace

from health import moments
from health.case import Case
from health.evidence import Level
from health.statuses import Actor, Remedy
from health.words.shape import ADMINISTRATOR, NO_RECONNECT, Words


def _app(case: Case, why: str, step: str, remedy: Remedy = Remedy.FIX_APP) -> Words:
    return Words(
        what=f"{case.subject.platform} rejects our app, so {case.subject.label} cannot work.",
        why=why,
        who=ADMINISTRATOR,
        next_step=f"{step} {NO_RECONNECT}",
        remedy=remedy,
        actor=Actor.ADMINISTRATOR,
    )


def app_credentials(case: Case) -> Words:
    platform, app_id = case.subject.platform, case.subject.app_id
    theirs, ours = case.evidence.returned_app, case.evidence.expected_app
    if theirs and ours and theirs != ours:
        return _foreign_app(case)
    code = f" ({case.code})" if case.code else ""
    command = f": manage.py platform_app rotate-secret {app_id}" if app_id else ""
    return _app(
        case,
        f"{platform} does not accept our app's id or secret{code}. The secret may have been "
        "changed there.",
        f"Give the app its current secret{command}.",
    )


def _foreign_app(case: Case) -> Words:
    theirs, ours = case.evidence.returned_app, case.evidence.expected_app
    words = _app(
        case,
        f"The access we hold was given to the app {theirs}, not to ours, {ours}: a staging and a "
        "production app were mixed.",
        "Use one app for each installation: look which one this is, and move the connection to it.",
    )
    return replace(words, what=f"The access to {case.subject.label} belongs to another app.")


def app_disabled(case: Case) -> Words:
    platform, alike = case.subject.platform, case.evidence.alike
    why = f"{platform} has disabled, deleted or restricted our app."
    if alike and alike.level == Level.APP:
        why = (
            f"{platform} refuses {case.how_many_alike()} alike since "
            f"{moments.moment(alike.since, case.now)}: that points to the app, not to the people."
        )
    return _app(case, why, f"Look at the app in {platform}'s developer pages.")


def redirect(case: Case) -> Words:
    return _app(
        case,
        f"{case.subject.platform} does not accept our return address.",
        f"Enter the address shown under Apps at {case.subject.platform}.",
    )


def clock(case: Case) -> Words:
    skew = case.evidence.clock_skew
    differs = "wrong by more than a token's margin"
    if skew is not None:
        side = "behind" if skew.total_seconds() > 0 else "ahead of"
        differs = f"{moments.spoken(skew)} {side} that of {case.subject.platform}"
    words = _app(
        case,
        f"The clock of this server is {differs}, so that we judge wrongly when access begins and "
        "ends.",
        "Set the server's clock right (NTP).",
        Remedy.FIX_CLOCK,
    )
    return replace(words, what=f"Our clock is wrong, so {case.subject.label} cannot work.")


def malformed(case: Case) -> Words:
    code = f" ({case.code})" if case.code else ""
    return _app(
        case,
        f"{case.subject.platform} did not understand our request{code}: a fault of ours or a "
        "retired API version.",
        "Check the API version in the app's settings, and report the technical details.",
        Remedy.FIX_REQUEST,
    )
