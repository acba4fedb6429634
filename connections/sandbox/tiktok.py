"""TikTok: Login Kit v2 and the creator query of the Content Posting API.

Source: https://developers.tiktok.com/doc/oauth-user-access-token-management. Token errors answer 200 unless the app's
``tiktok_error_status`` says 400.
"""

import dataclasses
import secrets
from datetime import UTC, datetime
from typing import Any

from . import directory, tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code, take_refresh
from .platform import (
    KILLING,
    NO_DATA_ACCESS,
    NO_FALSE_WORD,
    NO_ROLES,
    Platform,
    Route,
    retry_after,
)
from .tokens import Token

API = r"open\.tiktokapis\.com"
BASIC_FIELDS = {"open_id", "union_id", "avatar_url", "display_name"}
PUBLISH = "video.publish"
REJECTED = "The access token is invalid or not found in the request."


def log_id() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S") + secrets.token_hex(9).upper()


def api_error(code: str, message: str, status: int) -> Answer:
    error = {"code": code, "message": message, "log_id": log_id()}
    return Answer({"data": {}, "error": error}, status, code)


def token_error(error: str, description: str) -> Answer:
    body = {"error": error, "error_description": description, "log_id": log_id()}
    return Answer(body, 200, error)


def success(data: dict[str, Any]) -> Answer:
    return Answer({"data": data, "error": {"code": "ok", "message": "", "log_id": log_id()}})


def exchange(call: Call) -> Answer:
    app = authenticate(call)
    grant_type = call.params.get("grant_type")
    if grant_type == "refresh_token":
        return _pair(call, take_refresh(call, app, single_use=True))
    if grant_type != "authorization_code":
        raise call.platform.refuse(call, "bad_grant_type")
    return _pair(call, redeem_code(call, app))


def _pair(call: Call, like: Token) -> Answer:
    scopes = tokens.granted(call, like)
    life, refresh_life = call.lifetime("access"), call.lifetime("refresh")
    access, refresh = "act." + secrets.token_urlsafe(45), "rft." + secrets.token_urlsafe(45)
    tokens.issue(call, access, like, "access", life, scopes=scopes)
    tokens.issue(call, refresh, like, "refresh", refresh_life, scopes=scopes)
    return Answer(
        {
            "access_token": access,
            "expires_in": int(life),
            "open_id": tokens.shown_id(call, like.account),
            "refresh_expires_in": int(refresh_life),
            "refresh_token": refresh,
            "scope": ",".join(scopes),
            "token_type": "Bearer",
        }
    )


def _caller(call: Call, scope: str) -> Token:
    token = tokens.find(call, call.bearer, "access")
    if token is None or tokens.trouble(call, token):
        raise RefusedError(api_error("access_token_invalid", REJECTED, 401))
    _need(call, token, scope)
    return token


def _need(call: Call, token: Token, scope: str) -> None:
    if scope not in tokens.granted(call, token):
        raise RefusedError(unauthorized(scope))


def unauthorized(scope: str) -> Answer:
    message = f"The user did not authorize the scope required for completing this request: {scope}."
    return api_error("scope_not_authorized", message, 401)


def user_info(call: Call) -> Answer:
    token = _caller(call, "user.info.basic")
    values = _profile(call, token)
    names = [name for name in call.params.get("fields", "").split(",") if name]
    if not names or not values.keys() >= set(names):
        message = "One or more fields in request is invalid."
        raise RefusedError(api_error("invalid_params", message, 400))
    if not set(names) <= BASIC_FIELDS:
        _need(call, token, "user.info.profile")
    return success({"user": {name: values[name] for name in names}})


def _profile(call: Call, token: Token) -> dict[str, Any]:
    row = tokens.bound_account(call, token)
    handle = row["handle"].removeprefix("@")
    return {
        "open_id": row["account"],
        "union_id": "u-" + row["account"],
        "display_name": row["name"],
        "avatar_url": "https://p16.example/avatar.jpeg",
        "username": handle,
        "profile_deep_link": f"https://vm.tiktok.example/{handle}",
        "bio_description": "",
        "is_verified": False,
    }


def creator_info(call: Call) -> Answer:
    row = tokens.bound_account(call, _caller(call, PUBLISH))
    return success(
        {
            "creator_avatar_url": "https://p16.example/avatar.jpeg",
            "creator_username": row["handle"].removeprefix("@"),
            "creator_nickname": row["name"],
            "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": False,
            "max_video_post_duration_sec": 300,
        }
    )


def revoke(call: Call) -> Answer:
    app = authenticate(call)
    token = tokens.find(call, call.params.get("token"), "access", "refresh")
    if token and token.client_id == app.client_id:
        tokens.revoke(call, token)
    return Answer(None)


class TikTok(Platform):
    slug = "tiktok"
    name = "TikTok"
    client_field = "client_key"
    separators = ","
    hex_challenge = True
    kills = KILLING | {"delete_account"}
    lacks = {
        "lose_role": NO_ROLES,
        "expire_data_access": NO_DATA_ACCESS,
        "false_revoked": NO_FALSE_WORD,
    }
    token_errors = {
        "bad_secret": token_error("invalid_client", "Client key or secret is incorrect."),
        "bad_grant_type": token_error("unsupported_grant_type", "The grant type is not supported."),
        "code_unknown": token_error("invalid_grant", "Authorization code is expired."),
        "redirect_mismatch": token_error(
            "invalid_request", "Redirect_uri is not matched with the uri when requesting code."
        ),
        "refresh_invalid": token_error("invalid_grant", "Refresh token is invalid or expired."),
    }
    routes = (
        Route("GET POST", r"www\.tiktok\.com", "/v2/auth/authorize/?", None, "consent"),
        Route("POST", API, "/v2/oauth/token/", exchange, "token"),
        Route("POST", API, "/v2/oauth/revoke/", revoke),
        Route("GET", API, "/v2/user/info/", user_info),
        Route("POST", API, "/v2/post/publish/creator_info/query/", creator_info, "publish"),
    )

    def refuse(self, call: Call, reason: str) -> RefusedError:
        answer = super().refuse(call, reason).answer
        return RefusedError(dataclasses.replace(answer, status=self._error_status(call)))

    def _error_status(self, call: Call) -> int:
        app = directory.app(call.store, self.slug, call.params.get("client_key"))
        return int(app.settings.get("tiktok_error_status", 200)) if app else 200

    def redirect_extra(self, scopes: tuple[str, ...]) -> dict[str, str]:
        return {"scopes": ",".join(scopes)}

    def denial(self) -> dict[str, str]:
        return {"error": "access_denied", "error_description": "User cancelled the authorization"}

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        message = "The API rate limit was exceeded. Please try again later."
        answer = api_error("rate_limit_exceeded", message, 429)
        if call.kind == "token":
            answer = dataclasses.replace(
                token_error("temporarily_unavailable", message), status=429
            )
        answer.headers = retry_after(seconds)
        return answer

    def malformed(self, call: Call) -> Answer:
        return api_error("invalid_params", "One or more fields in request is invalid.", 400)

    def publishing_refused(self, call: Call) -> Answer:
        return unauthorized(PUBLISH)

    def app_disabled(self, call: Call) -> Answer:
        if call.kind == "token":
            answer = token_error("unauthorized_client", "The client is not authorized.")
            return dataclasses.replace(answer, status=self._error_status(call))
        return api_error("access_token_invalid", REJECTED, 401)
