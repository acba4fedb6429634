"""How Meta words its refusals: the error envelope, its codes, and its sentences.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling. Times in messages are
Pacific, as Meta writes them. A gone Page's body at debug_token is an inference.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .call import Answer, Call
from .tokens import Token, Trouble

INVALIDATED = "Error validating access token: "
SUBCODES: dict[str, int | None] = {
    "revoke": 458,
    "checkpoint": 459,
    "change_password": 460,
    "lose_role": 492,
    "reject_token": None,
    "delete_account": 33,
}
EXPIRED = 463

MESSAGES = {
    "revoke": INVALIDATED + "The user has not authorized application {app}.",
    "change_password": INVALIDATED + "The session has been invalidated because the user changed "
    "their password or Facebook has changed the session for security reasons.",
    "checkpoint": "You cannot access the app till you log in to {site} and follow the "
    "instructions given.",
    "lose_role": "The user must be an administrator, editor, or moderator of the page in order "
    "to impersonate it. If the page business requires Two Factor Authentication, the user also "
    "needs to enable Two Factor Authentication.",
    "reject_token": "Invalid OAuth access token.",
    "delete_account": "Unsupported {method} request. Object with ID '{account}' does not exist, "
    "cannot be loaded due to missing permissions, or does not support this operation. Please read "
    "the Graph API documentation at https://developers.facebook.com/docs/graph-api",
}
SESSION_EXPIRED = INVALIDATED + "Session has expired on {then}. The current time is {now}."


def envelope(  # noqa: PLR0913 -- the fields of one answer
    message: str,
    code: int,
    status: int = 400,
    *,
    subcode: int | None = None,
    error_type: str = "OAuthException",
    kind: str = "invalid_request",
    **headers: str,
) -> Answer:
    """Build Meta's error answer; ``kind`` goes into WWW-Authenticate."""
    error: dict[str, Any] = {"message": message, "type": error_type, "code": code}
    if subcode:
        error["error_subcode"] = subcode
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    challenge = f'OAuth "Facebook Platform" "{kind}" "{message}"'
    outcome = f"{code}/{subcode}" if subcode else str(code)
    return Answer({"error": error}, status, outcome, {"WWW-Authenticate": challenge, **headers})


def flat(message: str) -> Answer:
    """Build the error answer of the Instagram and Threads code exchange."""
    body = {"error_type": "OAuthException", "code": 400, "error_message": message}
    return Answer(body, 400, "400")


UNPARSABLE = envelope(
    "Invalid OAuth access token - Cannot parse access token", 190, 401, kind="invalid_token"
)
NO_TOKEN = envelope(
    "An active access token must be used to query information about the current user.", 2500
)
WRONG_SECRET = envelope("Error validating client secret.", 1)
UNKNOWN_APP = envelope("Error validating application. Invalid application ID.", 101)
NO_PERMISSION = envelope(
    "(#10) Application does not have permission for this action",
    10,
    403,
    kind="insufficient_scope",
)
DELETED_APP = envelope(
    "Error validating application. Application has been deleted.", 190, 401, kind="invalid_token"
)
REDIRECT_MISMATCH = (
    "Error validating verification code. Please make sure your redirect_uri is identical to the "
    "one you used in the OAuth dialog request"
)
USED_OR_UNKNOWN = "Matching code was not found or was already used"


@dataclass(frozen=True)
class Refusal:
    """Why Meta refuses a token, in its own words and numbers."""

    message: str
    code: int
    subcode: int | None

    @property
    def outcome(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


def explain(call: Call, token: Token, trouble: Trouble) -> Refusal:
    text = MESSAGES.get(trouble.cause, SESSION_EXPIRED)
    message = text.format(
        app=token.client_id,
        site=call.platform.site,
        method=call.method.lower(),
        account=token.account,
        then=pacific(trouble.at),
        now=pacific(call.now),
    )
    # An object that is not there is no fault of the token.
    code = 100 if trouble.cause == "delete_account" else 190
    return Refusal(message, code, SUBCODES.get(trouble.cause, EXPIRED))


def gone(call: Call, account: str) -> Answer:
    """Answer as for an object that is not there, or not for this token."""
    message = MESSAGES["delete_account"].format(method=call.method.lower(), account=account)
    return envelope(message, 100, subcode=33, error_type="GraphMethodException")


def pacific(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, ZoneInfo("America/Los_Angeles"))
    return moment.strftime("%A, %d-%b-%y %H:%M:%S %Z")
