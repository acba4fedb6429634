"""YouTube, with Google's token endpoints.

Source: https://developers.google.com/identity/protocols/oauth2. A password change does not end these tokens: that
holds for Gmail scopes only.
"""

import secrets
from typing import Any

from . import directory, tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code, take_refresh
from .platform import (
    KILLING,
    NO_DATA_ACCESS,
    NO_FALSE_WORD,
    NO_PUBLISHING,
    Platform,
    Route,
    retry_after,
)
from .pushes import google_keys
from .tokens import Token

ACCOUNTS, API = r"accounts\.google\.com", r"(www|youtube)\.googleapis\.com"
OAUTH = r"oauth2\.googleapis\.com"
READING = {
    "https://www.googleapis.com/auth/youtube",
    "https://www.googleapis.com/auth/youtube.readonly",
    "https://www.googleapis.com/auth/youtube.force-ssl",
}


def token_error(error: str, description: str, status: int = 400) -> Answer:
    return Answer({"error": error, "error_description": description}, status, error)


def api_error(status: int, message: str, reason: str, domain: str, name: str) -> Answer:
    item = {"message": message, "domain": domain, "reason": reason}
    error = {"code": status, "message": message, "errors": [item], "status": name}
    return Answer({"error": error}, status, reason)


UNAUTHENTICATED = api_error(
    401,
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential.",
    "authError",
    "global",
    "UNAUTHENTICATED",
)
SUSPENDED = api_error(
    403,
    "The YouTube account of the authenticated user is suspended.",
    "authenticatedUserAccountSuspended",
    "youtube.common",
    "PERMISSION_DENIED",
)
NOT_CONFIGURED = api_error(
    403,
    "YouTube Data API v3 has not been used in this project before or it is disabled.",
    "accessNotConfigured",
    "usageLimits",
    "PERMISSION_DENIED",
)
INSUFFICIENT = Answer(
    {
        "error": {
            "code": 403,
            "status": "PERMISSION_DENIED",
            "message": "Request had insufficient authentication scopes.",
            "errors": [
                {
                    "message": "Insufficient Permission",
                    "domain": "global",
                    "reason": "insufficientPermissions",
                }
            ],
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                    "domain": "googleapis.com",
                }
            ],
        }
    },
    403,
    "insufficientPermissions",
)
NO_CHANNEL = {"lose_role", "delete_account"}
INVALID_VALUE = token_error("invalid_token", "Invalid Value")


def exchange(call: Call) -> Answer:
    app = authenticate(call)
    grant_type = call.params.get("grant_type")
    if grant_type == "refresh_token":
        return Answer(_access(call, take_refresh(call, app, single_use=False)))
    if grant_type != "authorization_code":
        message = f"Invalid grant_type: {grant_type or ''}"
        raise RefusedError(token_error("unsupported_grant_type", message))
    code = redeem_code(call, app)
    body = _access(call, code)
    if code.facts["offline"]:
        text = "1//0g" + secrets.token_urlsafe(48)
        life = call.lifetime("refresh")
        facts = {**code.facts, "identifiers": google_keys.identifiers(text)}
        body["refresh_token"] = tokens.issue(call, text, code, "refresh", life, facts=facts)
    return Answer(body)


