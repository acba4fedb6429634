"""What the page frame shows around every page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from health import moments
from health.clock import CLOCK
from health.displayed import count_needing_action
from health.models import Heartbeat

THEMES = ("auto", "light", "dark")
# The sweep runs every 30 s or faster; four missed turns are worth a loud sentence.
SILENT_AFTER = timedelta(minutes=2)
CLOCK_SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Section:
    """One entry of the navigation, and the pages that belong to it."""

    url_name: str
    label: str
    role: Role
    pages: frozenset[str]


SECTIONS = (
    Section(
        "grid",
        "Connections",
        Role.VIEWER,
        frozenset({"grid", "connection", "connect", "choose_accounts", "disconnect", "move"}),
    ),
    Section("clients", "Clients", Role.VIEWER, frozenset({"clients", "client"})),
    Section("platform_apps", "Apps", Role.ADMIN, frozenset({"platform_apps"})),
    Section("failure_log", "Log", Role.ADMIN, frozenset({"failure_log"})),
    Section("explain_error", "Explain", Role.STAFF, frozenset({"explain_error"})),
    Section("staff", "Staff", Role.ADMIN, frozenset({"staff"})),
    Section("settings", "Settings", Role.VIEWER, frozenset({"settings"})),
)


@dataclass(frozen=True)
class Sweep:
    """When checks last ran, and whether that is too long ago."""

    at: datetime | None
    now: datetime
    clock: str = ""  # by how much our clock differs from the platforms', where it does

    @property
    def is_silent(self) -> bool:
        return self.at is None or self.now - self.at > SILENT_AFTER

    @property
    def ago(self) -> str:
        return moments.duration(self.now - self.at) if self.at else ""


class Frame:
    """The frame's values; each query runs when a template prints it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.agency = settings.AGENCY_NAME
        self.version = settings.VERSION
        self.is_demo = settings.DEMO

    @cached_property
    def theme(self) -> str:
        theme = self._request.COOKIES.get("theme", "")
        return theme if theme in THEMES else "auto"

    @cached_property
    def themes(self) -> list[dict[str, object]]:
        return [{"code": code, "is_current": code == self.theme} for code in THEMES]

    @property
    def time_zone(self) -> str:
        return str(timezone.get_current_timezone())

    @cached_property
    def links(self) -> list[dict[str, object]]:
        return list(self._links())

    def _links(self) -> Iterator[dict[str, object]]:
        match = self._request.resolver_match
        page = match.url_name if match else ""
        for section in SECTIONS:
            if self._request.user.has_role(section.role):
                yield {
                    "url": reverse(section.url_name),
                    "label": section.label,
                    "is_current": page in section.pages,
                    "counts_action": section.url_name == "grid",
                }

    @cached_property
    def need_action(self) -> int:
        known = getattr(self._request, "need_action", None)
        return count_needing_action(self._request.user, timezone.now()) if known is None else known

    @cached_property
    def sweep(self) -> Sweep:
        now = timezone.now()
        beats = Heartbeat.objects.in_bulk(["sweep", CLOCK])
        swept, skewed = beats.get("sweep"), beats.get(CLOCK)
        is_current = skewed is not None and now - skewed.at < CLOCK_SHOWN_FOR
        return Sweep(swept.at if swept else None, now, skewed.detail if is_current else "")


def frame(request: HttpRequest) -> dict[str, Frame]:
    return {"frame": Frame(request)}
