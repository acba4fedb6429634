"""A plain OAuth server, for platforms added by configuration.

Sources: RFC 6749, RFC 7636 (PKCE), RFC 7662 (introspection), RFC 7009 (revocation).
"""

import secrets

from . import tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code, take_refresh
from .platform import (
    NO_DATA_ACCESS,
    NO_DELETED_ACCOUNT,
    NO_FALSE_WORD,
    NO_PUBLISHING,
    NO_ROLES,
    Platform,
    Route,
    retry_after,
)
from .tokens import Token

HOST = r"id\.example"


def token_error(error: str, description: str, status: int = 400) -> Answer:
    headers = {"WWW-Authenticate": 'Basic realm="id.example"'} if status == 401 else {}
    return Answer({"error": error, "error_description": description}, status, error, headers)


def bearer_error(error: str, description: str, status: int) -> Answer:
    challenge = f'Bearer error="{error}", error_description="{description}"'
    body = {"error": error, "error_description": description}
    return Answer(body, status, error, {"WWW-Authenticate": challenge})


def exchange(call: Call) -> Answer:
    app = authenticate(call)
    grant_type = call.params.get("grant_type")
    if grant_type == "refresh_token":
        return Answer(_access(call, take_refresh(call, app, single_use=False)))
    if grant_type != "authorization_code":
        message = "The grant type is not supported."
        raise RefusedError(token_error("unsupported_grant_type", message))
    code = redeem_code(call, app)
    body = _access(call, code)
    text = "rt-" + secrets.token_urlsafe(40)
    body["refresh_token"] = tokens.issue(call, text, code, "refresh", call.lifetime("refresh"))
    return Answer(body)


def _access(call: Call, like: Token) -> dict[str, str | int]:
    scopes, life = tokens.granted(call, like), call.lifetime("access")
    text = "at-" + secrets.token_urlsafe(40)
    tokens.issue(call, text, like, "access", life, scopes=scopes)
    return {
        "access_token": text,
        "token_type": "Bearer",
        "expires_in": int(life),
        "scope": " ".join(scopes),
    }


def userinfo(call: Call) -> Answer:
    token = tokens.find(call, call.bearer, "access")
    if token is None or tokens.trouble(call, token):
        message = "The access token expired, was revoked or is not known."
        raise RefusedError(bearer_error("invalid_token", message, 401))
    if not tokens.granted(call, token):
        message = "The token has no scope left."
        raise RefusedError(bearer_error("insufficient_scope", message, 403))
    row = tokens.bound_account(call, token)
    handle = row["handle"].removeprefix("@")
    return Answer({"sub": row["account"], "name": row["name"], "preferred_username": handle})


def introspect(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token is None or token.client_id != app.client_id or tokens.trouble(call, token):
        return Answer({"active": False}, outcome="inactive")
    row = tokens.bound_account(call, token)
    return Answer(
        {
            "active": True,
            "scope": " ".join(tokens.granted(call, token)),
            "client_id": token.client_id,
            "username": row["handle"].removeprefix("@"),
            "sub": row["account"],
            "exp": int(token.expires_at),
            "iat": int(token.issued_at),
            "token_type": "Bearer",
        }
    )


def revoke(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token and token.client_id == app.client_id:
        tokens.revoke(call, token)
    return Answer(None)


class Generic(Platform):
    slug = "generic"
    name = "Generic OAuth"
    lacks = {
        "lose_role": NO_ROLES,
        "delete_account": NO_DELETED_ACCOUNT,
        "expire_data_access": NO_DATA_ACCESS,
        "false_revoked": NO_FALSE_WORD,
        "block_publishing": NO_PUBLISHING,
    }
    token_errors = {
        "bad_secret": token_error("invalid_client", "Client authentication failed.", 401),
        "code_unknown": token_error(
            "invalid_grant", "The authorization code is invalid, expired or already used."
        ),
        "redirect_mismatch": token_error(
            "invalid_grant", "redirect_uri does not match the authorization request."
        ),
        "refresh_invalid": token_error(
            "invalid_grant", "The refresh token is invalid, expired or revoked."
        ),
    }
    routes = (
        Route("GET POST", HOST, "/authorize", None, "consent"),
        Route("POST", HOST, "/token", exchange, "token"),
        Route("GET POST", HOST, "/userinfo", userinfo),
        Route("POST", HOST, "/introspect", introspect),
        Route("POST", HOST, "/revoke", revoke),
    )

    def credentials(self, call: Call) -> tuple[str, str]:
        return call.basic or super().credentials(call)

    def denial(self) -> dict[str, str]:
        return {"error": "access_denied", "error_description": "The person denied the request."}

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        answer = token_error("temporarily_unavailable", "Too many requests.", 429)
        answer.headers = retry_after(seconds)
        return answer

    def malformed(self, call: Call) -> Answer:
        return token_error("invalid_request", "The request is missing a required parameter.")

    def app_disabled(self, call: Call) -> Answer:
        if call.path == "/userinfo":
            return bearer_error("invalid_token", "The client was disabled.", 401)
        return token_error("unauthorized_client", "The client was disabled.")
