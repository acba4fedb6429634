"""X: problem documents bare and wrapped, numbers of version 1.1, and the token endpoint."""

from typing import Any

from tests.connections.unseen.row import API, DEBUG, PAGE, TOKEN, Row

HOST = "https://api.x.com/2/problems/"
REFUSED = "token_rejected expired revoked"
OURS = "app_disabled rate_limited"


def problem(kind: str, title: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title or kind, "type": HOST + kind, **more}


def blank(status: int, title: str, detail: str = "") -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail or title}


def number(code: Any, message: str = "") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


def error(code: str, text: str = "") -> dict[str, str]:
    return {"error": code, "error_description": text}


MISSING_USER = {
    "resource_type": "user",
    "title": "Not Found Error",
    "detail": "Could not find user with id: [2244994945].",
    "type": "https://api.twitter.com/2/problems/resource-not-found",
}
BAD_PARAMETER = {
    "errors": [{"parameters": {"id": ["a"]}, "message": "The `id` query parameter is not valid"}],
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": "https://api.twitter.com/2/problems/invalid-request",
}
READ_ONLY = "Your client app is not configured with the appropriate oauth1 app permissions"
SUSPENDED = "Your account is suspended and is not permitted to access this feature."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
CODE_SPENT = "Value passed for the authorization code was invalid."
TOKEN_SPENT = "Value passed for the token was invalid."
CUT = '{"title": "Unauthorized", "type": "about:bl'

