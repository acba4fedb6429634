"""What travels between us and a platform, and how a refusal is named."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import urlsplit

# No platform means it when it asks for more, and a token may end meanwhile.
LONGEST_WAIT = timedelta(days=1)
# Bytes. A page of a hundred Pages takes half of it; parsing more would cost the sweep its pace.
LONGEST_JSON = 200_000
# NUL and lone surrogates are legal in JSON and refused by the database.
UNSTORABLE = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\xed|\x00")


class Cause(StrEnum):
    """Why a call was refused, as far as the platform's answer honestly says."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"
    CHECKPOINT = "checkpoint"
    TOKEN_REJECTED = "token_rejected"
    PERMISSION_MISSING = "permission_missing"
    ROLE_LOST = "role_lost"
    REFRESH_TOKEN_INVALID = "refresh_token_invalid"
    CODE_REJECTED = "code_rejected"
    REDIRECT_MISMATCH = "redirect_mismatch"
    APP_CREDENTIALS = "app_credentials"
    APP_DISABLED = "app_disabled"
    WRONG_ACCOUNT = "wrong_account"
    ACCOUNT_MISSING = "account_missing"
    DATA_ACCESS_EXPIRED = "data_access_expired"
    CLOCK_SKEW = "clock_skew"
    MALFORMED_REQUEST = "malformed_request"
    RATE_LIMITED = "rate_limited"
    PLATFORM_OUTAGE = "platform_outage"
    UNKNOWN = "unknown"


class Endpoint(StrEnum):
    """Which kind of endpoint answered: the same code means other things on each."""

    API = "api"
    TOKEN = "token"
    DEBUG = "debug"


class Secret:
    """A credential that shows itself only where ``reveal`` is written out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied")


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Our registration at a platform (RFC 6749: the client), as adapters need it."""

    client_id: str
    client_secret: Secret
    redirect_uri: str
    base_url: str = ""  # of the sandbox: https://HOST/PATH becomes BASE/HOST/PATH
    settings: Mapping[str, Any] = field(default_factory=dict)

    def at(self, url: str) -> str:
        """Return where ``url`` is for this app's environment."""
        return f"{self.base_url}/{url.removeprefix('https://')}" if self.base_url else url


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a platform. Its repr names the endpoint and nothing else."""

    method: str
    url: str = field(repr=False)
    endpoint: Endpoint = Endpoint.API
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    bearer: Secret | None = field(default=None, repr=False)
    basic: tuple[str, Secret] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Return method, host and path without query: what the failure log shows.

        At the sandbox, whose paths begin with platform and real host, its own host is noise.
        """
        parts = urlsplit(self.url)
        host = parts.netloc if parts.scheme == "https" else ""
        return f"{self.method} {host}{parts.path}".replace(" /", " ", 1)


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # names in lower case
    request: Request | None = None

    @cached_property
    def json(self) -> Any:
        """Return the parsed body, or None where it is not JSON or absurdly long."""
        if len(self.body) > LONGEST_JSON:
            return None
        try:
            value = json.loads(self.body)
            return storable(value) if UNSTORABLE.search(self.body) else value
        except (ValueError, RecursionError):
            return None

    def at(self, *path: str | int) -> Any:
        """Return what lies at ``path`` in the body, or None."""
        value = self.json
        for key in path:
            if isinstance(value, Mapping) and isinstance(key, str):
                value = value.get(key)
            elif (
                isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value)
            ):
                value = value[key]
            else:
                return None
        return value

    def text_at(self, *path: str | int) -> str:
        """Return the text or number at ``path`` as text; anything else is empty."""
        value = self.at(*path)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def endpoint(self) -> Endpoint:
        return self.request.endpoint if self.request else Endpoint.API

    @property
    def date(self) -> datetime | None:
        """Return the platform's own clock, from its ``Date`` header."""
        return _http_date(self.headers.get("date", ""))

    def retry_after(self, now: datetime) -> timedelta | None:
        """Read ``Retry-After``, in seconds or as a date (RFC 9110, 10.2.3)."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit() and len(value) < 9:
            return min(timedelta(seconds=int(value)), LONGEST_WAIT)
        at = _http_date(value)
        return min(max(at - now, timedelta()), LONGEST_WAIT) if at else None


def storable(value: Any) -> Any:
    """Return parsed JSON without the characters that PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _http_date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a platform answered instead of doing as asked, and how we read it."""

    cause: Cause
    http_status: int | None = None
    code: str = ""
    message: str = ""
    request_id: str = ""
    endpoint: str = ""
    retry_after: timedelta | None = None


class Refused(Exception):
    """The platform said no. The text names the cause only: bodies may echo tokens."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.cause} ({refusal.code or refusal.http_status})")
        self.refusal = refusal


class Unreachable(Exception):
    """No answer: refused, reset, timed out, DNS, TLS, or more bytes than we read."""

    def __init__(self, kind: str, request: Request | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.request = request

    @property
    def refusal(self) -> Refusal:
        name = self.request.name if self.request else ""
        return Refusal(Cause.PLATFORM_OUTAGE, code=self.kind, message=self.kind, endpoint=name)
