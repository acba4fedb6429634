"""Who calls LinkedIn's API, and how it refuses: ``serviceErrorCode`` says more than the status."""

from . import tokens
from .call import Answer, Call, RefusedError
from .tokens import Token, Trouble

STATUSES = {"expire": "expired", "expired": "expired"}


def api_error(status: int, number: int, code: str, message: str) -> Answer:
    body = {"status": status, "serviceErrorCode": number, "code": code, "message": message}
    return Answer(body, status, str(number))


def not_active(version: str) -> Answer:
    message = f"Requested version {version} is not active"
    body = {"status": 426, "code": "NONEXISTENT_VERSION", "message": message}
    return Answer(body, 426, "NONEXISTENT_VERSION")


INVALID = api_error(401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token")
REVOKED = api_error(
    401, 65601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user"
)
EXPIRED = api_error(401, 65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")
EMPTY = api_error(401, 65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")


def denied(call: Call) -> Answer:
    message = f"Not enough permissions to access: {call.method} {call.path}"
    return api_error(403, 100, "ACCESS_DENIED", message)


def trouble_of(call: Call, token: Token) -> Trouble | None:
    """Say what LinkedIn holds against an access token; a young consent may be called revoked."""
    if trouble := tokens.trouble(call, token):
        return trouble
    false_word = call.met.get("false_revoked")
    consented_at = token.facts.get("consented_at", token.issued_at)
    if false_word and call.now < consented_at + false_word["seconds"]:
        return Trouble("revoke", call.now)
    return None


def caller(call: Call, *scopes: str) -> Token:
    """Return the working token of the call, which must have one of these scopes."""
    if not call.bearer:
        raise RefusedError(EMPTY)
    token = tokens.find(call, call.bearer, "access")
    trouble = token and trouble_of(call, token)
    if token is None or (trouble and trouble.cause == "reject_token"):
        raise RefusedError(INVALID)
    if trouble:
        raise RefusedError(EXPIRED if trouble.cause in STATUSES else REVOKED)
    if not set(scopes) & set(tokens.granted(call, token)):
        raise RefusedError(denied(call))
    return token
