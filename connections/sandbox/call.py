"""One call to a simulated platform, and the answer it gets."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from .platform import Platform
    from .store import Store


@dataclass
class Answer:
    """What a platform answers. ``outcome`` is "ok" or the error's code, for the call log.

    A body of bytes is sent as it is, any other as JSON, None as nothing.
    """

    body: Any = None
    status: int = 200
    outcome: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class RefusedError(Exception):
    """Ends a call with an error answer; what the call already changed is kept."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.outcome)
        self.answer = answer


@dataclass
class Call:
    """A request as platform code sees it, with notes for the call log.

    ``now`` is the platform's clock in Unix seconds, ``origin`` the sandbox's own
    scheme and host as the client addressed it, ``met`` the conditions it meets by name.
    """

    store: "Store"
    platform: "Platform"
    now: float
    method: str
    host: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    origin: str = ""
    body: bytes = b""
    kind: str = "api"
    met: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    match: Mapping[str, str] = field(default_factory=dict)
    client_id: str | None = None
    login: str | None = None
    account: str | None = None
    spent_refresh: bool = False

    @cached_property
    def params(self) -> Mapping[str, str]:
        return {**self.query, **self.form}

    @cached_property
    def json(self) -> Mapping[str, Any]:
        """The JSON object that was sent; empty where there is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def endpoint(self) -> str:
        return f"{self.method} {self.host}{self.path}"

    @cached_property
    def bearer(self) -> str:
        """The token of the Authorization header; empty when there is none."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""

    @cached_property
    def basic(self) -> tuple[str, str] | None:
        """Client id and secret of HTTP Basic, form-decoded as RFC 6749 section 2.3.1 says."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return unquote_plus(client_id), unquote_plus(secret)

    def lifetime(self, name: str) -> float | None:
        """Seconds a kind of token lives here; None when it has no end."""
        return self.store.lifetimes[self.platform.slug][name]
