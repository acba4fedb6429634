"""What Facebook, Instagram and Threads share: envelope, token troubles, debug_token.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling. Times in messages are
Pacific, as Meta writes them.
"""

import hashlib
import hmac
import json
import math
import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import directory, tokens
from .call import Answer, Call, RefusedError
from .directory import App
from .platform import Platform
from .tokens import Token, Trouble

VERSION = r"(?:/v\d+\.\d+)?"
INVALIDATED = "Error validating access token: "
SUBCODES = {"revoke": 458, "checkpoint": 459, "change_password": 460, "lose_role": 492}
EXPIRED = 463

MESSAGES = {
    "revoke": INVALIDATED + "The user has not authorized application {app}.",
    "change_password": INVALIDATED + "The session has been invalidated because the user changed "
    "their password or Facebook has changed the session for security reasons.",
    "checkpoint": "You cannot access the app till you log in to {site} and follow the "
    "instructions given.",
    "lose_role": "The user must be an administrator, editor, or moderator of the page in order "
    "to impersonate it. If the page business requires Two Factor Authentication, the user also "
    "needs to enable Two Factor Authentication.",
}
SESSION_EXPIRED = INVALIDATED + "Session has expired on {then}. The current time is {now}."


def envelope(  # noqa: PLR0913 -- the fields of one answer
    message: str,
    code: int,
    status: int = 400,
    *,
    subcode: int | None = None,
    error_type: str = "OAuthException",
    kind: str = "invalid_request",
    **headers: str,
) -> Answer:
    """Build Meta's error answer; ``kind`` goes into WWW-Authenticate."""
    error: dict[str, Any] = {"message": message, "type": error_type, "code": code}
    if subcode:
        error["error_subcode"] = subcode
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    challenge = f'OAuth "Facebook Platform" "{kind}" "{message}"'
    outcome = f"{code}/{subcode}" if subcode else str(code)
    return Answer({"error": error}, status, outcome, {"WWW-Authenticate": challenge, **headers})


def flat(message: str) -> Answer:
    """Build the error answer of the Instagram and Threads code exchange."""
    body = {"error_type": "OAuthException", "code": 400, "error_message": message}
    return Answer(body, 400, "400")


UNPARSABLE = envelope(
    "Invalid OAuth access token - Cannot parse access token", 190, 401, kind="invalid_token"
)
NO_TOKEN = envelope(
    "An active access token must be used to query information about the current user.", 2500
)
WRONG_SECRET = envelope("Error validating client secret.", 1)
UNKNOWN_APP = envelope("Error validating application. Invalid application ID.", 101)
NO_PERMISSION = envelope(
    "(#10) Application does not have permission for this action",
    10,
    403,
    kind="insufficient_scope",
)
DELETED_APP = envelope(
    "Error validating application. Application has been deleted.", 190, 401, kind="invalid_token"
)
REDIRECT_MISMATCH = (
    "Error validating verification code. Please make sure your redirect_uri is identical to the "
    "one you used in the OAuth dialog request"
)
USED_OR_UNKNOWN = "Matching code was not found or was already used"


class MetaPlatform(Platform):
    separators = ", "
    site = "www.facebook.com"

    def denial(self) -> dict[str, str]:
        return {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }

    def trouble_answer(self, call: Call, token: Token, trouble: Trouble) -> Answer:
        message = say(self, call, token, trouble)
        subcode = SUBCODES.get(trouble.cause, EXPIRED)
        return envelope(message, 190, subcode=subcode, kind="invalid_token")

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        usage = {"call_count": 100, "total_time": 25, "total_cputime": 25}
        headers = {"X-App-Usage": json.dumps(usage), **business_usage(call, seconds)}
        return envelope("(#4) Application request limit reached", 4, **headers)

    def app_disabled(self, call: Call) -> Answer:
        return DELETED_APP

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


def say(platform: MetaPlatform, call: Call, token: Token, trouble: Trouble) -> str:
    text = MESSAGES.get(trouble.cause, SESSION_EXPIRED)
    return text.format(
        app=token.client_id, site=platform.site, then=pacific(trouble.at), now=pacific(call.now)
    )


def pacific(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, ZoneInfo("America/Los_Angeles"))
    return moment.strftime("%A, %d-%b-%y %H:%M:%S %Z")


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
    subcode = SUBCODES.get(trouble.cause, EXPIRED)
    message = say(call.platform, call, token, trouble)
    data["error"] = {"code": 190, "message": message, "subcode": subcode}
    return Answer({"data": data}, outcome=f"190/{subcode}")


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
        data["profile_id"] = token.account
    return data


def person_id(call: Call, token: Token) -> str:
    """Return the person's id: their profile's, on Facebook one of their own."""
    if call.platform.pick == "pages":
        return directory.subject(token.login)
    return token.account


def chosen_fields(call: Call, values: dict[str, Any], default: str) -> dict[str, Any]:
    """Answer the fields asked for; fields the sandbox does not know are left out."""
    names = call.params.get("fields", default).split(",")
    return {name: values[name] for name in names if name in values}
