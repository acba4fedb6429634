"""What each platform writes to an app, event by event, and how it can be spoiled on purpose.

Sources: https://developers.tiktok.com/doc/webhooks-events, https://docs.x.com/x-api/activity,
https://developers.google.com/identity/protocols/risc, and Meta's example of a signed_request.
Google writes only about people who granted ``profile`` or ``email``; here it always does.
"""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connections.sandbox import directory
from connections.sandbox.store import Store

from . import google_keys, signing
from .targets import Target

RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
GOOGLE_EVENTS = {
    "token_revoked": OAUTH + "token-revoked",
    "tokens_revoked": OAUTH + "tokens-revoked",
    "sessions_revoked": RISC + "sessions-revoked",
    "account_disabled": RISC + "account-disabled",
    "account_enabled": RISC + "account-enabled",
    "credential_change_required": RISC + "account-credential-change-required",
    "verification": RISC + "verification",
}
META_PATHS = {"deauthorize": "deauthorize", "data_deletion": "data-deletion"}
SIGNED_FOR = 3600  # seconds
JSON = "application/json"
Details = Mapping[str, Any]


@dataclass(frozen=True)
class Letter:
    """One push, ready to be sent: ``path`` follows the app's own address."""

    path: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Draft:
    """What is to be written: about whom, and when (Unix seconds).

    ``subject`` is the person as this platform names them to this app, ``token`` what
    Google names a refresh token by. ``spoiled`` breaks the signature, ``app`` names
    another app than the one that is written to.
    """

    target: Target
    event: str
    subject: str
    at: int
    app: str
    token: Mapping[str, str] = field(default_factory=dict, repr=False)
    spoiled: bool = False

    @property
    def secret(self) -> str:
        """Return the key of the signature: another one where another app is to be named."""
        mine = self.app == self.target.client_id and not self.spoiled
        return self.target.secret if mine else f"not-{self.target.secret}"


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def meta(store: Store, draft: Draft, details: Details) -> Letter:
    who = "profile_id" if details.get("profile") else "user_id"
    payload = {
        "algorithm": "HMAC-SHA256",
        "expires": draft.at + SIGNED_FOR,
        "issued_at": draft.at,
        who: draft.subject,
    }
    # A signed_request names no app: only the secret tells whose it is.
    form = {"signed_request": signing.signed_request(draft.secret, compact(payload))}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Letter(META_PATHS[draft.event], urlencode(form).encode(), headers)


def tiktok(store: Store, draft: Draft, details: Details) -> Letter:
    body = compact(
        {
            "client_key": draft.app,
            "event": "authorization.removed",
            "create_time": draft.at,
            "user_openid": draft.subject,
            "content": json.dumps({"reason": details.get("reason", 1)}),
        }
    )
    secret = "not the secret" if draft.spoiled else draft.target.secret
    signature = signing.tiktok_signature(secret, draft.at, body)
    return Letter("webhook", body, {"Content-Type": JSON, "TikTok-Signature": signature})


def x(store: Store, draft: Draft, details: Details) -> Letter:
    moment = datetime.fromtimestamp(draft.at, UTC).isoformat(timespec="seconds")
    body = compact((_x_legacy if details.get("legacy") else _x_activity)(draft, moment))
    secret = "not the secret" if draft.spoiled else draft.target.consumer_secret
    signature = signing.x_signature(secret, body)
    return Letter(
        "webhook", body, {"Content-Type": JSON, "x-twitter-webhooks-signature": signature}
    )


def x_app_id(client_id: str) -> str:
    """Return the number X has for an app besides its client id."""
    return directory.subject(client_id, digits=8)


def _x_activity(draft: Draft, moment: str) -> dict[str, Any]:
    payload = {"date_time": moment, "user_id": draft.subject, "app_id": x_app_id(draft.app)}
    data = {
        "event_uuid": directory.subject(secrets.token_hex(8), digits=19),
        "filter": {},
        "event_type": "oauth.revoke",
        "payload": payload,
    }
    return {"data": data}


def _x_legacy(draft: Draft, moment: str) -> dict[str, Any]:
    revoke = {
        "date_time": moment,
        "target": {"app_id": x_app_id(draft.app)},
        "source": {"user_id": draft.subject},
    }
    return {"user_event": {"revoke": revoke}}


def google(store: Store, draft: Draft, details: Details) -> Letter:
    claims = {
        "iss": google_keys.ISSUER,
        "aud": draft.app,
        "iat": draft.at,
        "jti": secrets.token_hex(16),
        "events": {GOOGLE_EVENTS[draft.event]: _google_event(draft, details)},
    }
    text = google_keys.sign(store, claims)
    if draft.spoiled:
        signed, _, signature = text.rpartition(".")
        raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
        raw[0] ^= 1
        text = f"{signed}.{signing.base64url(bytes(raw))}"
    return Letter("risc", text.encode(), {"Content-Type": "application/secevent+jwt"})


def _google_event(draft: Draft, details: Details) -> dict[str, Any]:
    if draft.event == "verification":
        return {"state": details.get("state", "sandbox")}
    if draft.event == "token_revoked":
        [(algorithm, token)] = draft.token.items()
        subject = {
            "subject_type": "oauth_token",
            "token_type": "refresh_token",
            "token_identifier_alg": algorithm,
            "token": token,
        }
        return {"subject": subject}
    subject = {"subject_type": "iss-sub", "iss": google_keys.ISSUER, "sub": draft.subject}
    if draft.event == "account_disabled":
        return {"subject": subject, "reason": details.get("reason", "hijacking")}
    return {"subject": subject}


Writer = Callable[[Store, Draft, Details], Letter]
WRITERS: dict[str, Writer] = {
    "facebook": meta,
    "instagram": meta,
    "threads": meta,
    "tiktok": tiktok,
    "x": x,
    "youtube": google,
}
EVENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("facebook", "instagram", "threads"), tuple(META_PATHS)),
    "tiktok": ("authorization_removed",),
    "x": ("oauth_revoke",),
    "youtube": tuple(GOOGLE_EVENTS),
}


def write(store: Store, draft: Draft, details: Details) -> Letter:
    return WRITERS[draft.target.platform](store, draft, details)
