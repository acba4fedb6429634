"""How many connections are in which state: the grid's sentence and its chips."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count

from accounts.models import User
from health.displayed import CODES, NEEDS_ACTION, NEEDS_SIGN_IN, SHOWN, visible_connections
from health.grid_filters import Filters


@dataclass(frozen=True, slots=True)
class Chip:
    """A count that leads to the rows it counts."""

    label: str
    count: int
    address: str
    icon: str = ""
    tier: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    by_status: Counter[str]
    platforms: frozenset[str]

    @property
    def total(self) -> int:
        return self.by_status.total()

    def count(self, codes: Iterable[str]) -> int:
        return sum(self.by_status[code] for code in codes)

    @property
    def sentence(self) -> str:
        """Say in one sentence, or two, whether anybody has to do something."""
        if not self.total:
            return "Nothing is connected yet."
        sentences = []
        if signing_in := self.count(NEEDS_SIGN_IN):
            verb = "needs" if signing_in == 1 else "need"
            sentences.append(f"{signing_in} of {self.total} connections {verb} someone to sign in.")
        if waiting := self.by_status["app"]:
            verb = "waits" if waiting == 1 else "wait"
            sentences.append(f"{waiting} {verb} for your administrator.")
        if self.by_status["ok"] == self.total:
            return f"All {self.total} connections work."
        return " ".join(sentences) or f"None of {self.total} connections needs anyone to sign in."

    def chips(self, filters: Filters) -> list[Chip]:
        """Return the counts as links: all, those that need action, then each status."""
        groups = [("All", "", "", ()), ("Needs action", "triangle-alert", "bad", NEEDS_ACTION)]
        groups += [(shown.label, shown.icon, shown.tier, (shown.code,)) for shown in SHOWN.values()]
        return [
            Chip(
                label=label,
                icon=icon,
                tier=tier,
                count=self.count(codes) if codes else self.total,
                address=Filters(statuses=codes, view=filters.view).address(),
                is_current=replace(filters, page=1) == Filters(statuses=codes, view=filters.view),
            )
            for label, icon, tier, codes in groups
            if not codes or self.count(codes) or filters.statuses == codes
        ]


def summarise(user: User | AnonymousUser, now: datetime) -> Summary:
    """Count what this person may see, in one query."""
    counts = (
        visible_connections(user, now)
        .order_by()
        .values_list("app__platform", "severity")
        .annotate(count=Count("pk"))
    )
    by_status: Counter[str] = Counter()
    platforms = set()
    for platform, severity, count in counts:
        by_status[CODES[severity]] += count
        platforms.add(platform)
    return Summary(by_status, frozenset(platforms))
