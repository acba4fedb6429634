"""The sandbox's own time: the machine's, plus an offset people may advance."""

import time
from datetime import UTC, datetime
from typing import Any

from .control_error import ControlError
from .store import Store

LONGEST_ADVANCE = 10 * 365 * 86400


def now(store: Store) -> float:
    """Return the sandbox's time in Unix seconds."""
    return time.time() + offset(store)


def offset(store: Store) -> float:
    return float(store.setting("clock_offset") or 0)


def advance(store: Store, seconds: Any) -> float:
    """Move the clock forward and return the new offset; raises ControlError."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ControlError("advance is a number of seconds.")
    moved = offset(store) + min(seconds, 2 * LONGEST_ADVANCE)
    if not seconds > 0 or not moved <= LONGEST_ADVANCE:
        raise ControlError("advance is more than 0 seconds, and ten years in all at most.")
    store.keep_setting("clock_offset", str(moved))
    return moved


def iso(seconds: float | None) -> str | None:
    """Write Unix seconds as ISO 8601 in UTC; None stays None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
