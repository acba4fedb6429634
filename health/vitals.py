"""Whether this process can serve: what a load balancer asks."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone
from redis.exceptions import RedisError

from health.models import Heartbeat

SWEEP_LATE_AFTER = timedelta(minutes=2)
STARTED_AT = timezone.now()


def take_vitals() -> tuple[bool, dict[str, str]]:
    """Ask the database, Redis and the sweep's heartbeat; answers the words for each."""
    vitals = {"database": _database(), "redis": _redis()}
    vitals["sweep"] = _sweep() if vitals["database"] == "ok" else "unknown"
    is_well = all(word in {"ok", "starting"} for word in vitals.values())
    return is_well, vitals


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _redis() -> str:
    try:
        cache.get("healthz")
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


def _sweep() -> str:
    """Say whether checks run; a process that has just started gives them time."""
    now = timezone.now()
    beat = Heartbeat.objects.filter(pk="sweep").first()
    if beat and now - beat.at <= SWEEP_LATE_AFTER:
        return "ok"
    return "starting" if now - STARTED_AT <= SWEEP_LATE_AFTER else "late"