ROWS = [
    Row("credits are empty, said with 403", API, 403, problem("credits"), OURS),
    Row("credits are empty, wrapped", API, 402, {"errors": [problem("credits")]}, OURS),
    Row("credits are empty, by title only", API, 403, {"title": "CreditsDepleted"}, OURS),
    Row("credits are empty, no body", API, 402, "", OURS),
    Row("credits are empty, a page", API, 402, PAGE, OURS),
    Row("usage is capped, wrapped, with 403", API, 403, {"errors": [problem("usage-capped")]}, OURS),
    Row("usage is capped, said with 200", API, 200, problem("usage-capped"), OURS),
    Row("usage is capped, by title only", API, 429, {"title": "UsageCapExceeded"}, OURS),
    Row("app not enrolled", API, 403, problem("client-forbidden"), "app_disabled"),
    Row("app not enrolled, with 401", API, 401, problem("client-forbidden"), "app_disabled"),
    Row(
        "app not enrolled, by reason only",
        API,
        403,
        {"title": "Forbidden", "type": "about:blank", "reason": "client-not-enrolled"},
        "app_disabled",
    ),
    Row("type with a slash at its end", API, 403, problem("client-forbidden/"), "app_disabled"),
    Row(
        "app may only read",
        API,
        403,
        {"title": "Forbidden", "type": HOST + "oauth1-permissions", "detail": READ_ONLY},
        "app_disabled permission_missing",
    ),
    Row("app may not write, number 261", API, 403, number(261), "app_disabled permission_missing"),
    Row("app without this level of access, number 453", API, 403, number(453), "app_disabled"),
    Row("app suspended, number 416", API, 401, number(416), "app_disabled"),
    Row("app key of another app, number 99", API, 403, number(99), "app_credentials"),
    Row("suspended, wrapped", API, 403, {"errors": [problem("user-suspended")]}, "checkpoint"),
    Row("suspended, number 64", API, 403, number(64, SUSPENDED), "checkpoint"),
    Row("suspended, number 63 as text", API, 403, number("63"), "checkpoint"),
    Row("suspended, by words only", API, 403, blank(403, "Forbidden", SUSPENDED), "checkpoint"),
    Row("locked, number 326", API, 403, number(326, "To protect our users"), "checkpoint"),
    Row("login to be verified, number 231", API, 403, number(231), "checkpoint"),
    Row("user is gone", API, 404, {"errors": [MISSING_USER]}, "account_missing"),
    Row("user is gone, said with 200", API, 200, {"errors": [MISSING_USER]}, "account_missing"),
    Row("user is gone, number 50", API, 404, number(50, "User not found."), "account_missing"),
    Row("a post is gone", API, 404, problem("resource-not-found"), "unknown malformed_request"),
    Row("no such address", API, 404, blank(404, "Not Found"), "unknown malformed_request"),
    Row("version is gone", API, 410, {"title": "Gone"}, "malformed_request unknown"),
    Row("private content", API, 403, problem("not-authorized-for-resource"), "permission_missing"),
    Row("credentials without this right, number 220", API, 403, number(220), "permission_missing"),
    Row("messages not allowed, number 93", API, 403, number(93), "permission_missing"),
    Row("parameter wrong, document around errors", API, 400, BAD_PARAMETER, "malformed_request"),
    Row("parameter wrong, with 401", API, 401, BAD_PARAMETER, "malformed_request"),
    Row("forbidden query", API, 403, problem("disallowed-resource"), "malformed_request"),
    Row("duplicate post", API, 403, blank(403, "Forbidden", DUPLICATE), "malformed_request"),
    Row("duplicate post, number 187", API, 403, number(187), "malformed_request"),
    Row("post too long, number 186", API, 403, number(186), "malformed_request"),
    Row("no credentials sent, number 215", API, 400, number(215), "malformed_request"),
    Row("our clock is wrong, number 135", API, 401, number(135), "clock_skew"),
    Row("return address not registered, number 415", API, 403, number(415), "redirect_mismatch"),
    Row("too many calls, number 88", API, 429, number(88), "rate_limited"),
    Row("too many calls, number 88 with 403", API, 403, number(88), "rate_limited"),
    Row("daily posts used up, number 185", API, 403, number(185), "rate_limited"),
    Row("calm asked for", API, 420, PAGE, "rate_limited"),
    Row("over capacity, number 130", API, 503, number(130), "platform_outage"),
    Row("over capacity, number 130 with 400", API, 400, number(130), "platform_outage"),
    Row("outage that names a token", API, 503, number(89, "Invalid token."), "platform_outage"),
    Row("outage said in the body only", API, 401, blank(503, "Outage"), "platform_outage"),
    Row("throttled, and a token named", API, 429, number(89, "Invalid token."), "rate_limited"),
    Row("token refused, number 89 with 403", API, 403, number(89), REFUSED),
    Row("token refused, number beside a stranger", API, 401, number(89) | {"x": 2**70}, REFUSED),
    Row("not authenticated, number 32", API, 401, number(32), REFUSED + " malformed_request"),
    Row("refused, in another language", API, 401, blank(401, "Não autorizado"), REFUSED),
    Row("refused, said with 200", API, 200, blank(401, "Unauthorized"), REFUSED),
    Row("refused, wrapped, said with 200", API, 200,
        {"errors": [blank(401, "Unauthorized")]}, REFUSED),
    Row("refused, asked as a check", DEBUG, 401, blank(401, "Unauthorized"), REFUSED),
    Row("refused, no body", API, 401, "", REFUSED + " unknown"),
    Row("refused, answer cut off", API, 401, CUT, "unknown token_rejected"),
    Row("refused, by a page", API, 401, PAGE, "unknown"),
    Row("firewall", API, 403, PAGE, "unknown"),
    Row("firewall, in words", API, 403, "error code: 1020", "unknown"),
    Row("gateway", API, 502, PAGE, "platform_outage"),
    Row("moved", API, 302, "", "unknown"),
    Row("renewal refused", TOKEN, 400, error("invalid_grant"), "refresh_token_invalid revoked"),
    Row("renewal refused, with 401", TOKEN, 401, error("invalid_request", TOKEN_SPENT),
        "refresh_token_invalid revoked"),
    Row("code spent", TOKEN, 400, error("invalid_request", CODE_SPENT), "code_rejected"),
    Row("code spent, told by our request", TOKEN, 400, error("invalid_grant"), "code_rejected",
        grant_type="authorization_code"),
    Row("parameter left out, in another language", TOKEN, 400, error("invalid_request", "欠落"),
        "malformed_request"),
    Row("words inside a stranger's text", TOKEN, 400,
        error("invalid_request", f"Unknown parameter {TOKEN_SPENT}"), "malformed_request"),
    Row("secret wrong", TOKEN, 401, error("invalid_client"), "app_credentials"),
    Row("secret wrong, as a document", TOKEN, 401, blank(401, "Unauthorized"), "app_credentials"),
    Row("secret wrong, no body", TOKEN, 401, "", "app_credentials unknown"),
    Row("app not enrolled, at renewal", TOKEN, 403, problem("client-forbidden"), "app_disabled"),
    Row("outage at renewal", TOKEN, 503, error("invalid_grant", TOKEN_SPENT), "platform_outage"),
    Row("throttled at renewal", TOKEN, 429, error("invalid_grant", TOKEN_SPENT), "rate_limited"),
    Row("busy at renewal, with 400", TOKEN, 400, error("temporarily_unavailable"),
        "platform_outage"),
    Row("firewall at renewal", TOKEN, 403, PAGE, "unknown"),
    Row("error nobody knows", TOKEN, 400, error("brand_new"), "unknown"),
]  # fmt: skip
