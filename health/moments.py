"""Times and durations in words, in the zone that is active for the reader."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as format_date

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(days=182)


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


def day(at: datetime, now: datetime) -> str:
    """Say a date, with its year where that is not plain: "12 Jan", "12 Jan 2028"."""
    is_near = abs(at - now) < HALF_A_YEAR
    return format_date(timezone.localtime(at), "j M" if is_near else "j M Y")


def clock(at: datetime, now: datetime) -> str:
    """Say a time, with its day where that is not today: "10:05", "4 May 10:05"."""
    hour = format_date(timezone.localtime(at), "H:i")
    if timezone.localtime(at).date() == timezone.localtime(now).date():
        return hour
    return f"{day(at, now)} {hour}"


def exact(at: datetime) -> str:
    """Say a time to the second with its date: "12 Jan 2027 10:05:31"."""
    return format_date(timezone.localtime(at), "j M Y H:i:s")
