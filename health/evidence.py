"""What a diagnosis rests on: plain values, gathered elsewhere, judged in ``diagnosis.py``.

Nothing here is fetched. What is not known is None or empty, and a diagnosis never takes
the unknown for good or bad.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connections.platforms.contract import KnownEnd
from connections.platforms.wire import Cause, Refusal


class Level(StrEnum):
    """How far a problem reaches: its blast radius."""

    ACCOUNT = "account"
    LOGIN = "login"
    APP = "app"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose diagnosis it is, in the words people use for it."""

    platform: str
    noun: str = "profile"
    label: str = "the account"
    client: str = "the client"
    owner: str = ""  # the person behind the login, where the account is not the login itself
    app_id: str = ""
    lifetime: str = ""  # for how long this platform gives access, in words
    reports_scopes: bool = False  # its own check names the permissions that are granted
    names: Mapping[str, str] = field(default_factory=dict)  # of permissions, for people


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is known of the tokens in use. All ends are the platform's own words."""

    consented_at: datetime | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    # Whether they can be renewed without the person; None where nobody knows.
    renewable: bool | None = None
    margin: timedelta | None = None  # between the planned renewal and the end
    last_good_at: datetime | None = None
    dormant_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """How many logins fail in the same way at the same time."""

    level: Level
    failing: int
    total: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Siblings:
    """The accounts of the same login: how many there are, and how many are refused too."""

    failing: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Publishing:
    """How the last rehearsal of publishing ended."""

    at: datetime
    passed: bool
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """What changed lately and may be the reason."""

    secret_rotated_at: datetime | None = None
    renewal_cut_off_at: datetime | None = None
    # The platform itself told us that access is gone, when, and in which words.
    told_gone_at: datetime | None = None
    told_gone_as: str = ""
    told_gone_cause: Cause = Cause.REVOKED
    scopes_changed_at: datetime | None = None  # the platform named other permissions than before


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known when a verdict is asked for."""

    subject: Subject
    now: datetime
    # What the platform answered; None where it answered well.
    reading: Refusal | None = None
    seen_at: datetime | None = None
    second_look: str = ""
    # Why the platform refused to renew, where it did and that stands.
    renewal_refused: Cause | None = None
    renewal_tried: bool = False
    tokens: Tokens = Tokens()
    required: tuple[str, ...] = ()
    granted: tuple[str, ...] | None = None
    expected_account: str = ""
    returned_account: str = ""
    expected_app: str = ""
    returned_app: str = ""
    clock_skew: timedelta | None = None  # the platform's clock minus ours
    publishing: Publishing | None = None
    siblings: Siblings = Siblings()
    alike: Alike | None = None
    recent: Recent = Recent()
    known_ends: tuple[KnownEnd, ...] = ()
    # Until when this platform is known to say "revoked" falsely after a consent.
    doubtful_until: datetime | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the permissions that are needed and known not to be granted."""
        if self.granted is None:
            return ()
        held = set(self.granted)
        return tuple(scope for scope in self.required if scope not in held)

    @property
    def was_told(self) -> bool:
        """Say whether the platform told us, of this sign-in, that access is gone."""
        told_at, since = self.recent.told_gone_at, self.tokens.consented_at
        return told_at is not None and (since is None or told_at >= since)

    @property
    def publishing_refused(self) -> bool:
        """Say whether the account answers, and publishing was refused since the sign-in."""
        tried, since = self.publishing, self.tokens.consented_at
        if self.reading is not None or tried is None or tried.passed or tried.cause is None:
            return False
        return since is None or tried.at >= since

    @property
    def age(self) -> timedelta | None:
        """Return how old the consent was when this was seen."""
        consented_at = self.tokens.consented_at
        return (self.seen_at or self.now) - consented_at if consented_at else None
