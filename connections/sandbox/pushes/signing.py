"""How each platform signs what it pushes.

Sources: Meta's PHP SDK (SignedRequest.php), https://developers.tiktok.com/doc/webhooks-verification
and https://docs.x.com/x-api/webhooks/quickstart. The key is the app secret; at X it is
the consumer secret of OAuth 1.0a.
"""

import base64
import hashlib
import hmac


def _mac(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def base64url(raw: bytes) -> str:
    """Encode without padding, as Meta and JWTs do."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def meta_signature(secret: str, payload: str) -> str:
    """Sign a payload that is base64url text already."""
    return base64url(_mac(secret, payload.encode()))


def signed_request(secret: str, payload: bytes) -> str:
    text = base64url(payload)
    return f"{meta_signature(secret, text)}.{text}"


def tiktok_signature(secret: str, at: int, body: bytes) -> str:
    """Return the TikTok-Signature header; ``at`` is in Unix seconds."""
    return f"t={at},s={_mac(secret, f'{at}.'.encode() + body).hex()}"


def x_signature(consumer_secret: str, body: bytes) -> str:
    """Return what signs a body, and also what answers a challenge that is the body."""
    return "sha256=" + base64.b64encode(_mac(consumer_secret, body)).decode()
