"""LinkedIn.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication (authorization
code flow, programmatic refresh tokens, token introspection). A refresh token lives a year from the consent and is never extended.
"""

import json
import secrets
from typing import Any

from . import linkedin_posts, tokens
from .call import Answer, Call, RefusedError
from .directory import App
from .exchange import authenticate, redeem_code, take_refresh
from .linkedin_access import INVALID, STATUSES, caller, denied, not_active, trouble_of
from .platform import (
    NO_DATA_ACCESS,
    NO_DELETED_ACCOUNT,
    NO_ROLES,
    Platform,
    Route,
    retry_after,
)
from .tokens import Token, Trouble

WEB = r"www\.linkedin\.com"
BAD_GRANT = "The provided authorization grant or refresh token is invalid, expired or revoked"
MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match "
    "authorization code. Or authorization code expired. Or external member binding exists"
)


def token_error(status: int, error: str, description: str) -> Answer:
    return Answer({"error": error, "error_description": description}, status, error)


def exchange(call: Call) -> Answer:
    grant_type = call.params.get("grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        message = 'A required parameter "grant_type" is missing'
        raise RefusedError(token_error(400, "invalid_request", message))
    app = authenticate(call)
    if grant_type == "refresh_token":
        return renew(call, app)
    code = redeem_code(call, app)
    _end_other_scope_sets(call, code)
    body = _access(call, code, call.lifetime("access"))
    if app.settings.get("linkedin_refresh", True):
        life = call.lifetime("refresh")
        text = "AQW" + secrets.token_urlsafe(220)
        body["refresh_token"] = tokens.issue(call, text, code, "refresh", life)
        body["refresh_token_expires_in"] = int(life)
    return Answer(body)


def _end_other_scope_sets(call: Call, code: Token) -> None:
    """A different scope set ends every earlier token of this member and app."""
    rows = call.store.rows(
        "SELECT DISTINCT scopes FROM token WHERE platform = 'linkedin' AND client_id = ?"
        " AND login = ? AND kind != 'code' AND dead IS NULL",
        code.client_id,
        code.login,
    )
    if any(set(json.loads(row["scopes"])) != set(code.scopes) for row in rows):
        tokens.kill(call, code, "revoke")


def renew(call: Call, app: App) -> Answer:
    """Issue an access token that ends no later than the refresh token, which stays the same."""
    token = take_refresh(call, app, single_use=False)
    left = token.expires_at - call.now
    body = _access(call, token, min(call.lifetime("access"), left))
    body |= {"refresh_token": call.params["refresh_token"], "refresh_token_expires_in": int(left)}
    return Answer(body)


def _access(call: Call, like: Token, life: float) -> dict[str, Any]:
    scopes, text = tokens.granted(call, like), "AQU" + secrets.token_urlsafe(340)
    tokens.issue(call, text, like, "access", life, scopes=scopes)
    return {
        "access_token": text,
        "expires_in": int(life),
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def introspect(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token is None:
        message = "The passed in token is invalid"
        raise RefusedError(token_error(400, "invalid_request", message))
    if token.client_id != app.client_id:
        call.account = call.login = None
        return Answer({"active": False}, outcome="inactive")
    trouble = trouble_of(call, token)
    if trouble and trouble.cause == "reject_token":
        return Answer({"active": False}, outcome="inactive")
    status = STATUSES.get(trouble.cause, "revoked") if trouble else "active"
    return Answer(_introspection(call, token, trouble, status), outcome=status if trouble else "ok")


def _introspection(
    call: Call, token: Token, trouble: Trouble | None, status: str
) -> dict[str, Any]:
    ends = trouble.at if status == "expired" else token.expires_at
    return {
        "active": trouble is None,
        "status": status,
        "client_id": token.client_id,
        "authorized_at": int(token.issued_at),
        "created_at": int(token.issued_at),
        "expires_at": int(ends),
        "scope": ",".join(tokens.granted(call, token)),
        "auth_type": "3L",
    }


def userinfo(call: Call) -> Answer:
    token = caller(call, "openid", "profile")
    row = tokens.bound_account(call, token)
    return Answer(
        {
            "sub": row["account"],
            "name": row["name"],
            "email": token.login,
            "email_verified": True,
            "picture": "https://media.licdn.example/picture.jpg",
        }
    )


def revoke(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token and token.client_id == app.client_id:
        tokens.revoke(call, token)
    return Answer({})


class LinkedIn(Platform):
    slug = "linkedin"
    name = "LinkedIn"
    all_or_nothing = True
    lacks = {
        "lose_role": NO_ROLES,
        "delete_account": NO_DELETED_ACCOUNT,
        "expire_data_access": NO_DATA_ACCESS,
    }
    token_errors = {
        "bad_secret": token_error(401, "invalid_client_id", "Client authentication failed"),
        "code_unknown": token_error(
            401,
            "invalid_request",
            "Unable to retrieve access token: authorization code not found",
        ),
        "code_expired": token_error(400, "invalid_request", MISMATCH),
        "bad_verifier": token_error(400, "invalid_request", MISMATCH),
        "redirect_mismatch": token_error(400, "invalid_request", MISMATCH),
        "refresh_invalid": token_error(400, "invalid_request", BAD_GRANT),
    }
    routes = (
        Route("GET POST", WEB, "/oauth/v2/authorization", None, "consent"),
        Route("POST", WEB, "/oauth/v2/accessToken", exchange, "token"),
        Route("POST", WEB, "/oauth/v2/introspectToken", introspect),
        Route("POST", WEB, "/oauth/v2/revoke", revoke),
        Route("GET", r"api\.linkedin\.com", "/v2/userinfo", userinfo),
        *linkedin_posts.ROUTES,
    )

    def refuse(self, call: Call, reason: str) -> RefusedError:
        if reason == "unknown_client":
            return RefusedError(self.app_disabled(call))
        return super().refuse(call, reason)

    def denial(self) -> dict[str, str]:
        return {
            "error": "user_cancelled_authorize",
            "error_description": "The user cancelled the authorization",
        }

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        message = "Resource level throttle limit for calls to this resource is reached."
        body = {"serviceErrorCode": 101, "message": message, "status": 429}
        return Answer(body, 429, "101", retry_after(seconds))

    def malformed(self, call: Call) -> Answer:
        if call.host.startswith("api."):
            return not_active("20240901")
        return token_error(400, "invalid_request", 'A required parameter "token" is missing')

    def publishing_refused(self, call: Call) -> Answer:
        return denied(call)

    def app_disabled(self, call: Call) -> Answer:
        if call.host.startswith("api."):
            return INVALID
        message = f'The passed in client_id is invalid "{call.params.get("client_id", "")}"'
        return token_error(400, "invalid_client_id", message)
