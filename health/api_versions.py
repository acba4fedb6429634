"""Warns admins, like of an expiry, of API versions that their platform is about to end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from connections.models import PlatformApp


@dataclass(frozen=True, slots=True)
class RetiringVersion:
    """An API version that one of our apps speaks, and about when it ends."""

    app: PlatformApp
    version: str
    retires_on: date
    days_left: int  # negative once it has ended

    @property
    def is_retired(self) -> bool:
        return self.days_left < 0


def retiring_versions(apps: Iterable[PlatformApp], today: date) -> list[RetiringVersion]:
    """Return what has ended or ends within notice, the soonest first.

    A version whose end nobody knows is silent.
    """
    found = []
    for app in apps:
        retires_on = app.adapter.retirement_in(app.settings)
        if retires_on is None or retires_on - today > settings.API_RETIRES_WITHIN:
            continue
        version = app.adapter.version_in(app.settings)
        found.append(RetiringVersion(app, version, retires_on, (retires_on - today).days))
    return sorted(found, key=lambda one: one.retires_on)
