"""X: OAuth 2.0 with PKCE and single-use refresh tokens.

Source: https://docs.x.com/fundamentals/authentication/oauth-2-0. The body for an expired or revoked
token is the general assumption of client code, not seen in a source.
"""

import base64
import math
import secrets
import time
from typing import Any

from . import posts, tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code, take_refresh
from .platform import (
    NO_DATA_ACCESS,
    NO_DELETED_ACCOUNT,
    NO_FALSE_WORD,
    NO_ROLES,
    Platform,
    Route,
)
from .tokens import Token

API = r"api\.(x|twitter)\.com"
PROBLEMS = "https://api.twitter.com/2/problems/"
POSTING = ("tweet.read", "tweet.write", "users.read")
MISSING_HEADER = "Missing valid authorization header"


def problem(
    status: int, title: str, detail: str = "", problem_type: str = "about:blank", **more: Any
) -> Answer:
    body = {
        "title": title,
        "type": problem_type,
        "status": status,
        "detail": detail or title,
        **more,
    }
    return Answer(body, status, title, content_type="application/problem+json")


def refusal(description: str, error: str = "invalid_request", status: int = 400) -> Answer:
    return Answer({"error": error, "error_description": description}, status, error)


UNAUTHORIZED = problem(401, "Unauthorized")
FORBIDDEN = problem(403, "Forbidden")
INVALID = problem(
    400,
    "Invalid Request",
    "One or more parameters to your request was invalid.",
    PROBLEMS + "invalid-request",
)
SUSPENDED = problem(403, "Forbidden", "User has been suspended", PROBLEMS + "user-suspended")
NOT_ENROLLED = problem(
    403,
    "Client Forbidden",
    "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens "
    "from a Twitter developer App that is attached to a Project.",
    PROBLEMS + "client-forbidden",
    reason="client-not-enrolled",
)


def new_token(suffix: str) -> str:
    text = f"{secrets.token_urlsafe(36)}:{time.time_ns() // 1_000_000}:1:0:{suffix}:1"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def exchange(call: Call) -> Answer:
    app = authenticate(call)
    grant_type = call.params.get("grant_type")
    if grant_type == "refresh_token":
        return _pair(call, take_refresh(call, app, single_use=True))
    if grant_type != "authorization_code":
        raise RefusedError(refusal("Missing required parameter [grant_type]."))
    code = redeem_code(call, app)
    # X keeps one live grant per app and person: this consent ends the earlier pair.
    tokens.kill(call, code, "replaced")
    return _pair(call, code)


def _pair(call: Call, like: Token) -> Answer:
    scopes = tokens.granted(call, like)
    access = tokens.issue(
        call, new_token("at"), like, "access", call.lifetime("access"), scopes=scopes
    )
    body = {
        "token_type": "bearer",
        "expires_in": int(call.lifetime("access")),
        "access_token": access,
        "scope": " ".join(scopes),
    }
    if "offline.access" in scopes:
        body["refresh_token"] = tokens.issue(
            call, new_token("rt"), like, "refresh", call.lifetime("refresh"), scopes=scopes
        )
    return Answer(body)


def caller(call: Call, *scopes: str) -> Token:
    """Return the working token of the call, which must have these scopes."""
    token = tokens.find(call, call.bearer, "access")
    trouble = token and tokens.trouble(call, token)
    if trouble and trouble.cause == "checkpoint":
        raise RefusedError(SUSPENDED)
    if token is None or trouble:
        raise RefusedError(UNAUTHORIZED)
    if not set(scopes) <= set(tokens.granted(call, token)):
        raise RefusedError(FORBIDDEN)
    return token


def me(call: Call) -> Answer:
    row = tokens.bound_account(call, caller(call, "tweet.read", "users.read"))
    handle = row["handle"].removeprefix("@")
    return Answer({"data": {"id": row["account"], "name": row["name"], "username": handle}})


def create_post(call: Call) -> Answer:
    token = caller(call, *POSTING)
    text = call.json.get("text")
    if not isinstance(text, str) or not text:
        raise RefusedError(INVALID)
    number = posts.keep(call, token, "post", public=True)
    return Answer({"data": {"id": number, "text": text}}, 201)


def delete_post(call: Call) -> Answer:
    token = caller(call, *POSTING)
    if found := posts.find(call, token, call.match["post"]):
        posts.remove(call, found)
    return Answer({"data": {"deleted": found is not None}})


def revoke(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token and token.client_id == app.client_id:
        tokens.revoke(call, token)
    return Answer({"revoked": True})


class X(Platform):
    slug = "x"
    name = "X"
    numeric_accounts = True
    pkce_required = True
    lacks = {
        "lose_role": NO_ROLES,
        "delete_account": NO_DELETED_ACCOUNT,
        "expire_data_access": NO_DATA_ACCESS,
        "false_revoked": NO_FALSE_WORD,
    }
    token_errors = {
        "bad_secret": refusal(MISSING_HEADER, "unauthorized_client", 401),
        "code_unknown": refusal("Value passed for the authorization code was invalid."),
        "bad_verifier": refusal(
            "Value passed for the code verifier did not match the code challenge."
        ),
        "redirect_mismatch": refusal(
            "Value passed for the redirect uri did not match the uri of the authorization code."
        ),
        "refresh_invalid": refusal("Value passed for the token was invalid."),
    }
    routes = (
        Route("GET POST", r"(x|twitter)\.com", "/i/oauth2/authorize", None, "consent"),
        Route("POST", API, "/2/oauth2/token", exchange, "token"),
        Route("POST", API, "/2/oauth2/revoke", revoke),
        Route("GET", API, "/2/users/me", me),
        Route("POST", API, "/2/tweets", create_post, "publish"),
        Route("DELETE", API, r"/2/tweets/(?P<post>\d+)", delete_post, "publish"),
    )

    def credentials(self, call: Call) -> tuple[str, str]:
        # A confidential client is taken by Basic only; a secret in the body is not looked at.
        return call.basic or (call.params.get("client_id", ""), "")

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        answer = problem(429, "Too Many Requests")
        # The window ends in the machine's time, which is the time the client waits in.
        answer.headers = {
            "x-rate-limit-limit": "75",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(math.ceil(time.time() + seconds)),
        }
        return answer

    def malformed(self, call: Call) -> Answer:
        return INVALID

    def publishing_refused(self, call: Call) -> Answer:
        return FORBIDDEN

    def app_disabled(self, call: Call) -> Answer:
        return NOT_ENROLLED
