"""The token life Instagram and Threads share: an hour, then sixty days, renewed by itself.

Source: https://developers.facebook.com/docs/threads/get-started/long-lived-tokens, and
the Instagram platform's page on business login.
"""

import secrets
from typing import Any

from . import tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code
from .meta import live_token, token_app
from .meta_errors import NO_PERMISSION, UNPARSABLE, envelope
from .tokens import Token

NO_GRANT_TYPE = envelope("Unsupported grant_type", 100)
TOO_YOUNG = envelope("Cannot refresh access token: token must be at least 24 hours old", 100)


def new_token(prefix: str) -> str:
    return prefix + secrets.token_hex(60)


def redeem(call: Call, prefix: str) -> tuple[Token, str]:
    """Exchange a code; returns what was granted and the token of an hour."""
    code = redeem_code(call, authenticate(call))
    text = new_token(prefix)
    tokens.issue(call, text, code, "access", call.lifetime("access"))
    return code, text


def lengthen(call: Call, grant_type: str, prefix: str, wrong_secret: Answer) -> Answer:
    """Exchange a short-lived token for a long-lived one."""
    token = _presented(call, grant_type)
    token_app(call, token, wrong_secret)
    return Answer(_long(call, token, prefix))


def renew(call: Call, grant_type: str, prefix: str, needed: str) -> tuple[Token, dict[str, Any]]:
    """Renew a long-lived token of at least a day; the presented one is not known to die."""
    token = _presented(call, grant_type)
    if not token.facts.get("long"):
        raise RefusedError(UNPARSABLE)
    if call.now - token.issued_at < call.lifetime("refresh_after"):
        raise RefusedError(TOO_YOUNG)
    if needed not in tokens.granted(call, token):
        raise RefusedError(NO_PERMISSION)
    return token, _long(call, token, prefix)


def _presented(call: Call, grant_type: str) -> Token:
    if call.params.get("grant_type") != grant_type:
        raise RefusedError(NO_GRANT_TYPE)
    return live_token(call, call.params.get("access_token") or call.bearer)


def _long(call: Call, token: Token, prefix: str) -> dict[str, Any]:
    life, text = call.lifetime("long"), new_token(prefix)
    facts, scopes = {**token.facts, "long": True}, tokens.granted(call, token)
    tokens.issue(call, text, token, "access", life, facts=facts, scopes=scopes)
    return {"access_token": text, "token_type": "bearer", "expires_in": int(life)}
