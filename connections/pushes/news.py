"""What a push says, once it is known to be genuine, and how its parts are read.

Readers are sans-I/O: bytes and headers in, ``News`` out, or ``NotGenuine``. No exception
and no repr here holds anything of what was sent.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from connections.platforms.wire import Cause, OAuthClient, Secret, storable

# How far a platform's clock may run ahead of ours.
AHEAD = timedelta(minutes=5)
LONGEST_ID = 255


class Kind(StrEnum):
    """What happened at the platform."""

    ACCESS_REMOVED = "access_removed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_SECURITY = "account_security"
    DATA_DELETION = "data_deletion"
    VERIFICATION = "verification"


# After these, access is gone unless a check finds otherwise.
ENDING = frozenset({Kind.ACCESS_REMOVED, Kind.ACCOUNT_DISABLED})


class NotGenuine(Exception):
    """A push is not believed. The text says why, and nothing of what was sent."""


class CannotVerify(Exception):
    """A push can be neither believed nor refused now; the platform may send it again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One push as it arrived; header names in lower case."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def no_public_key(key_id: str) -> Any:
    raise NotGenuine("this platform signs with no key of its own")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Our app, as far as telling a genuine push from a forged one needs it."""

    client: OAuthClient
    secret: Secret  # what the platform signs with, where both sides share it
    public_key: Callable[[str], Any] = no_public_key  # by key id; raises ``CannotVerify``

    def shared_key(self) -> bytes:
        """Return the shared secret; without one, anybody could sign."""
        if not self.secret:
            raise NotGenuine("no secret is stored to verify it with")
        return self.secret.reveal().encode()


@dataclass(frozen=True, slots=True)
class News:
    """One event. ``reason`` completes the sentence "Facebook told us that …"."""

    kind: Kind
    key: str  # the same each time the platform delivers this event
    at: datetime
    reason: str
    # What the event means for the accounts it is about, where it ends their access.
    cause: Cause = field(default=Cause.REVOKED, kw_only=True)
    # Whom it is about: a login, one account, or a refresh token by a part or digest of it.
    login_id: str = field(default="", repr=False)
    account_id: str = field(default="", repr=False)
    token_prefix: Secret | None = None
    token_hash: Secret | None = None
    undoes: frozenset[str] = frozenset()  # reasons given earlier that hold no longer


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def same_key(*parts: str) -> str:
    """Return one name of bounded length for an event, of what makes it the same event."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def read_object(text: bytes | str) -> dict[str, Any]:
    """Parse a JSON object. Raises ``NotGenuine``."""
    try:
        value = storable(json.loads(text))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotGenuine("what it holds is not a JSON object")
    return value


def part(value: Any, *path: str) -> Any:
    """Return what lies at ``path`` in parsed JSON, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_of(value: Any) -> str:
    """Return an id that may be text or a number as text; anything else is empty."""
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    text = str(value) if is_id else ""
    return text if len(text) <= LONGEST_ID else ""


def moment_of(value: Any) -> datetime:
    """Read seconds since 1970, or ISO 8601. Raises ``NotGenuine``."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(value, bool):
            raise ValueError
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise NotGenuine("it does not say when it happened") from None


def check_age(at: datetime, now: datetime, *, limit: timedelta) -> None:
    """Raise ``NotGenuine`` for what was signed too long ago, or in the future."""
    if at < now - limit:
        raise NotGenuine("it was signed too long ago")
    if at > now + AHEAD:
        raise NotGenuine("it was signed in the future")


def age_limit(client: OAuthClient, usual: timedelta) -> timedelta:
    """Return how old a signature may be: the app's ``push_age`` in seconds, else the usual."""
    return timedelta(seconds=float(client.settings.get("push_age", usual.total_seconds())))
