"""How adapters read times, durations, scopes and bare statuses, whatever shape they come in."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connections.platforms.wire import Cause, Response

EACH = "*"  # in a path: each entry of a list; no platform calls a field so
MOST_ENTRIES = 1000
Path = tuple[str | int, ...]
LATEST = 4_102_444_800  # the year 2100: what is later is meant as "never"


def general_cause(response: Response) -> Cause:
    """Read what the status alone can honestly say, when no known code was found."""
    if response.status == 429:
        return Cause.RATE_LIMITED
    if response.status >= 500 or response.status == 408:
        return Cause.PLATFORM_OUTAGE
    return Cause.UNKNOWN


def read_duration(value: Any) -> timedelta | None:
    """Read seconds as a number or text; None where missing, negative or absurd."""
    try:
        seconds = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return timedelta(seconds=seconds) if 0 < seconds < 20 * 366 * 86400 else None


def read_time(value: Any) -> datetime | None:
    """Read seconds since 1970; None where missing, or 0, which Meta uses for never."""
    try:
        seconds = int(value)
        return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def read_scopes(value: Any) -> tuple[str, ...] | None:
    """Read scopes given as a list, or as text split by spaces or commas."""
    if isinstance(value, str):
        return _unique(value.replace(",", " ").split())
    if isinstance(value, list):
        return _unique(item for item in value if isinstance(item, str))
    return None


def read_texts(response: Response, path: Path) -> Iterator[str]:
    """Return the texts and numbers at a path of a body, for each entry where it says ``EACH``."""
    yield from _texts_in(response.json, path)


def _texts_in(value: Any, path: Path) -> Iterator[str]:
    if not path:
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            yield str(value)
        return
    key, rest = path[0], path[1:]
    if key == EACH:
        for item in value[:MOST_ENTRIES] if isinstance(value, list) else ():
            yield from _texts_in(item, rest)
    elif isinstance(value, dict):
        yield from _texts_in(value.get(key), rest)


def _unique(scopes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scopes))
