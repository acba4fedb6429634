"""What Meta's three platforms share: how they refuse, and the token that renews itself.

Meta answers the same code with 400, 401, 403 or 500, and the type ``OAuthException``
also for throttling, so only code, subcode and known texts decide.
Reference: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import json
from datetime import UTC, date, datetime, timedelta

from connections.platforms.base import Platform
from connections.platforms.contract import Renewal
from connections.platforms.meta_codes import read_fault
from connections.platforms.meta_envelope import find_fault, number
from connections.platforms.readings import general_cause, read_time
from connections.platforms.wire import Cause, Endpoint, Response

GRAPH_VERSION = "v25.0"
# About when: Meta announces an end two years after the next version came, and moves some.
# Source, read in November 2026: https://developers.facebook.com/docs/graph-api/changelog/versions/
GRAPH_RETIRES_ON = {
    "v19.0": date(2026, 5, 21),
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}
LONGEST_USAGE_HEADER = 20_000  # characters; a busy app's names some dozens of accounts


class MetaPlatform(Platform):
    """Common ground of Facebook, Instagram and Threads."""

    scope_delimiter = ","
    alive_at = (("data", "is_valid"),)
    lifetime_words = "60 days"

    def read_error(self, response: Response) -> Cause:
        if response.at("data", "is_valid") is True and data_access_ended(response):
            return Cause.DATA_ACCESS_EXPIRED
        if fault := find_fault(response):
            return read_fault(fault, response)
        return read_description(response) or general_cause(response)

    def read_wait(self, response: Response, now: datetime) -> timedelta | None:
        """Read the minutes until access returns from ``X-Business-Use-Case-Usage``."""
        header = response.headers.get("x-business-use-case-usage", "{}")
        try:
            usage = json.loads(header[:LONGEST_USAGE_HEADER])
            entries = [entry for rows in usage.values() for entry in rows]
            minutes = max(number(e.get("estimated_time_to_regain_access")) for e in entries)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return super().read_wait(response, now)
        if minutes <= 0:
            return super().read_wait(response, now)
        return timedelta(minutes=min(minutes, 24 * 60))

    def read_code(self, response: Response) -> str:
        if not (fault := find_fault(response)):
            return ""
        parts = [str(part) for part in (fault.code, fault.subcode) if part]
        return "/".join(parts) or fault.name

    def read_message(self, response: Response) -> str:
        fault = find_fault(response)
        return fault.message if fault else ""

    def read_request_id(self, response: Response) -> str:
        fault = find_fault(response)
        trace = fault.fields.get("fbtrace_id") if fault else None
        return trace if isinstance(trace, str) and trace else super().read_request_id(response)


class SelfRenewing(MetaPlatform):
    """Instagram and Threads: a 60-day token renews itself once it is a day old."""

    renewal = Renewal(fraction=0.75, minimum_age=timedelta(hours=24), uses_access_token=True)

    def read_error(self, response: Response) -> Cause:
        cause = super().read_error(response)
        # A token past its end can no longer renew itself: that is what was refused here.
        if response.endpoint == Endpoint.TOKEN and cause == Cause.EXPIRED:
            return Cause.REFRESH_TOKEN_INVALID
        return cause


def read_description(answer: Response) -> Cause | None:
    """Read a ``debug_token`` answer that calls a token invalid and gives no reason."""
    if not answer.ok or answer.at("data", "is_valid") is not False:
        return None
    ends_at = read_time(answer.at("data", "expires_at"))
    is_past = ends_at is not None and ends_at < said_at(answer)
    return Cause.EXPIRED if is_past else Cause.TOKEN_REJECTED


def data_access_ended(answer: Response) -> bool:
    """Say whether the 90 days since the person last used the app are over."""
    ends_at = read_time(answer.at("data", "data_access_expires_at"))
    return ends_at is not None and ends_at < said_at(answer)


def said_at(answer: Response) -> datetime:
    """Return when the platform answered, by its own clock where it shows one."""
    return answer.date or datetime.now(UTC)


def draft_text() -> str:
    """Return a text that explains itself wherever it turns up, and is never a duplicate."""
    return f"Connection test of {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC. It is not published."


def read_limit(name: str, limit: Response) -> tuple[list[str], list[str]]:
    """Say what the limit on posts in a day proves and what it leaves open."""
    used = number(limit.at("data", 0, "quota_usage"))
    total = number(limit.at("data", 0, "config", "quota_total"))
    if total <= 0:
        return [], [f"{name} did not say how many more posts it takes today."]
    proven = [f"{name} answered about the limit on posts: {used} of {total} used in 24 hours."]
    full = f"The limit is used up: {name} refuses posts until earlier ones are a day old."
    return proven, [full] if used >= total else []
