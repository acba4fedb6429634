"""The status a reader is shown, asked of the database: what is stored, else what is so now.

``health/diagnosis.py`` says the same of one connection; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from connections.models import Connection
from health.statuses import BROKEN, ICONS, LABELS, RECONNECT_HELPS, Displayed

TIERS = dict.fromkeys(BROKEN, "bad") | {
    Displayed.EXPIRING: "warn",
    Displayed.PLATFORM: "info",
    Displayed.STALE: "idle",
    Displayed.PAUSED: "idle",
    Displayed.NONE: "idle",
    Displayed.OK: "ok",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A displayed status in words and looks."""

    code: str
    label: str
    icon: str
    tier: str


SHOWN = {code: Shown(code.value, LABELS[code], ICONS[code], TIERS[code]) for code in Displayed}
CODES = tuple(code.value for code in Displayed)
NEEDS_SIGN_IN = tuple(code for code in Displayed if code in RECONNECT_HELPS)
NEEDS_ACTION = (Displayed.APP, *NEEDS_SIGN_IN)


def severity(now: datetime) -> Case:
    """Return ``Displayed.severity`` as an SQL expression: 0 is the worst."""
    without_access = Q(grant=None) | Q(grant__access_token="")
    return Case(
        _when(Displayed.NONE, without_access),
        *(_when(code, Q(status=code.value)) for code in Displayed if code in BROKEN),
        _when(Displayed.PAUSED, Q(checks_paused_until__gt=now)),
        _when(Displayed.PLATFORM, Q(unverified_since__isnull=False)),
        _when(Displayed.STALE, Q(looked_at__lt=now - settings.STALE_AFTER)),
        _when(Displayed.EXPIRING, Q(status=Displayed.EXPIRING.value)),
        default=Value(Displayed.OK.severity),
        output_field=IntegerField(),
    )


def _when(code: Displayed, condition: Q) -> When:
    return When(condition, then=Value(code.severity))


def visible_connections(user: User | AnonymousUser, now: datetime) -> QuerySet[Connection]:
    """Return what this person may see of what is connected, each with its ``severity``."""
    connected = Connection.objects.visible_to(user).connected()
    looked_at = Coalesce("last_check_at", "status_since")
    return connected.annotate(looked_at=looked_at).annotate(severity=severity(now))


def showing(connections: QuerySet[Connection], codes: tuple[str, ...]) -> QuerySet[Connection]:
    """Narrow ``visible_connections`` to those that show one of these statuses."""
    return connections.filter(severity__in=[Displayed(code).severity for code in codes])


def count_needing_action(user: User | AnonymousUser, now: datetime) -> int:
    return showing(visible_connections(user, now), NEEDS_ACTION).count()
