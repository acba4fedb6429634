"""Facebook, Instagram and Threads: ``signed_request``, a form field of two parts.

The first part is the HMAC-SHA256 of the second as it was sent, under the app secret.
Source: Meta's PHP SDK, ``SignedRequest.php``; its test vector is among our tests.
"""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

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

# Meta signs when it sends, and names no time within which it tries again.
OLDEST = timedelta(hours=1)
REMOVED = "the person removed the app"
PAGE_REMOVED = "the Page removed the app"
DELETION = "the person asked for their data to be deleted"


def read_deauthorization(
    delivery: Delivery, recipient: Recipient, now: datetime
) -> tuple[News, ...]:
    return (_read(Kind.ACCESS_REMOVED, delivery, recipient, now),)


def read_data_deletion(delivery: Delivery, recipient: Recipient, now: datetime) -> tuple[News, ...]:
    return (_read(Kind.DATA_DELETION, delivery, recipient, now),)


def _read(kind: Kind, delivery: Delivery, recipient: Recipient, now: datetime) -> News:
    signed_request = _field(delivery.body)
    payload = open_signed_request(signed_request, recipient.shared_key())
    at = moment_of(payload.get("issued_at"))
    check_age(at, now, limit=age_limit(recipient.client, OLDEST))
    login_id, page_id = text_of(payload.get("user_id")), text_of(payload.get("profile_id"))
    if not login_id and (kind == Kind.DATA_DELETION or not page_id):
        raise NotGenuine("it names nobody")
    reason = REMOVED if login_id else PAGE_REMOVED
    return News(
        kind,
        # Both callbacks may carry the same request, signed in the same second.
        same_key("meta", kind, signed_request.partition(".")[2]),
        at,
        DELETION if kind == Kind.DATA_DELETION else reason,
        login_id=login_id,
        account_id="" if login_id else page_id,
    )


def _field(body: bytes) -> str:
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        raise NotGenuine("it is not a form") from None
    values = form.get("signed_request", [])
    if len(values) != 1:
        raise NotGenuine("it holds no signed_request")
    return values[0]


def open_signed_request(signed_request: str, key: bytes) -> dict[str, Any]:
    """Return what a signed request says; its age is the caller's to judge.

    Raises ``NotGenuine``.
    """
    signature, dot, payload = signed_request.partition(".")
    if not dot:
        raise NotGenuine("its signed_request has no dot")
    expected = mac(key, payload.encode("utf-8", "replace"))
    if not hmac.compare_digest(_decode(signature), expected):
        raise NotGenuine("its signature is not this app's")
    found = read_object(_decode(payload))
    if text_of(found.get("algorithm")).upper() != "HMAC-SHA256":
        raise NotGenuine("it names another algorithm")
    return found


def _decode(text: str) -> bytes:
    """Decode base64url, with or without its padding."""
    try:
        bare = text.rstrip("=")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotGenuine("it is not base64url") from None
