"""Signs pushes the way each platform does, with keys of the tests' own."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

GOOGLE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY_ID = "key-of-today"
SECEVENT = "https://schemas.openid.net/secevent"


def digest(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed_request(secret: str, **payload: Any) -> str:
    text = base64url(json.dumps({"algorithm": "HMAC-SHA256", **payload}).encode())
    return f"{base64url(digest(secret, text.encode()))}.{text}"


def meta_form(secret: str, **payload: Any) -> bytes:
    return urlencode({"signed_request": signed_request(secret, **payload)}).encode()


def tiktok_body(client_key: str, openid: str, at: datetime, reason: int = 1) -> bytes:
    payload = {
        "client_key": client_key,
        "event": "authorization.removed",
        "create_time": int(at.timestamp()),
        "user_openid": openid,
        "content": json.dumps({"reason": reason}),
    }
    return json.dumps(payload).encode()


def tiktok_signature(secret: str, body: bytes, at: datetime) -> str:
    moment = str(int(at.timestamp()))
    return f"t={moment},s={digest(secret, f'{moment}.'.encode() + body).hex()}"


def x_event(user_id: str, at: datetime, **changes: str) -> bytes:
    payload = {"date_time": at.isoformat(), "user_id": user_id, "app_id": "29820954", **changes}
    data = {"event_uuid": f"event-{user_id}", "event_type": "oauth.revoke", "payload": payload}
    return json.dumps({"data": data}).encode()


def x_signature(secret: str, body: bytes) -> str:
    return "sha256=" + base64.b64encode(digest(secret, body)).decode()


def google_claims(audience: str, at: datetime, **changes: Any) -> dict[str, Any]:
    person = {"subject_type": "iss-sub", "iss": "https://accounts.google.com/", "sub": "108"}
    return {
        "iss": "https://accounts.google.com/",
        "aud": audience,
        "iat": int(at.timestamp()),
        "jti": "message-1",
        "events": {f"{SECEVENT}/oauth/event-type/tokens-revoked": {"subject": person}},
        **changes,
    }


def google_message(claims: dict[str, Any], key: Any = GOOGLE_KEY, **header: str) -> bytes:
    headers = {"kid": KEY_ID, **header}
    algorithm = headers.pop("alg", "RS256")
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers).encode()


def google_jwk(key_id: str = KEY_ID) -> dict[str, Any]:
    row = jwt.algorithms.RSAAlgorithm.to_jwk(GOOGLE_KEY.public_key(), as_dict=True)
    return {**row, "kid": key_id, "use": "sig", "alg": "RS256"}
