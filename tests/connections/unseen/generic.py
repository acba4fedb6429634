"""Any server: the errors of RFC 6749, 6750, 7009 and 7662, and what servers do besides."""

from tests.connections.unseen.row import API, DEBUG, PAGE, TOKEN, Row

REFUSED = "token_rejected expired revoked"
GRANT = "refresh_token_invalid code_rejected"


def error(code: str, text: str = "") -> dict[str, str]:
    return {"error": code, "error_description": text}


def header(challenge: str) -> dict[str, str]:
    return {"www-authenticate": challenge}


ROWS = [
    Row("refused, by its header", API, 401, "", REFUSED,
        header('Bearer realm="x", error="invalid_token", error_description="expired"')),
    Row("refused, header without quotes", API, 401, "", REFUSED,
        header("bearer error=invalid_token")),
    Row("refused, header names nothing", API, 401, PAGE, REFUSED, header('Bearer realm="x"')),
    Row("scope, by its header", API, 403, PAGE, "permission_missing",
        header('Bearer error="insufficient_scope", scope="post"')),
    Row("request wrong, by its header", API, 400, "", "malformed_request",
        header('Bearer error="invalid_request"')),
    Row("error only named in a description", API, 403, "", "unknown",
        header('Bearer error_description="insufficient_scope"')),
    Row("header during an outage", API, 503, "", "platform_outage",
        header('Bearer error="invalid_token"')),
    Row("refused, in words", API, 401, "Unauthorized", REFUSED + " unknown"),
    Row("refused, no body", API, 401, "", REFUSED + " unknown"),
    Row("refused, error nobody knows", API, 401, error("token_expired"), REFUSED),
    Row("refused, by a page", API, 401, PAGE, "unknown"),
    Row("refused, with 403", API, 403, error("invalid_token"), REFUSED),
    Row("proxy wants a name", API, 407, PAGE, "unknown"),
    Row("firewall", API, 403, PAGE, "unknown"),
    Row("403 that says nothing", API, 403, {}, "unknown permission_missing"),
    Row("paid for no more", API, 402, {}, "rate_limited app_disabled"),
    Row("throttled, as busy", API, 429, error("temporarily_unavailable"), "rate_limited"),
    Row("throttled, and a token named", API, 429, error("invalid_token"), "rate_limited"),
    Row("too fast", TOKEN, 400, error("slow_down"), "rate_limited"),
    Row("outage that names a token", API, 500, error("invalid_token"), "platform_outage"),
    Row("outage, not JSON", API, 503, PAGE, "platform_outage"),
    Row("timeout", API, 408, "", "platform_outage"),
    Row("trouble, with 400", TOKEN, 400, error("server_error"), "platform_outage"),
    Row("renewal refused", TOKEN, 400, error("invalid_grant"), "refresh_token_invalid",
        grant_type="refresh_token"),
    Row("exchange refused", TOKEN, 400, error("invalid_grant"), "code_rejected",
        grant_type="authorization_code"),
    Row("either refused, with 401", TOKEN, 401, error("invalid_grant", "リフレッシュ"), GRANT),
    Row("secret wrong, with 400", TOKEN, 400, error("invalid_client"), "app_credentials"),
    Row("secret wrong, no body", TOKEN, 401, "", "app_credentials unknown"),
    Row("401 nobody knows", TOKEN, 401, error("brand_new"), "unknown app_credentials"),
    Row("400 nobody knows", TOKEN, 400, error("brand_new"), "unknown"),
    Row("kind of token", TOKEN, 400, error("unsupported_token_type"), "malformed_request"),
    Row("return address", TOKEN, 400, error("redirect_uri_mismatch"), "redirect_mismatch"),
    Row("person must come", TOKEN, 400, error("interaction_required"), "refresh_token_invalid"),
    Row("person said no", TOKEN, 400, error("access_denied"), "permission_missing unknown"),
    Row("inactive, told more", DEBUG, 200, {"active": False, "exp": 2**80}, REFUSED),
    Row("inactive, during an outage", DEBUG, 502, {"active": False}, "platform_outage"),
    Row("check needs other credentials", DEBUG, 401, error("invalid_token"), "app_credentials"),
    Row("check refused, no body", DEBUG, 401, "", "app_credentials unknown"),
    Row("active as text", DEBUG, 200, {"active": "false"}, "unknown"),
    Row("error as an object", API, 400, {"error": {"code": "invalid_token"}}, "unknown"),
    Row("moved", API, 301, PAGE, "unknown"),
]  # fmt: skip
