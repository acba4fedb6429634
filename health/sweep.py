"""The sweep: renew what is due, check what is due, leave a heartbeat.

PostgreSQL is the ledger: due work is a row, claimed in batches with a lease. Celery is
the doorbell: a ring lost or doubled changes nothing.
"""

import time

from django.conf import settings
from django.utils import timezone

from connections.disconnect import discard_abandoned
from connections.http import WIDTH
from connections.models import Connection
from connections.refresh import renew_due
from health.checks import check
from health.models import Heartbeat


def sweep() -> int:
    """Work until nothing is due or the time is up; return how many were checked."""
    deadline = time.monotonic() + settings.SWEEP_FOR.total_seconds()
    checked = 0
    while time.monotonic() < deadline:
        now = timezone.now()
        renewed = renew_due(now, WIDTH)
        claimed = Connection.objects.due(now).claim(now, limit=WIDTH)
        check(claimed, now)
        checked += len(claimed)
        Heartbeat.beat("sweep", timezone.now(), f"{checked} checked")
        if not claimed and not renewed:
            break
    discard_abandoned(timezone.now())
    return checked
