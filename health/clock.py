"""Notices that this server's clock differs from the platforms' clocks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from health import moments
from health.judging import Look
from health.models import Heartbeat
from health.weighing import WORTH_A_WARNING

CLOCK = "clock"


def note_clock(looks: Iterable[Look], now: datetime) -> None:
    """Keep by how much our clock differs, where it is worth a warning.

    Each platform has one voice, and the middle one counts: a single wrong clock elsewhere
    is not ours, unless it is the only one that we hear.
    """
    heard: dict[str, float] = {}
    for look in looks:
        if look.outcome.clock_skew is not None:
            heard[look.connection.app.platform] = look.outcome.clock_skew.total_seconds()
    skew = timedelta(seconds=median(heard.values())) if heard else timedelta()
    if abs(skew) >= WORTH_A_WARNING:
        Heartbeat.beat(CLOCK, now, difference(skew))


def difference(skew: timedelta) -> str:
    """Say how our clock differs from the platforms'."""
    return f"{moments.spoken(skew)} {'behind' if skew > timedelta() else 'ahead of'}"
