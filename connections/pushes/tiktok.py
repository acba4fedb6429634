"""TikTok: ``TikTok-Signature`` over time and body, and ``authorization.removed``.

Source: https://developers.tiktok.com/doc/webhooks-verification and webhooks-events.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from connections.platforms.wire import Cause
from connections.pushes.news import (
    Delivery,
    Kind,
    News,
    NotGenuine,
    Recipient,
    age_limit,
    check_age,
    mac,
    moment_of,
    read_object,
    same_key,
    text_of,
)

OLDEST = timedelta(minutes=5)
SIGNATURE = re.compile(r"\s*t=(?P<at>\d{1,12})\s*,\s*s=(?P<mac>[0-9a-fA-F]{64})\s*", re.ASCII)
UNKNOWN_REASON = "access was removed, without saying why"
REASONS = {
    "0": UNKNOWN_REASON,
    "1": "the person removed the app",
    "2": "the account was deleted",
    "3": "the age on the account was changed, which ends its access",
    "4": "the account was banned",
    "5": "access was ended from our side",
}

# No sign-in brings these back.
GONE = frozenset({REASONS["2"], REASONS["4"]})


def read(delivery: Delivery, recipient: Recipient, now: datetime) -> tuple[News, ...]:
    check_signature(delivery, recipient, now)
    payload = read_object(delivery.body)
    if text_of(payload.get("client_key")) != recipient.client.client_id:
        raise NotGenuine("it is about another app")
    if payload.get("event") != "authorization.removed":
        return ()  # a callback address gets every event of TikTok's, most of them not news here
    login_id = text_of(payload.get("user_openid") or payload.get("open_id"))
    if not login_id:
        raise NotGenuine("it names nobody")
    created, content = text_of(payload.get("create_time")), payload.get("content")
    # A delivery that is repeated is signed anew: only what it says is the same.
    key = same_key("tiktok", login_id, created, str(content))
    at, reason = min(moment_of(payload.get("create_time")), now), reason_in(content)
    cause = Cause.ACCOUNT_MISSING if reason in GONE else Cause.REVOKED
    return (News(Kind.ACCESS_REMOVED, key, at, reason, login_id=login_id, cause=cause),)


def check_signature(delivery: Delivery, recipient: Recipient, now: datetime) -> None:
    found = SIGNATURE.fullmatch(delivery.headers.get("tiktok-signature", ""))
    if found is None:
        raise NotGenuine("it has no readable TikTok-Signature")
    expected = mac(recipient.shared_key(), found["at"].encode() + b"." + delivery.body)
    if not hmac.compare_digest(bytes.fromhex(found["mac"]), expected):
        raise NotGenuine("its signature is not this app's")
    check_age(moment_of(found["at"]), now, limit=age_limit(recipient.client, OLDEST))


def reason_in(content: Any) -> str:
    """Return TikTok's reason in words; ``content`` is JSON inside JSON."""
    try:
        found = content if isinstance(content, dict) else read_object(str(content))
    except NotGenuine:
        return UNKNOWN_REASON  # the signature holds: an odd reason makes it no less true
    return REASONS.get(text_of(found.get("reason")), UNKNOWN_REASON)
