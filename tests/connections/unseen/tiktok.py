"""TikTok: wrapped, flat and old envelopes, with statuses that say something else."""

from typing import Any

from tests.connections.unseen.row import API, DEBUG, PAGE, TOKEN, Row

REFUSED = "token_rejected expired revoked"


def wrapped(code: str, message: str = "") -> dict[str, Any]:
    return {"data": {}, "error": {"code": code, "message": message, "log_id": "2024"}}


def flat(code: str, message: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "log_id": "2024"}


def error(code: str, text: str = "") -> dict[str, str]:
    return {"error": code, "error_description": text, "log_id": "2024"}


def old(code: int, text: str = "") -> dict[str, Any]:
    return {"data": {"error_code": code, "description": text}, "message": "error"}


SENTENCE = "Authorization code is expired."
UNAUTHORIZED = "The client is not authorized to request an authorization code using this method."

ROWS = [
    Row("token refused, wrapped", API, 401, wrapped("access_token_invalid"), REFUSED),
    Row("token refused, said with 200", API, 200, wrapped("access_token_invalid"), REFUSED),
    Row("token refused, as a plain error", API, 401, error("access_token_invalid"), REFUSED),
    Row("token refused, asked as a check", DEBUG, 401, flat("access_token_invalid"), REFUSED),
    Row("token refused, in Chinese", API, 401, wrapped("access_token_invalid", "令牌无效"), REFUSED),
    Row("token ran out, old number", API, 200, old(2190008), "expired token_rejected"),
    Row("token refused, old number", API, 200, old(2190002), REFUSED),
    Row("system busy, old number", API, 200, old(2100004), "platform_outage"),
    Row("quota used up, old number", API, 200, old(2190001), "rate_limited"),
    Row("old number nobody knows", API, 200, old(99, "access token expired"), "unknown"),
    Row("no scope", API, 401, wrapped("scope_not_authorized"), "permission_missing"),
    Row("no scope, said with 200", API, 200, flat("scope_not_authorized"), "permission_missing"),
    Row("no scope, with 403", API, 403, wrapped("scope_permission_missed"), "permission_missing"),
    Row("throttled, with 401", API, 401, wrapped("rate_limit_exceeded"), "rate_limited"),
    Row("throttled, with 200", API, 200, wrapped("rate_limit_exceeded"), "rate_limited"),
    Row("throttled, no body", API, 429, "", "rate_limited"),
    Row("throttled, and a token named", API, 429, wrapped("access_token_invalid"), "rate_limited"),
    Row("trouble inside, with 200", API, 200, wrapped("internal_error"), "platform_outage"),
    Row("trouble inside, with 401", API, 401, wrapped("internal_error"), "platform_outage"),
    Row("outage that names a token", API, 500, wrapped("access_token_invalid"), "platform_outage"),
    Row("outage that names a scope", API, 503, wrapped("scope_not_authorized"), "platform_outage"),
    Row("gateway", API, 502, PAGE, "platform_outage"),
    Row("too many posts", API, 403, wrapped("spam_risk_too_many_posts"), "rate_limited"),
    Row("too many posts, with 200", API, 200, wrapped("spam_risk_too_many_posts"), "rate_limited"),
    Row("drafts wait", API, 403, wrapped("spam_risk_too_many_pending_share"), "rate_limited"),
    Row("user cap, with 200", API, 200, wrapped("reached_active_user_cap"), "rate_limited"),
    Row("banned from posting, with 200", API, 200,
        wrapped("spam_risk_user_banned_from_posting"), "checkpoint"),
    Row("app not audited, with 200", API, 200,
        wrapped("unaudited_client_can_only_post_to_private_accounts"), "app_disabled"),
    Row("domain not verified", API, 403, wrapped("url_ownership_unverified"),
        "app_disabled malformed_request"),
    Row("audience not open", API, 403, wrapped("privacy_level_option_mismatch"),
        "malformed_request"),
    Row("upload wrong", API, 400, wrapped("invalid_file_upload"), "malformed_request"),
    Row("field wrong, with 200", API, 200, wrapped("invalid_params"), "malformed_request"),
    Row("publish id of another token", API, 403,
        wrapped("token_not_authorized_for_specified_publish_id"), "malformed_request"),
    Row("400 nobody knows", API, 400, wrapped("picture_too_tall"), "malformed_request unknown"),
    Row("401 nobody knows", API, 401, wrapped("brand_new"), "unknown token_rejected"),
    Row("403 nobody knows", API, 403, wrapped("brand_new"), "unknown"),
    Row("401 without a body", API, 401, "", REFUSED + " unknown"),
    Row("401 by a page", API, 401, PAGE, "unknown"),
    Row("403 by a page", API, 403, PAGE, "unknown"),
    Row("answer cut off", API, 401, '{"error": {"code": "access_to', "unknown token_rejected"),
    Row("lists where objects belong", API, 400, {"error": [{"code": 1}], "data": []},
        "malformed_request unknown"),
    Row("good answer without a user", API, 200, wrapped("ok"), "unknown"),
    Row("renewal refused, with 200", TOKEN, 200,
        error("invalid_grant", "Refresh token is invalid or expired."), "refresh_token_invalid"),
    Row("renewal refused, in other words", TOKEN, 400, error("invalid_grant", "令牌无效"),
        "refresh_token_invalid", grant_type="refresh_token"),
    Row("code refused, in other words", TOKEN, 200, error("invalid_grant", "令牌无效"),
        "code_rejected", grant_type="authorization_code"),
    Row("code ran out, with 200", TOKEN, 200, error("invalid_grant", SENTENCE), "code_rejected"),
    Row("app may not sign in", TOKEN, 400, error("unauthorized_client", UNAUTHORIZED),
        "app_credentials app_disabled"),
    Row("return address wrong, with 200", TOKEN, 200,
        error("invalid_grant", "Redirect_uri is not matched with the uri when requesting code."),
        "redirect_mismatch"),
    Row("secret wrong, with 200", TOKEN, 200, error("invalid_client"), "app_credentials"),
    Row("secret wrong, no body", TOKEN, 401, "", "app_credentials unknown"),
    Row("person said no", TOKEN, 200, error("access_denied"), "permission_missing unknown"),
    Row("grant type wrong", TOKEN, 400, error("unsupported_grant_type"), "malformed_request"),
    Row("parameter wrong", TOKEN, 200, error("invalid_request", "Missing."), "malformed_request"),
    Row("busy, with 200", TOKEN, 200, error("temporarily_unavailable"), "platform_outage"),
    Row("server trouble, with 400", TOKEN, 400, error("server_error"), "platform_outage"),
    Row("throttled at renewal, with 200", TOKEN, 200, wrapped("rate_limit_exceeded"),
        "rate_limited"),
    Row("outage at renewal", TOKEN, 500, error("invalid_grant", SENTENCE), "platform_outage"),
    Row("throttled at renewal", TOKEN, 429, error("invalid_grant", SENTENCE), "rate_limited"),
]  # fmt: skip
