"""What happens around a refusal: does the login fail, the app, the platform?

Many logins of one app that fail alike point to the app; most accounts of a platform that
get no proper answer point to the platform. Only then is a refusal not the account's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection as database

from connections.platforms.wire import Cause
from health.evidence import Alike, Level, Siblings
from health.weighing import VAGUE

WINDOW = timedelta(minutes=15)
LOOKS_READ = 200  # of each app, the latest: so the query is bounded whatever the table holds
# Refusals that say nothing of themselves need fewer to agree than those that do.
FEWEST_VAGUE, SHARE_VAGUE = 5, 0.8
FEWEST_PLAIN, SHARE_PLAIN = 20, 0.9
FEWEST_AT_PLATFORM, SHARE_AT_PLATFORM = 3, 0.5
PASSING = frozenset({Cause.PLATFORM_OUTAGE, Cause.RATE_LIMITED})
# Their own end was known before: a coincidence of dates is no fault of the app.
EXPLAINED = frozenset({Cause.EXPIRED, Cause.DATA_ACCESS_EXPIRED})

LATEST_LOOKS = """
SELECT looks.* FROM unnest(%s::uuid[]) AS apps(id) CROSS JOIN LATERAL (
    SELECT c.id, c.app_id, c.grant_id, c.last_check_at, c.cause, c.status_since,
           c.unverified_since, c.unverified_cause,
           COALESCE(c.evidence->>'read_as', c.cause), COALESCE(c.evidence->>'code', '')
    FROM connections_connection c
    WHERE c.app_id = apps.id AND c.disconnected_at IS NULL AND c.last_check_at > %s
    ORDER BY c.last_check_at DESC LIMIT %s
) AS looks
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """How the latest look at one connection ended."""

    connection_id: UUID
    app_id: UUID
    platform: str
    grant_id: UUID | None
    at: datetime
    read_as: str = ""  # the cause read from the answer; empty after a good one
    code: str = ""
    began_at: datetime | None = None
    # Judged as the account's own before this began: evidence for nothing.
    is_old: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.read_as, self.code)

    @property
    def is_passing(self) -> bool:
        return self.read_as in PASSING


def latest_signs(apps: dict[UUID, str], now: datetime) -> list[Sign]:
    """Return the latest looks at these apps' connections, from app id to platform."""
    if not apps:
        return []
    with database.cursor() as cursor:
        cursor.execute(LATEST_LOOKS, [list(apps), now - WINDOW, LOOKS_READ])
        return [_sign(row, apps[row[1]], now) for row in cursor.fetchall()]


def _sign(row: tuple, platform: str, now: datetime) -> Sign:
    (pk, app_id, grant_id, at, cause, since, unverified_since, unverified, read_as, code) = row
    if unverified_since:
        return Sign(pk, app_id, platform, grant_id, at, unverified, code, unverified_since)
    inferred = cause == Cause.APP_DISABLED and read_as != cause
    is_old = bool(cause) and not inferred and since < now - WINDOW
    return Sign(pk, app_id, platform, grant_id, at, read_as, code, since, is_old)


class Surroundings:
    """The looks of one round and those shortly before, counted by login, app and platform."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self._signs = {sign.connection_id: sign for sign in signs}
        self._apps = self._by("app_id")
        self._platforms = self._by("platform")
        self._grants = self._by("grant_id")

    def _by(self, name: str) -> dict[object, list[Sign]]:
        found: dict[object, list[Sign]] = {}
        for sign in self._signs.values():
            found.setdefault(getattr(sign, name), []).append(sign)
        return found

    def around(self, sign: Sign) -> Alike | None:
        """Return how many fail like this one, where that is the platform's or the app's fault."""
        return self.at_platform(sign.platform) or self._in_app(sign)

    def at_platform(self, platform: str) -> Alike | None:
        """Say whether most of a platform's accounts get no proper answer."""
        signs = self._platforms.get(platform, [])
        failing = [sign for sign in signs if sign.is_passing]
        enough = len(failing) >= FEWEST_AT_PLATFORM
        if not enough or len(failing) < SHARE_AT_PLATFORM * len(signs):
            return None
        since = min(sign.began_at or sign.at for sign in failing)
        return Alike(Level.PLATFORM, len(failing), len(signs), since)

    def _in_app(self, sign: Sign) -> Alike | None:
        """Find the app's latest looks of which nearly all were refused like this one.

        Looks are taken newest first, a whole round at a time, so that what worked before
        the app broke does not hide that it is broken now.
        """
        if sign.read_as in EXPLAINED or not sign.read_as:
            return None
        is_vague = sign.read_as in VAGUE
        fewest = FEWEST_VAGUE if is_vague else FEWEST_PLAIN
        share = SHARE_VAGUE if is_vague else SHARE_PLAIN
        failing: set[object] = set()
        seen: set[object] = set()
        known = [s for s in self._apps.get(sign.app_id, []) if not s.is_old and not s.is_passing]
        known.sort(key=lambda s: s.at, reverse=True)
        found = None
        for _, looks in groupby(known, key=lambda s: s.at):
            for look in looks:
                seen.add(look.grant_id)
                if look.key == sign.key:
                    failing.add(look.grant_id)
            if len(failing) >= fewest and len(failing) >= share * len(seen):
                found = (len(failing), len(seen))
        if found is None:
            return None
        alike = [s.began_at or s.at for s in known if s.key == sign.key]
        return Alike(Level.APP, *found, min(alike))

    def siblings(self, sign: Sign) -> Siblings:
        """Count the accounts of the same login, and those refused alike."""
        same_login = self._grants.get(sign.grant_id, []) if sign.grant_id else []
        failing = sum(other.read_as == sign.read_as for other in same_login)
        return Siblings(failing, len(same_login))

    def worked_since(self, app_id: UUID, at: datetime) -> bool:
        """Say whether any account of an app was answered well since then."""
        return any(s.at >= at and not s.read_as for s in self._apps.get(app_id, []))
