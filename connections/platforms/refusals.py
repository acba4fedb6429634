"""What a refusal says apart from a platform's own codes: its status, its header, our question.

Adapters decide on codes first and on exact known texts second; what stands here comes last.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connections.platforms.base import Platform
from connections.platforms.wire import Cause, Endpoint, Refused, Response

# An answer may list thousands of errors; what the first twenty do not say, none says.
MOST_ERRORS = 20
CHALLENGE = re.compile(r'(?:^|[\s,;])error\s*=\s*"?([A-Za-z_]{1,40})')
BEARER_ERRORS = {
    "invalid_token": Cause.TOKEN_REJECTED,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "invalid_request": Cause.MALFORMED_REQUEST,
}
MALFORMED = dict.fromkeys(
    (400, 405, 406, 410, 411, 413, 414, 415, 422, 426, 431), Cause.MALFORMED_REQUEST
)
# 420 is what X, and others after it, answered before 429 was there.
THROTTLED = {420, 429}


def is_trouble(status: int) -> bool:
    """Say whether a status is the platform's own trouble, whatever stands beside it."""
    return status >= 500 or status == 408 or status in THROTTLED


def true_status(response: Response, stated: Any) -> int:
    """Return the status that a body states of itself, where it states one; else HTTP's.

    Gateways rewrite statuses and leave bodies alone, but their own trouble stands.
    """
    if is_trouble(response.status):
        return response.status
    text = shown(stated)
    number = int(text) if len(text) == 3 and text.isascii() and text.isdigit() else 0
    return number if 400 <= number < 600 else response.status


def settle(known: Cause | None, status: int) -> Cause | None:
    """Weigh a known code against the status: no code tells of an account during an outage."""
    if status in THROTTLED:
        return Cause.RATE_LIMITED
    if is_trouble(status):
        return known if known is Cause.RATE_LIMITED else Cause.PLATFORM_OUTAGE
    return known


def first_known(causes: Iterable[Cause | None]) -> Cause | None:
    """Return the first cause found, but the platform's own trouble before any other."""
    found = [cause for cause in causes if cause is not None]
    passing = [cause for cause in found if cause in {Cause.RATE_LIMITED, Cause.PLATFORM_OUTAGE}]
    return next(iter(passing or found), None)


def is_unreadable(response: Response) -> bool:
    """Say whether there is a page of a proxy or a part of an answer, not mere words or nothing."""
    start = response.body[:200].strip()
    is_words = start.isascii() and not start.startswith((b"<", b"{", b"["))
    return response.json is None and not is_words


def read_challenge(response: Response) -> Cause | None:
    """Read ``WWW-Authenticate: Bearer`` (RFC 6750, 3), which needs no readable body."""
    challenge = response.headers.get("www-authenticate", "")[:1000]
    asked = response.endpoint == Endpoint.API and response.status in {400, 401, 403}
    if not asked or "bearer" not in challenge.lower():
        return None
    if found := CHALLENGE.search(challenge):
        return BEARER_ERRORS.get(found[1])
    return Cause.TOKEN_REJECTED if response.status == 401 else None


def read_status(response: Response, status: int, meanings: Mapping[int, Cause]) -> Cause:
    """Read what is left when nothing else was known: the status.

    A body that cannot be read may have said anything, so that its status says nothing of
    the account. At a token endpoint a 401 is about the client (RFC 6749, 5.2).
    """
    if status == 402:
        # Somebody owes money: that is so whatever the body, even a page for browsers.
        return Cause.RATE_LIMITED
    if is_unreadable(response):
        return Cause.UNKNOWN
    if response.endpoint == Endpoint.TOKEN:
        unnamed = status == 401 and not response.text_at("error")
        return Cause.APP_CREDENTIALS if unnamed else Cause.UNKNOWN
    if status != 401 and not isinstance(response.json, Mapping):
        return Cause.UNKNOWN
    return meanings.get(status, Cause.UNKNOWN)


def rejected_grant(response: Response) -> Cause:
    """Tell a refused code from a refused refresh token, which one error stands for.

    Only the request knows which it was; a pasted answer has none.
    """
    form = (response.request.form if response.request else None) or {}
    exchanged = form.get("grant_type") == "authorization_code"
    return Cause.CODE_REJECTED if exchanged else Cause.REFRESH_TOKEN_INVALID


def plain(text: str) -> str:
    """Return a message as tables of exact texts spell it: lower case, no full stop."""
    return text[:300].strip().lower().rstrip(".")


def shown(value: Any) -> str:
    """Return text or a number of a body as text; anything else is empty."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def expect_account(platform: Platform, answer: Response, found: str, account_id: str) -> None:
    """Refuse a good answer that speaks for another account than the one that was meant."""
    if found != account_id:
        raise Refused(replace(platform.refusal(answer), cause=Cause.WRONG_ACCOUNT))
