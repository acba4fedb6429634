"""Times and durations in words, in the zone that is active for the reader."""

from datetime import datetime, timedelta

from django.utils import timezone

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(days=182)
UNITS = ((DAY * 2, DAY, "day"), (HOUR * 2, HOUR, "hour"), (MINUTE, MINUTE, "minute"))


def duration(span: timedelta) -> str:
    """Say how long, in the largest unit that fits: "8 s", "12 min", "5 h", "3 d"."""
    span = abs(span)
    if span < MINUTE:
        return f"{int(span.total_seconds())} s"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < 2 * DAY:
        return f"{span // HOUR} h"
    return f"{span // DAY} d"


def spoken(span: timedelta) -> str:
    """Say how long in a sentence: "40 seconds", "1 minute", "5 hours", "3 days"."""
    span = abs(span)
    for least, unit, word in UNITS:
        if span >= least:
            return f"{span // unit} {word}{'' if span // unit == 1 else 's'}"
    return f"{int(span.total_seconds())} seconds"


def day(at: datetime, now: datetime) -> str:
    """Say a date, with its year where that is not plain: "12 Jan", "12 Jan 2028"."""
    local = timezone.localtime(at)
    return (
        f"{local.day} {local:%b}" if abs(at - now) < HALF_A_YEAR else f"{local.day} {local:%b %Y}"
    )


def clock(at: datetime, now: datetime) -> str:
    """Say a time, with its day where that is not today: "10:05", "4 May 10:05"."""
    local = timezone.localtime(at)
    if local.date() == now.astimezone(local.tzinfo).date():
        return f"{local:%H:%M}"
    return f"{day(at, now)} {local:%H:%M}"


def exact(at: datetime) -> str:
    """Say a time to the second with its date: "12 Jan 2027 10:05:31"."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y %H:%M:%S}"


def full_day(at: datetime) -> str:
    """Say a date in a sentence: "4 May 2026"."""
    return _full_day(timezone.localtime(at))


def hour(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """Say a time in a sentence: the clock alone for today, with the day otherwise."""
    local = timezone.localtime(at)
    if local.date() == now.astimezone(local.tzinfo).date():
        return f"{local:%H:%M}"
    return f"{_full_day(local)}, {local:%H:%M}"


def when(at: datetime, now: datetime) -> str:
    """Say when, as it stands in a sentence: "at 10:04", "on 4 May 2026 at 10:04"."""
    local = timezone.localtime(at)
    if local.date() == now.astimezone(local.tzinfo).date():
        return f"at {local:%H:%M}"
    return f"on {_full_day(local)} at {local:%H:%M}"


def _full_day(local: datetime) -> str:
    return f"{local.day} {local:%B %Y}"