def _access(call: Call, like: Token) -> dict[str, Any]:
    scopes, life = tokens.granted(call, like), call.lifetime("access")
    text = "ya29.a0" + secrets.token_urlsafe(90)
    tokens.issue(call, text, like, "access", life, scopes=scopes)
    return {
        "access_token": text,
        "expires_in": int(life),
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def tokeninfo(call: Call) -> Answer:
    text = call.params.get("access_token") or call.bearer
    token = tokens.find(call, text, "access")
    if token is None or tokens.trouble(call, token):
        raise RefusedError(INVALID_VALUE)
    return Answer(
        {
            "azp": token.client_id,
            "aud": token.client_id,
            "sub": directory.subject(token.login, digits=21),
            "scope": " ".join(tokens.granted(call, token)),
            "exp": str(int(token.expires_at)),
            "expires_in": str(int(token.expires_at - call.now)),
            "email": token.login,
            "email_verified": "true",
            "access_type": "offline" if token.facts["offline"] else "online",
        }
    )


def channels(call: Call) -> Answer:
    token = tokens.find(call, call.bearer or call.query.get("access_token"), "access")
    trouble = token and tokens.trouble(call, token)
    if trouble and trouble.cause == "checkpoint":
        raise RefusedError(SUSPENDED)
    if token is None or trouble:
        raise RefusedError(UNAUTHENTICATED)
    if not READING & set(tokens.granted(call, token)):
        raise RefusedError(INSUFFICIENT)
    lost = any(row["fault"] in NO_CHANNEL for row in tokens.effects(call, token))
    body: dict[str, Any] = {
        "kind": "youtube#channelListResponse",
        "etag": secrets.token_urlsafe(20),
        "pageInfo": {"totalResults": 0 if lost else 1, "resultsPerPage": 5},
    }
    if not lost:
        body["items"] = [_channel(call, token)]
    return Answer(body)


def _channel(call: Call, token: Token) -> dict[str, Any]:
    row = tokens.bound_account(call, token)
    channel = {"kind": "youtube#channel", "etag": secrets.token_urlsafe(20), "id": row["account"]}
    if "snippet" in call.params.get("part", ""):
        channel["snippet"] = {"title": row["name"], "description": "", "customUrl": row["handle"]}
    return channel


def revoke(call: Call) -> Answer:
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token is None or tokens.trouble(call, token):
        raise RefusedError(token_error("invalid_token", "Token expired or revoked"))
    tokens.revoke(call, token)
    return Answer({})


class YouTube(Platform):
    slug = "youtube"
    name = "YouTube"
    kills = KILLING - {"change_password"}
    pick = "channel"
    lacks = {
        "expire_data_access": NO_DATA_ACCESS,
        "false_revoked": NO_FALSE_WORD,
        "block_publishing": NO_PUBLISHING,
    }
    account_kind = "channel"
    token_errors = {
        "unknown_client": token_error("invalid_client", "The OAuth client was not found.", 401),
        "bad_secret": token_error("invalid_client", "The provided client secret is invalid.", 401),
        "code_unknown": token_error("invalid_grant", "Malformed auth code."),
        "code_used": token_error("invalid_grant", "Bad Request"),
        "code_expired": token_error("invalid_grant", "Bad Request"),
        "bad_verifier": token_error("invalid_grant", "Invalid code verifier."),
        "redirect_mismatch": token_error("redirect_uri_mismatch", "Bad Request"),
        "refresh_invalid": token_error("invalid_grant", "Token has been expired or revoked."),
    }
    routes = (
        Route("GET POST", ACCOUNTS, "/o/oauth2/(v2/)?auth", None, "consent"),
        Route("POST", OAUTH, "/token", exchange, "token"),
        Route("GET", ACCOUNTS, "/.well-known/risc-configuration", google_keys.configuration),
        Route("GET", API, "/oauth2/v3/certs", google_keys.certs),
        Route("GET POST", OAUTH, "/tokeninfo", tokeninfo),
        Route("POST", OAUTH, "/revoke", revoke),
        Route("GET", API, "/youtube/v3/channels", channels),
    )

    def credentials(self, call: Call) -> tuple[str, str]:
        return call.basic or super().credentials(call)

    def redirect_extra(self, scopes: tuple[str, ...]) -> dict[str, str]:
        return {"scope": " ".join(scopes)}

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        if not call.path.startswith("/youtube/"):
            answer = token_error("temporarily_unavailable", "Rate limit exceeded.", 429)
        else:
            answer = api_error(
                403,
                "The request cannot be completed because you have exceeded your quota.",
                "rateLimitExceeded",
                "usageLimits",
                "PERMISSION_DENIED",
            )
        answer.headers = retry_after(seconds)
        return answer

    def malformed(self, call: Call) -> Answer:
        if call.path.startswith("/youtube/"):
            message = "Request contains an invalid argument."
            return api_error(400, message, "badRequest", "global", "INVALID_ARGUMENT")
        return token_error("invalid_request", "Missing required parameter: access_token")

    def app_disabled(self, call: Call) -> Answer:
        if call.path.startswith("/youtube/"):
            return NOT_CONFIGURED
        return token_error("deleted_client", "The OAuth client was deleted.", 401)
