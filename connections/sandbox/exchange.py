"""The steps of RFC 6749 every token endpoint shares; the refusals are each platform's own."""

import base64
import hashlib
import json
import secrets

from . import conditions, directory, tokens
from .call import Call
from .directory import App
from .tokens import Token


def authenticate(call: Call) -> App:
    """Return the calling app, its secret checked."""
    client_id, secret = call.platform.credentials(call)
    app = directory.app(call.store, call.platform.slug, client_id)
    if app is None:
        raise call.platform.refuse(call, "unknown_client")
    call.client_id = client_id
    if not secrets.compare_digest(app.secret.encode(), secret.encode()):
        raise call.platform.refuse(call, "bad_secret")
    return app


def redeem_code(call: Call, app: App) -> Token:
    """Take an authorization code, once; redirect address and verifier must fit."""
    code = tokens.find(call, call.params.get("code"), "code")
    if code is None or code.client_id != app.client_id:
        raise call.platform.refuse(call, "code_unknown")
    if "spoil_code" in call.met:
        conditions.end(call, "spoil_code")
        tokens.spend(call, code)
        raise call.platform.refuse(call, "code_used")
    if code.used_at is not None:
        raise call.platform.refuse(call, "code_used")
    if code.expires_at <= call.now:
        raise call.platform.refuse(call, "code_expired")
    moved = "change_redirect" in call.met
    if moved or call.params.get("redirect_uri") != code.facts["redirect_uri"]:
        raise call.platform.refuse(call, "redirect_mismatch")
    if not verifies(call, code):
        raise call.platform.refuse(call, "bad_verifier")
    tokens.spend(call, code)
    _record_consent(call, code)
    return code


def verifies(call: Call, code: Token) -> bool:
    """Check PKCE where a challenge was sent. TikTok's challenge is hex, not base64url."""
    challenge, verifier = code.facts.get("challenge"), call.params.get("code_verifier", "")
    if not challenge:
        return True
    if code.facts.get("method") == "plain":
        return secrets.compare_digest(challenge, verifier)
    hashed = hashlib.sha256(verifier.encode()).digest()
    text = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    return challenge == (hashed.hex() if call.platform.hex_challenge else text)


def _record_consent(call: Call, code: Token) -> None:
    accounts = code.facts["pages"] if call.platform.pick == "pages" else [code.account]
    for account in accounts:
        call.store.run(
            "INSERT INTO consent VALUES (?, ?, ?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET scopes = excluded.scopes, live = 1",
            call.platform.slug,
            code.client_id,
            code.login,
            account,
            json.dumps(code.scopes),
        )


def take_refresh(call: Call, app: App, *, single_use: bool) -> Token:
    """Return the presented refresh token; a single-use one is spent by this very call."""
    token = tokens.find(call, call.params.get("refresh_token"), "refresh")
    if token is None or token.client_id != app.client_id:
        raise call.platform.refuse(call, "refresh_invalid")
    if token.used_at is not None:
        call.spent_refresh = True
        raise call.platform.refuse(call, "refresh_used")
    if tokens.trouble(call, token):
        raise call.platform.refuse(call, "refresh_invalid")
    if single_use:
        tokens.spend(call, token)
    return token
