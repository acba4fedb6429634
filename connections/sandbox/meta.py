"""What Facebook, Instagram and Threads share: who is calling, and debug_token.

Source: https://developers.facebook.com/docs/graph-api/reference/debug_token.
"""

import hashlib
import hmac
import json
import math
import secrets
from typing import Any

from . import directory, tokens
from .call import Answer, Call, RefusedError
from .directory import App
from .meta_errors import (
    DELETED_APP,
    NO_PERMISSION,
    NO_TOKEN,
    UNKNOWN_APP,
    UNPARSABLE,
    WRONG_SECRET,
    envelope,
    explain,
    gone,
)
from .platform import (
    NO_DATA_ACCESS,
    NO_DELETED_ACCOUNT,
    NO_FALSE_WORD,
    NO_REFRESH_TOKEN,
    NO_ROLES,
    Platform,
)
from .tokens import Token, Trouble

VERSION = r"(?:/v\d+\.\d+)?"


class MetaPlatform(Platform):
    separators = ", "
    site = "www.facebook.com"
    lacks = {
        "lose_role": NO_ROLES,
        "delete_account": NO_DELETED_ACCOUNT,
        "expire_data_access": NO_DATA_ACCESS,
        "false_revoked": NO_FALSE_WORD,
        "kill_refresh": NO_REFRESH_TOKEN,
    }

    def denial(self) -> dict[str, str]:
        return {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }

    def trouble_answer(self, call: Call, token: Token, trouble: Trouble) -> Answer:
        why = explain(call, token, trouble)
        if why.code == 100:
            return gone(call, token.account)
        return envelope(why.message, 190, subcode=why.subcode, kind="invalid_token")

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        usage = {"call_count": 100, "total_time": 25, "total_cputime": 25}
        headers = {"X-App-Usage": json.dumps(usage), **business_usage(call, seconds)}
        return envelope("(#4) Application request limit reached", 4, **headers)

    def app_disabled(self, call: Call) -> Answer:
        return DELETED_APP

    def malformed(self, call: Call) -> Answer:
        if call.path.endswith("/debug_token"):
            return envelope("(#100) The parameter input_token is required", 100)
        return NO_TOKEN

    def publishing_refused(self, call: Call) -> Answer:
        return NO_PERMISSION

    def not_allowed(self, call: Call) -> Answer:
        message = f"Unsupported request - method type: {call.method.lower()}"
        return envelope(message, 100, 405, error_type="IGApiException")


def business_usage(call: Call, seconds: float) -> dict[str, str]:
    """Build the header whose estimated_time_to_regain_access counts minutes."""
    usage = {
        "type": "pages",
        "call_count": 100,
        "total_cputime": 25,
        "total_time": 25,
        "estimated_time_to_regain_access": math.ceil(seconds / 60),
    }
    owner = call.account or call.client_id or "0"
    return {"X-Business-Use-Case-Usage": json.dumps({owner: [usage]})}


def live_token(call: Call, text: str | None) -> Token:
    """Return a working access token or raise Meta's refusal."""
    if not text:
        raise RefusedError(NO_TOKEN)
    token = tokens.find(call, text, "access")
    if token is None:
        raise RefusedError(UNPARSABLE)
    if trouble := tokens.trouble(call, token):
        raise RefusedError(call.platform.trouble_answer(call, token, trouble))
    return token


def caller(call: Call) -> Token:
    """Return the token the call was made with; a wrong appsecret_proof is refused."""
    text = call.bearer or call.params.get("access_token")
    token = live_token(call, text)
    proof = call.params.get("appsecret_proof")
    app = directory.app(call.store, call.platform.slug, token.client_id)
    if proof is not None and proof != appsecret_proof(app.secret, text):
        message = "Invalid appsecret_proof provided in the API argument"
        raise RefusedError(envelope(message, 100, error_type="GraphMethodException"))
    return token


def appsecret_proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def token_app(call: Call, token: Token, wrong_secret: Answer) -> App:
    """Check client_secret where only the token says which app is calling."""
    app = directory.app(call.store, call.platform.slug, token.client_id)
    given = call.params.get("client_secret", "")
    if not secrets.compare_digest(app.secret.encode(), given.encode()):
        raise RefusedError(wrong_secret)
    return app


def debugging_app(call: Call, prefix: str = "") -> App:
    """Return the app whose app token (``id|secret``) debug_token was called with."""
    text = call.bearer or call.params.get("access_token", "")
    client_id, bar, secret = text.removeprefix(prefix).partition("|")
    if not bar:
        token = live_token(call, text)
        return directory.app(call.store, call.platform.slug, token.client_id)
    app = directory.app(call.store, call.platform.slug, client_id)
    if app is None:
        raise RefusedError(UNKNOWN_APP)
    call.client_id = client_id
    if not secrets.compare_digest(app.secret.encode(), secret.encode()):
        raise RefusedError(WRONG_SECRET)
    return app


def debug_token(call: Call, app: App) -> Answer:
    """Describe input_token; a dead one is described with HTTP 200 and ``error.subcode``."""
    token = tokens.find(call, call.params.get("input_token"), "access")
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        data = {"error": error, "is_valid": False, "scopes": []}
        return Answer({"data": data}, outcome="190")
    if token.client_id != app.client_id:
        message = "(#100) The App_id in the input_token did not match the Viewing App"
        raise RefusedError(envelope(message, 100))
    trouble = tokens.trouble(call, token)
    data = description(call, token, app, trouble)
    if trouble is None:
        return Answer({"data": data})
    why = explain(call, token, trouble)
    data["error"] = {"code": why.code, "message": why.message}
    if why.subcode:
        data["error"]["subcode"] = why.subcode
    return Answer({"data": data}, outcome=why.outcome)


def description(call: Call, token: Token, app: App, trouble: Trouble | None) -> dict[str, Any]:
    ended = trouble and trouble.cause in ("expire", "expired")
    page = bool(token.facts.get("page"))
    data = {
        "app_id": token.client_id,
        "type": "PAGE" if page else "USER",
        "application": app.name,
        "expires_at": int(trouble.at if ended else token.expires_at or 0),
        "is_valid": trouble is None,
        "scopes": list(tokens.granted(call, token)) if ended or not trouble else [],
        "user_id": person_id(call, token),
    }
    if token.facts.get("long"):
        data["issued_at"] = int(token.issued_at)
    if page:
        data["profile_id"] = tokens.shown_id(call, token.account)
    return data


def person_id(call: Call, token: Token) -> str:
    """Return the person's id: their profile's, on Facebook one of their own."""
    pages = call.platform.pick == "pages"
    return tokens.shown_id(call, directory.subject(token.login) if pages else token.account)


def chosen_fields(call: Call, values: dict[str, Any], default: str) -> dict[str, Any]:
    """Answer the fields asked for; fields the sandbox does not know are left out."""
    names = call.params.get("fields", default).split(",")
    return {name: values[name] for name in names if name in values}
