"""The table of faults: what Relink should say about each, when, and what ends it.

``status`` and ``cause`` are Relink's codes; "unchanged" means that nothing is said
about the connection itself. ``parameters`` are those the row was written for.
"""

from typing import Any

from . import table_of_conditions, table_of_events
from .fault_kinds import EVENTS
from .registry import PLATFORMS

Row = dict[str, Any]

COLUMNS = ("platform", "fault", "status", "cause", "when", "how", "undone", "parameters")
NEW_CONSENT, DELETED, NEW_SECRET = "a new consent", "DELETE /control/faults", "the new secret"
HAPPENS_ONCE = {"spoil_code": "the next sign-in", "lose_answer": "the lost answers"}


def rows() -> list[Row]:
    """Return the whole table, platform by platform."""
    return [row for platform in PLATFORMS.values() for row in _rows_of(platform)]


def _rows_of(platform: Any) -> list[Row]:
    found = [*table_of_events.lines(platform.slug), *table_of_conditions.lines(platform.slug)]
    return [
        dict(zip(COLUMNS, (platform.slug, *line, _undone(line[0]), parameters), strict=True))
        for line, parameters in found
        if line[0] not in platform.unsupported
    ]


def _undone(fault: str) -> str:
    if fault in EVENTS:
        return NEW_CONSENT
    return NEW_SECRET if fault == "rotate_secret" else HAPPENS_ONCE.get(fault, DELETED)
