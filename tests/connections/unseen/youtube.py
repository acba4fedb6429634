"""Google: an error as an object, as text, in a list; old reasons and new ones."""

from typing import Any

from tests.connections.unseen.row import API, DEBUG, PAGE, TOKEN, Row

REFUSED = "token_rejected expired revoked"
GRANT = "refresh_token_invalid token_rejected revoked expired"
GONE = "account_missing checkpoint"
INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def api(code: Any, *reasons: str, status: str = "", detail: str = "", say: str = "") -> dict:
    body: dict[str, Any] = {"code": code, "message": say}
    if reasons:
        body["errors"] = [{"reason": reason, "domain": "global"} for reason in reasons]
    if detail:
        body["details"] = [{"@type": INFO, "reason": detail, "domain": "googleapis.com"}]
    return {"error": body | ({"status": status} if status else {})}


def error(code: str, text: str = "") -> dict[str, str]:
    return {"error": code, "error_description": text}


RAPT = {"error": "invalid_grant", "error_subtype": "invalid_rapt", "error_description": "reauth"}

ROWS = [
    Row("refused", API, 401, api(401, "authError", status="UNAUTHENTICATED"), REFUSED),
    Row("refused, no reason", API, 401, api(401, status="UNAUTHENTICATED"), REFUSED),
    Row("refused, code only", API, 401, api(401, say="无效的凭据"), REFUSED),
    Row("refused, code as text, with 200", API, 200, api("401"), REFUSED),
    Row("refused, in a list", API, 401, [api(401, "authError")], REFUSED),
    Row("refused, with 403", API, 403, api(403, "authError"), REFUSED),
    Row("refused, as text", API, 401, error("invalid_token", "Invalid Credentials"), REFUSED),
    Row("refused, no body", API, 401, "", REFUSED + " unknown"),
    Row("refused, by its header", API, 401, PAGE, REFUSED,
        {"www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}),
    Row("scope, by its header", API, 403, "", "permission_missing",
        {"www-authenticate": 'Bearer realm="x", error="insufficient_scope", scope="https://y"'}),
    Row("a page without a header", API, 401, PAGE, "unknown"),
    Row("ran out, new reason", API, 401, api(401, "authError", detail="ACCESS_TOKEN_EXPIRED"),
        "expired token_rejected"),
    Row("nothing sent", API, 401, api(401, "required", detail="CREDENTIALS_MISSING"),
        "malformed_request"),
    Row("kind of token", API, 401, api(401, detail="ACCESS_TOKEN_TYPE_UNSUPPORTED"),
        "malformed_request"),
    Row("account disabled", API, 401, api(401, detail="ACCOUNT_STATE_INVALID"), GONE),
    Row("scope, old reason", API, 403, api(403, "insufficientPermissions"), "permission_missing"),
    Row("scope, with 401", API, 401, api(401, detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        "permission_missing"),
    Row("denied, no reason", API, 403, api(403, status="PERMISSION_DENIED"),
        "permission_missing unknown"),
    Row("quota, with 401", API, 401, api(401, "quotaExceeded"), "rate_limited"),
    Row("quota, with 400", API, 400, api(400, "dailyLimitExceeded"), "rate_limited"),
    Row("quota, after a stranger", API, 403, api(403, "brandNew", "quotaExceeded"),
        "rate_limited"),
    Row("quota, beside a refusal", API, 403, api(403, "authError", "quotaExceeded"),
        "rate_limited"),
    Row("quota, canonical", API, 403, api(403, status="RESOURCE_EXHAUSTED"), "rate_limited"),
    Row("rate, with 403", API, 403, api(403, "userRateLimitExceeded"), "rate_limited"),
    Row("rate, new reason", API, 403, api(403, detail="RATE_LIMIT_EXCEEDED"), "rate_limited"),
    Row("uploads used up", API, 400, api(400, "uploadLimitExceeded"), "rate_limited"),
    Row("throttled, no body", API, 429, "", "rate_limited"),
    Row("throttled, and a refusal", API, 429, api(429, "authError"), "rate_limited"),
    Row("not switched on, with 401", API, 401, api(401, "accessNotConfigured"), "app_disabled"),
    Row("not switched on, new reason", API, 403, api(403, detail="SERVICE_DISABLED"),
        "app_disabled"),
    Row("project suspended", API, 403, api(403, detail="CONSUMER_SUSPENDED"), "app_disabled"),
    Row("billing off", API, 403, api(403, detail="BILLING_DISABLED"), "app_disabled"),
    Row("inside trouble, with 400", API, 400, api(400, "backendError"), "platform_outage"),
    Row("inside trouble, in the message", API, 400, api(400, say="internal_failure"),
        "platform_outage"),
    Row("outage that names a refusal", API, 503, api(503, "authError"), "platform_outage"),
    Row("outage in the body only", API, 401, api(503, status="UNAVAILABLE"), "platform_outage"),
    Row("gateway", API, 502, PAGE, "platform_outage"),
    Row("no channel", API, 401, api(401, "youtubeSignupRequired"), GONE),
    Row("channel closed", API, 403, api(403, "authenticatedUserAccountClosed"), GONE),
    Row("channel suspended", API, 403, api(403, "channelSuspended"), GONE),
    Row("empty list of channels", API, 200, {"kind": "youtube#channelListResponse", "items": []},
        GONE),
    Row("parameter", API, 400, api(400, "invalidPageToken"), "malformed_request"),
    Row("parameter, canonical", API, 400, api(400, status="INVALID_ARGUMENT"),
        "malformed_request"),
    Row("reason nobody knows", API, 403, api(403, "brandNew"), "unknown permission_missing"),
    Row("no such thing", API, 404, api(404, "notFound"), "unknown malformed_request"),
    Row("cut off", API, 401, '{"error": {"code": 401, "mess', "unknown token_rejected"),
    Row("lists where objects belong", API, 403, {"error": {"errors": {}, "details": "x"}},
        "unknown permission_missing"),
    Row("renewal refused", TOKEN, 400, error("invalid_grant"), GRANT),
    Row("renewal refused, other language", TOKEN, 400, error("invalid_grant", "無効"), GRANT),
    Row("renewal refused, with 401", TOKEN, 401, error("invalid_grant", "Bad Request"), GRANT),
    Row("person must sign in again", TOKEN, 400, RAPT, GRANT + " checkpoint"),
    Row("account disabled, at renewal", TOKEN, 400, error("invalid_grant", "Account disabled"),
        GRANT + " checkpoint account_missing"),
    Row("code spent", TOKEN, 400, error("invalid_grant", "Code was already redeemed."),
        "code_rejected"),
    Row("code refused, told by our request", TOKEN, 400, error("invalid_grant", "Bad Request"),
        "code_rejected", grant_type="authorization_code"),
    Row("retry, with 400", TOKEN, 400, error("internal_failure"), "platform_outage"),
    Row("retry, in the text", TOKEN, 400, error("invalid_grant", "internal_failure"),
        "platform_outage"),
    Row("retry, busy with 400", TOKEN, 400, error("temporarily_unavailable"), "platform_outage"),
    Row("outage at renewal", TOKEN, 503, error("invalid_grant", "revoked"), "platform_outage"),
    Row("rate at renewal, with 403", TOKEN, 403, error("rate_limit_exceeded"), "rate_limited"),
    Row("secret wrong", TOKEN, 401, error("invalid_client", "The client secret is invalid."),
        "app_credentials"),
    Row("secret wrong, no body", TOKEN, 401, "", "app_credentials unknown"),
    Row("secret wrong, as an object", TOKEN, 401, api(401, status="UNAUTHENTICATED"),
        "app_credentials"),
    Row("app switched off", TOKEN, 401, error("disabled_client"), "app_disabled"),
    Row("app of one organisation", TOKEN, 403, error("org_internal"), "app_disabled"),
    Row("return address", TOKEN, 400, error("redirect_uri_mismatch"), "redirect_mismatch"),
    Row("parameter missing", TOKEN, 400, error("invalid_request", "Missing: client_id"),
        "malformed_request"),
    Row("check without a value", DEBUG, 400, error("invalid_request"), "malformed_request"),
    Row("check of a dead token", DEBUG, 400, error("invalid_token", "Otra cosa"), REFUSED),
    Row("check during an outage", DEBUG, 500, error("invalid_token"), "platform_outage"),
    Row("check nobody knows", DEBUG, 400, error("brand_new", "Token expired"), "unknown"),
]  # fmt: skip
