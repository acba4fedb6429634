"""LinkedIn: numbers, names, or neither; introspection; and two ways to name one error."""

from typing import Any

from tests.connections.unseen.row import API, DEBUG, PAGE, TOKEN, Row

REFUSED = "token_rejected expired revoked"


def service(number: Any, code: str = "", message: str = "", status: int = 401) -> dict[str, Any]:
    named = {"code": code} if code else {}
    return {"status": status, "serviceErrorCode": number, "message": message, **named}


def said(message: str, status: int = 401) -> dict[str, Any]:
    return {"message": message, "status": status}


def error(code: str, text: str = "") -> dict[str, str]:
    return {"error": code, "error_description": text}


EITHER = "The provided authorization grant or refresh token is invalid, expired or revoked"
DOWNSTREAM = "Access token downstream verification failures"
VERSION = "Requested version 20250101 is not active"
UNFOUND = "Unable to retrieve access token: authorization code not found"
OTHER_APP = {"active": False, "client_id": "of-another-app"}

ROWS = [
    Row("revoked, number only", API, 401, service(65601), "revoked"),
    Row("revoked, number as text", API, 401, service("65601"), "revoked"),
    Row("revoked, with 403", API, 403, service(65601, status=403), "revoked"),
    Row("revoked, name only", API, 401, {"code": "REVOKED_ACCESS_TOKEN"}, "revoked"),
    Row("revoked, in German", API, 401, service(65601, message="Widerrufen"), "revoked"),
    Row("revoked, words only", API, 401,
        said("The token used in the request has been revoked by the user"), "revoked"),
    Row("ran out, number only", API, 401, service(65602), "expired"),
    Row("ran out, name only", API, 401, {"code": "EXPIRED_ACCESS_TOKEN"}, "expired"),
    Row("ran out, old envelope", API, 401,
        {"errorCode": 0, "message": "The token used in the request is expired.", "status": 401},
        "expired"),
    Row("refused, number only", API, 401, service(65600), REFUSED),
    Row("refused, words only", API, 401, said("Invalid access token"), REFUSED),
    Row("refused, number nobody knows", API, 401, service(65603), REFUSED),
    Row("refused, no number", API, 401, said("Unauthorized"), REFUSED),
    Row("refused, said with 200", API, 200, said("Unauthorized"), REFUSED),
    Row("refused, number past 2^53", API, 401, service(2**64 + 65601), REFUSED),
    Row("refused, no body", API, 401, "", REFUSED + " unknown"),
    Row("refused, by a page", API, 401, PAGE, "unknown"),
    Row("refused, cut off", API, 401, '{"status":401,"serviceErr', "unknown token_rejected"),
    Row("refused, by its header", API, 401, "", REFUSED,
        {"www-authenticate": 'Bearer realm="LinkedIn", error="invalid_token"'}),
    Row("nothing sent, number", API, 401, service(65604), "malformed_request"),
    Row("nothing sent, words with a stop", API, 401, said("Empty oauth2 access token."),
        "malformed_request"),
    Row("permission, number with 401", API, 401, service(100), "permission_missing"),
    Row("permission, no number", API, 403,
        said("Not enough permissions to access: GET /me", 403), "permission_missing"),
    Row("permission, number as text", API, 403, service("100", status=403), "permission_missing"),
    Row("words of a token in a permission", API, 403,
        service(100, "ACCESS_DENIED", "revoked access token expired", 403), "permission_missing"),
    Row("firewall", API, 403, PAGE, "unknown"),
    Row("403 without a body", API, 403, "", "unknown permission_missing"),
    Row("throttled, number with 403", API, 403, service(101, status=403), "rate_limited"),
    Row("throttled, name with 401", API, 401, {"code": "TOO_MANY_REQUESTS"}, "rate_limited"),
    Row("throttled, no body", API, 429, "", "rate_limited"),
    Row("throttled, and a token named", API, 429, service(65601, status=429), "rate_limited"),
    Row("version ended, no name", API, 426, said(VERSION, 426), "malformed_request"),
    Row("version ended, no body", API, 426, "", "malformed_request unknown"),
    Row("version left out", API, 400, {"status": 400, "code": "VERSION_MISSING"},
        "malformed_request"),
    Row("path wrong", API, 400, said("Syntax exception in path /me", 400), "malformed_request"),
    Row("field wrong", API, 422, said("Invalid value", 422), "malformed_request"),
    Row("no such path", API, 404, said("Resource me does not exist", 404),
        "unknown malformed_request"),
    Row("interface gone", API, 410, said("No longer available", 410), "malformed_request unknown"),
    Row("check fails inside", API, 500, said(DOWNSTREAM, 500), "platform_outage"),
    Row("outage that says revoked", API, 500, service(65601, status=500), "platform_outage"),
    Row("outage said in the body only", API, 401, said(DOWNSTREAM, 500), "platform_outage"),
    Row("outage by name, with 400", API, 400, {"code": "INTERNAL_SERVER_ERROR"},
        "platform_outage"),
    Row("gateway", API, 504, PAGE, "platform_outage"),
    Row("robots turned away", API, 999, PAGE, "platform_outage rate_limited unknown"),
    Row("inactive, of another app", DEBUG, 200, {"active": False}, REFUSED + " app_credentials"),
    Row("inactive, names another app", DEBUG, 200, OTHER_APP, REFUSED + " app_credentials"),
    Row("inactive, status nobody knows", DEBUG, 200, {"active": False, "status": "paused"},
        REFUSED),
    Row("inactive, during an outage", DEBUG, 503, {"active": False, "status": "revoked"},
        "platform_outage"),
    Row("inactive, throttled", DEBUG, 429, {"active": False, "status": "revoked"},
        "rate_limited"),
    Row("check refused, no body", DEBUG, 401, "", "app_credentials unknown"),
    Row("check refused, app unknown", DEBUG, 400, error("invalid_client_id"), "app_credentials"),
    Row("check refused, parameter", DEBUG, 400, error("invalid_request", "Missing token"),
        "malformed_request"),
    Row("check by a page", DEBUG, 401, PAGE, "unknown"),
    Row("renewal refused", TOKEN, 400, error("invalid_request", EITHER), "refresh_token_invalid",
        grant_type="refresh_token"),
    Row("exchange refused", TOKEN, 400, error("invalid_request", EITHER), "code_rejected",
        grant_type="authorization_code"),
    Row("renewal refused, standard", TOKEN, 400, error("invalid_grant"),
        "refresh_token_invalid code_rejected"),
    Row("code not found, with 400", TOKEN, 400, error("invalid_request", UNFOUND),
        "code_rejected"),
    Row("parameter missing", TOKEN, 400,
        error("invalid_request", 'A required parameter "client_secret" is missing'),
        "malformed_request"),
    Row("texts inside a stranger's text", TOKEN, 400,
        error("invalid_request", f"state said: {EITHER}"), "malformed_request"),
    Row("return address", TOKEN, 400, error("invalid_redirect_uri"), "redirect_mismatch"),
    Row("secret wrong, text says so", TOKEN, 401,
        error("invalid_request", "Client authentication failed"), "app_credentials"),
    Row("secret wrong, no body", TOKEN, 401, "", "app_credentials unknown"),
    Row("scope not of this app", TOKEN, 400, error("unauthorized_scope_error"),
        "malformed_request app_disabled"),
    Row("outage at renewal", TOKEN, 500, error("invalid_request", EITHER), "platform_outage"),
    Row("busy at renewal, with 400", TOKEN, 400, error("temporarily_unavailable"),
        "platform_outage"),
]  # fmt: skip
