"""X: the challenge that proves an address, and the event ``oauth.revoke``.

Both are signed with the OAuth 1.0a consumer secret of the app, which is not its OAuth 2
client secret. Source: https://docs.x.com/x-api/webhooks/quickstart
"""

import base64
import hmac
import re
from datetime import datetime
from typing import Any

from connections.pushes.news import (
    AHEAD,
    Delivery,
    Kind,
    News,
    NotGenuine,
    Recipient,
    mac,
    moment_of,
    part,
    read_object,
    same_key,
    text_of,
)

REMOVED = "the person removed the app"
# Who asks the challenge is not known, and what it signs is signed like an event: no text
# that could be an event (JSON starts with a brace) is ever answered.
CHALLENGE = re.compile(r"[\w+/=.~ -]{1,300}", re.ASCII)
ENVELOPES = (
    # (the event, who, which of X's apps, when): now, and in the Account Activity API
    (("data", "payload"), ("user_id",), ("app_id",), ("date_time",)),
    (("user_event", "revoke"), ("source", "user_id"), ("target", "app_id"), ("date_time",)),
)


def answer_challenge(crc_token: str, recipient: Recipient) -> dict[str, str]:
    """Prove that we hold the secret, by signing what X made up."""
    if not CHALLENGE.fullmatch(crc_token):
        raise NotGenuine("its challenge is not one of X's")
    return {"response_token": sign(recipient.shared_key(), crc_token.encode())}


def sign(key: bytes, message: bytes) -> str:
    return "sha256=" + base64.b64encode(mac(key, message)).decode()


def read(delivery: Delivery, recipient: Recipient, now: datetime) -> tuple[News, ...]:
    given = delivery.headers.get("x-twitter-webhooks-signature", "").encode("utf-8", "replace")
    expected = sign(recipient.shared_key(), delivery.body).encode()
    if not hmac.compare_digest(given, expected):
        raise NotGenuine("its signature is not this app's")
    event = read_object(delivery.body)
    for envelope, who, app, when in ENVELOPES:
        found = part(event, *envelope)
        if isinstance(found, dict) and _is_revocation(event, envelope):
            return (_revocation(event, found, (who, app, when), recipient, now),)
    return ()


def _is_revocation(event: dict[str, Any], envelope: tuple[str, ...]) -> bool:
    is_activity = envelope[0] == "data"
    return not is_activity or part(event, "data", "event_type") == "oauth.revoke"


def _revocation(
    event: dict[str, Any],
    found: dict[str, Any],
    paths: tuple[tuple[str, ...], ...],
    recipient: Recipient,
    now: datetime,
) -> News:
    login_id, app_id, moment = (part(found, *path) for path in paths)
    known = text_of(recipient.client.settings.get("app_id"))
    if known and text_of(app_id) != known:
        raise NotGenuine("it is about another app")
    if not text_of(login_id):
        raise NotGenuine("it names nobody")
    at = moment_of(moment)
    if at > now + AHEAD:
        raise NotGenuine("it happened in the future")
    event_id = text_of(part(event, "data", "event_uuid"))
    key = same_key("x", event_id or f"{text_of(login_id)} {at.isoformat()}")
    return News(Kind.ACCESS_REMOVED, key, at, REMOVED, login_id=text_of(login_id))
