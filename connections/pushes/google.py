"""Google: Cross-Account Protection, security events as signed JWTs (RFC 8417, RISC).

Google's sign-in tokens are signed with the same keys and for the same client: only the
issuer, with its slash, and the member ``events`` tell a security event from one.
Source: https://developers.google.com/identity/protocols/risc
"""

from datetime import datetime
from typing import Any

import jwt

from connections.platforms.wire import Cause, Secret
from connections.pushes.news import (
    AHEAD,
    Delivery,
    Kind,
    News,
    NotGenuine,
    Recipient,
    moment_of,
    part,
    same_key,
    text_of,
)

ISSUER = "https://accounts.google.com/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
DISABLED = {
    "hijacking": "the account was disabled because somebody else had got into it",
    "bulk-account": "the account was disabled because it looked made by a machine",
}
DISABLED_UNSAID = "the account was disabled, without saying why"
EVENTS = {
    f"{OAUTH}tokens-revoked": (Kind.ACCESS_REMOVED, "all access was removed for the account"),
    f"{OAUTH}token-revoked": (Kind.ACCESS_REMOVED, "the access given to this app was removed"),
    f"{RISC}sessions-revoked": (Kind.ACCOUNT_SECURITY, "the account was signed out everywhere"),
    f"{RISC}account-disabled": (Kind.ACCOUNT_DISABLED, DISABLED_UNSAID),
    f"{RISC}account-enabled": (Kind.ACCOUNT_ENABLED, "the account works again"),
    f"{RISC}account-credential-change-required": (
        Kind.ACCOUNT_SECURITY,
        "the account needs a new password",
    ),
    f"{RISC}verification": (Kind.VERIFICATION, "its messages arrive"),
}
HASH = "hash_base64_sha512_sha512"
UNDONE = frozenset({*DISABLED.values(), DISABLED_UNSAID})


def read(delivery: Delivery, recipient: Recipient, now: datetime) -> tuple[News, ...]:
    """Read one message. It is never too old by ``exp``, which such messages do not have."""
    claims = open_message(delivery.body, recipient)
    at = moment_of(claims.get("iat"))
    if at > now + AHEAD:
        raise NotGenuine("it was signed in the future")
    message_id, events = text_of(claims.get("jti")), claims.get("events")
    if not message_id or not isinstance(events, dict):
        raise NotGenuine("it is no security event")
    known = [(name, event) for name, event in events.items() if name in EVENTS]
    return tuple(_news(name, event, message_id, at) for name, event in known)


def open_message(body: bytes, recipient: Recipient) -> dict[str, Any]:
    """Return the claims of a message that Google signed for this client."""
    try:
        text = body.decode("ascii").strip()
        header = jwt.get_unverified_header(text)
        if header.get("alg") != "RS256":
            raise NotGenuine("it is not signed with RS256")
        key_id = text_of(header.get("kid"))
        if not key_id:
            raise NotGenuine("it names no key")
        claims = jwt.decode(
            text,
            recipient.public_key(key_id),
            algorithms=["RS256"],
            audience=recipient.client.client_id,
            issuer=ISSUER,
            # Times are judged by the caller's clock; such messages do not expire.
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidSignatureError:
        raise NotGenuine("its signature is not Google's") from None
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError, jwt.MissingRequiredClaimError):
        raise NotGenuine("it is from or for somebody else") from None
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise NotGenuine("it is no readable JWT") from None
    return claims


def _news(name: str, event: Any, message_id: str, at: datetime) -> News:
    kind, reason = EVENTS[name]
    if kind == Kind.ACCOUNT_DISABLED:
        reason = DISABLED.get(text_of(part(event, "reason")), reason)
    subject = part(event, "subject")
    is_person = part(subject, "subject_type") == "iss-sub" and part(subject, "iss") == ISSUER
    token = _token(subject)
    return News(
        kind,
        same_key("google", message_id, name),
        at,
        reason,
        login_id=text_of(part(subject, "sub")) if is_person else "",
        token_prefix=token if part(subject, "token_identifier_alg") == "prefix" else None,
        token_hash=token if part(subject, "token_identifier_alg") == HASH else None,
        cause=Cause.CHECKPOINT if kind == Kind.ACCOUNT_DISABLED else Cause.REVOKED,
        undoes=UNDONE if kind == Kind.ACCOUNT_ENABLED else frozenset(),
    )


def _token(subject: Any) -> Secret | None:
    is_refresh = part(subject, "token_type") == "refresh_token"
    is_token = part(subject, "subject_type") == "oauth_token" and is_refresh
    text = text_of(part(subject, "token")) if is_token else ""
    return Secret(text) if text else None
