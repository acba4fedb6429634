"""What Meta's three platforms share: the error envelope of the Graph API.

Meta answers the same code with 400, 401, 403 or 500, and the type ``OAuthException``
also for throttling, so only code, subcode and known texts decide.
Reference: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connections.platforms.base import Platform
from connections.platforms.contract import Renewal
from connections.platforms.readings import general_cause
from connections.platforms.wire import Cause, Endpoint, Response

SUBCODES_OF_190 = {
    456: Cause.REVOKED,
    457: Cause.REVOKED,
    458: Cause.REVOKED,
    459: Cause.CHECKPOINT,
    460: Cause.PASSWORD_CHANGED,
    461: Cause.REVOKED,
    462: Cause.REVOKED,
    463: Cause.EXPIRED,
    464: Cause.CHECKPOINT,
    465: Cause.REVOKED,
    466: Cause.REVOKED,
    467: Cause.REVOKED,
    468: Cause.REVOKED,
    490: Cause.CHECKPOINT,
    492: Cause.ROLE_LOST,
}
SUBCODES = {
    36007: Cause.CODE_REJECTED,
    36008: Cause.REDIRECT_MISMATCH,
    36009: Cause.CODE_REJECTED,
    2207050: Cause.CHECKPOINT,
    2207051: Cause.CHECKPOINT,
    4279013: Cause.CHECKPOINT,
}
CODES = {
    1: Cause.PLATFORM_OUTAGE,
    2: Cause.PLATFORM_OUTAGE,
    3: Cause.PERMISSION_MISSING,
    4: Cause.RATE_LIMITED,
    10: Cause.PERMISSION_MISSING,
    17: Cause.RATE_LIMITED,
    32: Cause.RATE_LIMITED,
    101: Cause.APP_CREDENTIALS,
    102: Cause.REVOKED,
    341: Cause.RATE_LIMITED,
    368: Cause.RATE_LIMITED,
    613: Cause.RATE_LIMITED,
    2500: Cause.MALFORMED_REQUEST,
}
# Where Meta leaves the subcode out, these sentences of its own stand in (as seen).
TEXTS = (
    ("application has been deleted", Cause.APP_DISABLED),
    ("api access deactivated", Cause.APP_DISABLED),
    ("error validating client secret", Cause.APP_CREDENTIALS),
    ("invalid application id", Cause.APP_CREDENTIALS),
    ("invalid platform app", Cause.APP_CREDENTIALS),
    ("appsecret_proof", Cause.APP_CREDENTIALS),
    ("redirect_uri is identical", Cause.REDIRECT_MISMATCH),
    ("code was not found or was already used", Cause.CODE_REJECTED),
    ("authorization code has been used", Cause.CODE_REJECTED),
    ("authorization code has expired", Cause.CODE_REJECTED),
    ("must be granted before impersonating", Cause.PERMISSION_MISSING),
    ("must be an administrator, editor, or moderator", Cause.ROLE_LOST),
    ("session has expired on", Cause.EXPIRED),
    ("user changed their password", Cause.PASSWORD_CHANGED),
    ("has not authorized application", Cause.REVOKED),
    ("user logged out", Cause.REVOKED),
    ("checkpoint", Cause.CHECKPOINT),
    ("not a confirmed user", Cause.CHECKPOINT),
    ("user is restricted", Cause.CHECKPOINT),
    ("invalid oauth 2.0 access token", Cause.REVOKED),
    ("cannot parse access token", Cause.MALFORMED_REQUEST),
    ("does not exist, cannot be loaded", Cause.ACCOUNT_MISSING),
)


def error_of(response: Response) -> Mapping[str, Any]:
    """Return Meta's error object, wherever this endpoint puts it; empty where none."""
    for path in (("error",), ("data", "error")):
        if isinstance(found := response.at(*path), Mapping):
            return found
    if response.at("error_message") or response.at("error_type"):
        return {"code": response.at("code"), "message": response.at("error_message")}
    return {}


def number(value: Any) -> int:
    """Return a code that Meta may write as a number or as text; 0 where neither."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


class MetaPlatform(Platform):
    """Common ground of Facebook, Instagram and Threads."""

    scope_delimiter = ","
    lifetime_words = "60 days"

    def read_error(self, response: Response) -> Cause:
        error = error_of(response)
        code = number(error.get("code"))
        subcode = number(error.get("error_subcode") or error.get("subcode"))
        message = str(error.get("message") or "").lower()
        if code == 190 and subcode in SUBCODES_OF_190:
            # Meta also answers 460 to a plain log-out, and only the text tells.
            logged_out = subcode == 460 and "user logged out" in message
            return Cause.REVOKED if logged_out else SUBCODES_OF_190[subcode]
        return (
            SUBCODES.get(subcode)
            or self.read_known_text(message)
            or self.read_number(code, response)
            or general_cause(response)
        )

    def read_known_text(self, message: str) -> Cause | None:
        return next((cause for text, cause in TEXTS if text in message), None)

    def read_number(self, code: int, response: Response) -> Cause | None:
        if code == 190:
            return Cause.TOKEN_REJECTED
        if 200 <= code <= 299:
            return Cause.PERMISSION_MISSING
        if 80000 <= code <= 80014:
            return Cause.RATE_LIMITED
        if code == 100:
            return Cause.MALFORMED_REQUEST
        return CODES.get(code)

    def read_wait(self, response: Response, now: datetime) -> timedelta | None:
        """Read the minutes until access returns from ``X-Business-Use-Case-Usage``."""
        try:
            usage = json.loads(response.headers.get("x-business-use-case-usage", "{}"))
            entries = [entry for rows in usage.values() for entry in rows]
            minutes = max(number(e.get("estimated_time_to_regain_access")) for e in entries)
        except (ValueError, TypeError, AttributeError):
            return super().read_wait(response, now)
        return timedelta(minutes=min(minutes, 24 * 60)) if minutes > 0 else None

    def read_code(self, response: Response) -> str:
        error = error_of(response)
        parts = [error.get("code"), error.get("error_subcode") or error.get("subcode")]
        return "/".join(str(part) for part in parts if part)

    def read_message(self, response: Response) -> str:
        return str(error_of(response).get("message") or "")

    def read_request_id(self, response: Response) -> str:
        trace = error_of(response).get("fbtrace_id")
        return str(trace) if trace else super().read_request_id(response)


class SelfRenewing(MetaPlatform):
    """Instagram and Threads: a 60-day token renews itself once it is a day old."""

    renewal = Renewal(fraction=0.75, minimum_age=timedelta(hours=24), uses_access_token=True)

    def read_error(self, response: Response) -> Cause:
        cause = super().read_error(response)
        too_young = "24 hours" in self.read_message(response)
        if response.endpoint == Endpoint.TOKEN and too_young:
            return Cause.MALFORMED_REQUEST
        return cause
