"""Orders pushes, and opens them as an honest app does: the signature first."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs

import jwt
import requests

from .flows import SECRET
from .listener import CONSUMER_SECRET, Push

PUSHING = ["facebook", "instagram", "threads", "x", "tiktok", "youtube"]
EVENTS = {
    "facebook": "deauthorize",
    "instagram": "deauthorize",
    "threads": "deauthorize",
    "x": "oauth_revoke",
    "tiktok": "authorization_removed",
    "youtube": "tokens_revoked",
}
PATHS = {
    "facebook": "deauthorize",
    "instagram": "deauthorize",
    "threads": "deauthorize",
    "x": "webhook",
    "tiktok": "webhook",
    "youtube": "risc",
}


def order(sandbox, platform: str, event: str = "", **more: object) -> requests.Response:
    wanted = {"platform": platform, "event": event or EVENTS[platform], **more}
    return sandbox.control("pushes", wanted)


def mac(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def open_signed_request(push: Push, secret: str = SECRET) -> dict:
    text = parse_qs(push.body.decode())["signed_request"][0]
    signature, _, payload = text.partition(".")
    assert unpadded(signature) == mac(secret, payload.encode())
    return json.loads(unpadded(payload))


def open_tiktok(push: Push) -> dict:
    at, signature = push.headers["TikTok-Signature"].removeprefix("t=").split(",s=")
    assert signature == mac(SECRET, f"{at}.".encode() + push.body).hex()
    return json.loads(push.body)


def open_x(push: Push) -> dict:
    expected = base64.b64encode(mac(CONSUMER_SECRET, push.body)).decode()
    assert push.headers["x-twitter-webhooks-signature"] == f"sha256={expected}"
    return json.loads(push.body)


def open_google(sandbox, push: Push) -> dict:
    """Verify as an app does: from the configuration to the keys to the signature."""
    at = "youtube/accounts.google.com/.well-known/risc-configuration"
    configuration = sandbox.call("GET", at).json()
    address = configuration["jwks_uri"].removeprefix("https://")
    keys = jwt.PyJWKSet.from_dict(sandbox.call("GET", f"youtube/{address}").json())
    text = push.body.decode()
    key = keys[jwt.get_unverified_header(text)["kid"]]
    return jwt.decode(
        text, key, algorithms=["RS256"], audience="100", issuer=configuration["issuer"]
    )
