"""What a person reads when they come back from a platform."""

import secrets
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from connections.models import BROKEN, Connection, PlatformApp
from connections.oauth import Ending, Result
from connections.platforms.wire import Cause
from connections.redaction import mask


def say(request: HttpRequest, app: PlatformApp, ending: Ending) -> str:
    """Queue the sentence for this ending and return it; all but success get a reference."""
    text = WORDS[ending.result](app, ending)
    level = messages.SUCCESS if ending.result == Result.DONE else messages.WARNING
    if ending.result != Result.DONE:
        text = f"{text} Reference {secrets.token_hex(4)}."
    messages.add_message(request, level, text)
    return text


def on_day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def plain_names(app: PlatformApp, scopes: tuple[str, ...] | list[str]) -> str:
    """Return permissions in words for people, the technical name where there are none."""
    names = {permission.scope: permission.name for permission in app.adapter.permissions}
    return ", ".join(names.get(scope, scope) for scope in scopes)


def _done(app: PlatformApp, ending: Ending) -> str:
    grant = ending.grant
    assert grant is not None
    if ending.connection is None:
        return f"Signed in at {app.adapter.name} as {grant.subject_name}."
    connection = ending.connection
    until = "renews by itself" if connection.renews_by_itself else "no end date"
    if connection.ends_at:
        until = f"works until {on_day(connection.ends_at)}"
    more = ending.repaired - 1
    left_out = f" Not ticked this time: {', '.join(ending.left_out)}." if ending.left_out else ""
    others = f" The same sign-in repaired {more} more." if more > 0 else ""
    return (
        f"Reconnected {connection.label}. {len(grant.scopes)} permissions, {until}. "
        f"{after_check(connection)}{others}{left_out}"
    )


def after_check(connection: Connection) -> str:
    """Say what the check right after a sign-in found, and never more."""
    name = connection.adapter.name
    if connection.unverified_since:
        return f"{name} did not let us check it yet; we try again by ourselves."
    if connection.status in BROKEN:
        return f"The check just now says: {connection.get_status_display()}."
    return "Checked just now."


def _cancelled(app: PlatformApp, ending: Ending) -> str:
    return f"You cancelled at {app.adapter.name}. Nothing was changed."


def _wrong_account(app: PlatformApp, ending: Ending) -> str:
    assert ending.connection is not None
    grant = ending.connection.grant
    through = (
        f", reached by {grant.subject_name}" if grant and ending.connection.derived_token else ""
    )
    return (
        f"You signed in as {ending.signed_in_as or 'somebody else'}; this connection is "
        f"{ending.connection.label}{through}. Nothing was changed. Sign out of {app.adapter.name} or use "
        "a private window, then try again."
    )


def _left_out(app: PlatformApp, ending: Ending) -> str:
    assert ending.connection is not None
    return (
        f"The sign-in did not include {ending.connection.label}: tick that "
        f"{app.adapter.account_noun} at {app.adapter.name}, and check that you still have a role "
        "on it. Nothing was changed."
    )


def _partial(app: PlatformApp, ending: Ending) -> str:
    total = len(app.requested_scopes)
    names = plain_names(app, ending.missing)
    if not names:
        return (
            "Not every permission was granted. Nothing was changed. Start again and leave all of "
            "them ticked."
        )
    return (
        f"{len(ending.missing)} of {total} permissions were not granted: {names}. Nothing was "
        f"changed. Start again and leave {names} ticked."
    )


def _state_lost(app: PlatformApp, ending: Ending) -> str:
    return "This sign-in took too long or was opened twice. Nothing was changed. Start again."


OUR_SIDE = {
    Cause.APP_CREDENTIALS: "{name} does not accept our app's id or secret. Your administrator "
    "must correct it under Apps; signing in again will not help.",
    Cause.APP_DISABLED: "{name} has disabled our app. Your administrator must look at it in "
    "{name}'s developer pages; signing in again will not help.",
    Cause.REDIRECT_MISMATCH: "{name} does not accept our return address. Your administrator must "
    "enter the one shown under Apps at {name}; signing in again will not help.",
    Cause.RATE_LIMITED: "{name} limits how often we may ask. Not your fault; try again later.",
    Cause.PLATFORM_OUTAGE: "{name} did not answer properly. Not your fault; try again in a few "
    "minutes.",
    Cause.CODE_REJECTED: "{name} did not accept the sign-in: it was used already or took too "
    "long. Start again.",
    Cause.ACCOUNT_MISSING: "This login has no account at {name} that we could manage.",
    Cause.ROLE_LOST: "This login has no role on the account any more. A page admin can give it "
    "back; then sign in again.",
}


def _platform_error(app: PlatformApp, ending: Ending) -> str:
    name = app.adapter.name
    refusal = ending.refusal
    if refusal and refusal.cause in OUR_SIDE:
        text = OUR_SIDE[refusal.cause].format(name=name)
    else:
        code = mask(refusal.code) if refusal and refusal.code else "something we could not read"
        text = f"{name} answered {code}. Not your fault; try again in a few minutes."
    return f"{text} Nothing was changed."


WORDS = {
    Result.DONE: _done,
    Result.CANCELLED: _cancelled,
    Result.WRONG_ACCOUNT: _wrong_account,
    Result.ACCOUNT_LEFT_OUT: _left_out,
    Result.PARTIAL: _partial,
    Result.STATE_LOST: _state_lost,
    Result.PLATFORM_ERROR: _platform_error,
}
