"""What adapters answer with: tokens, accounts, inspections, and how they renew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connections.platforms.wire import Secret


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one answer. None means the platform did not say."""

    access: Secret
    refresh: Secret | None = None
    expires_in: timedelta | None = None
    refresh_expires_in: timedelta | None = None
    scopes: tuple[str, ...] | None = None


class PartialConsent(Exception):
    """The person left out permissions; the platform named what it granted."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Account:
    """A Page, profile or channel that a login reaches."""

    external_id: str
    name: str
    handle: str = ""
    kind: str = "profile"
    token: Secret | None = None  # where the platform derives one for it (Facebook Pages)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a platform said about a token. None means it does not tell."""

    account_id: str | None = None
    scopes: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    app_id: str | None = None  # the client that the platform says the token was given to
    login_id: str | None = None  # the person behind it, where the subject is the account itself


@dataclass(frozen=True, slots=True)
class PublishTest:
    """What a rehearsal of publishing proved and what it did not, each in a plain sentence.

    ``left`` says what it left at the platform where that could not be avoided, and is
    empty where nothing is left; nothing is ever left in public.
    """

    proven: tuple[str, ...]
    not_proven: tuple[str, ...] = ()
    left: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """All that a finished sign-in gave: whose it is, what it reaches, what it may do."""

    subject_id: str
    subject_name: str
    tokens: TokenSet
    accounts: tuple[Account, ...]
    scopes: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """How a platform lets a token be renewed without the person."""

    fraction: float = 0.75  # of the access token's life, after which to renew
    minimum_age: timedelta = timedelta()  # younger tokens are refused
    rotates: bool = False  # the refresh token is single use
    uses_access_token: bool = False  # the access token renews itself (Meta)
    usual: bool = True  # every app gets refresh tokens, not approved ones alone


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope, in words for people."""

    scope: str
    name: str
    needed_for: str


@dataclass(frozen=True, slots=True)
class KnownEnd:
    """An end of access that a platform is known for: how long after the consent, and why."""

    after: timedelta
    sentence: str
