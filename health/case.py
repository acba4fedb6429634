"""A case: the evidence, what it was weighed as, and what is stored and shown of it."""

from dataclasses import dataclass
from datetime import datetime

from connections.models import Status
from connections.platforms.wire import Cause
from health import moments
from health.evidence import Evidence, Level, Subject
from health.weighing import Finding


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a connection beside the evidence, and what is so just now."""

    status: Status = Status.OK
    since: datetime | None = None
    unverified_since: datetime | None = None
    unverified_cause: str = ""
    last_check_at: datetime | None = None
    ends_at: datetime | None = None
    renews_by_itself: bool = False
    next_check_at: datetime | None = None
    paused_until: datetime | None = None
    paused_by: str = ""
    is_stale: bool = False
    has_grant: bool = True
    is_connected: bool = True
    # The reader may see every client, so that counts name nothing hidden.
    may_count: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    evidence: Evidence
    finding: Finding
    standing: Standing

    @property
    def subject(self) -> Subject:
        return self.evidence.subject

    @property
    def now(self) -> datetime:
        return self.evidence.now

    @property
    def cause(self) -> Cause | None:
        return self.finding.cause

    @property
    def code(self) -> str:
        """Return the platform's own code, where it gave one."""
        return self.evidence.reading.code if self.evidence.reading else ""

    @property
    def owner(self) -> str:
        """Name the person who can sign in, as well as we know them."""
        if self.subject.owner:
            return f"{self.subject.owner}, whose login reaches {self.subject.label}"
        return f"The owner of {self.subject.label}"

    @property
    def login(self) -> str:
        """Return whom to sign in as: a Page has no login of its own."""
        return self.subject.owner or self.subject.label

    @property
    def seen(self) -> str:
        """Say since when it is seen, as a sentence of its own; empty where nobody looked."""
        at = self.evidence.seen_at
        return f" We saw it {moments.when(at, self.now)}." if at else ""

    @property
    def retry(self) -> str:
        at = self.standing.next_check_at
        return f" at {moments.hour(at)}" if at else ""

    def how_many_alike(self) -> str:
        """Say who else fails, in numbers only for those who may see every client."""
        alike = self.evidence.alike
        if alike is None:
            return ""
        in_app = alike.level == Level.APP
        if not self.standing.may_count:
            return "nearly every login of our app" if in_app else "most accounts there"
        return f"{alike.failing} of {alike.total} {'logins of our app' if in_app else 'accounts'}"

    def names_of(self, scopes: tuple[str, ...]) -> str:
        """Return permissions in plain words."""
        names = self.subject.names
        return ", ".join(names.get(scope, scope) for scope in scopes)
