"""What every simulated platform has in common."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import Match
from typing import ClassVar

from .call import Answer, Call, RefusedError

Handler = Callable[[Call], Answer]

KILLING = frozenset({"revoke", "change_password", "expire", "checkpoint"})

# These events refuse one kind of token only: the other kind goes on being answered.
REFUSED_KINDS = {"reject_token": ("access",), "kill_refresh": ("refresh",)}

NO_ROLES = "{name} profiles have no roles that could be lost."
NO_DATA_ACCESS = "{name} sets no time after which data may not be read; Facebook does."
NO_FALSE_WORD = "{name} is not known to call a good sign-in removed; LinkedIn is."
NO_DELETED_ACCOUNT = "{name} tells a deleted profile from removed access in no way: use revoke."
NO_REFRESH_TOKEN = "{name} has no refresh token that could end on its own."
NO_PUBLISHING = "The simulated {name} has nothing to publish with that could be refused."

# Where a platform has no words of its own for a reason, it answers as for the wider one.
WIDER = {
    "code_used": "code_unknown",
    "code_expired": "code_unknown",
    "bad_verifier": "code_unknown",
    "redirect_mismatch": "code_unknown",
    "refresh_used": "refresh_invalid",
    "unknown_client": "bad_secret",
}


@dataclass(frozen=True)
class Route:
    """``kind`` is "consent" (a person's page), "token" (may consume something), "publish" or "api"."""

    methods: str
    host: str
    path: str
    handler: Handler | None
    kind: str = "api"

    def match(self, host: str, path: str) -> Match[str] | None:
        return re.fullmatch(self.host, host) and re.fullmatch(self.path, path)


class Platform:
    """One platform's data; its file adds routes and error bodies."""

    slug: ClassVar[str]
    name: ClassVar[str]
    routes: ClassVar[tuple[Route, ...]]
    token_errors: ClassVar[Mapping[str, Answer]]

    client_field = "client_id"
    separators = " "
    kills: ClassVar[frozenset[str]] = KILLING
    lacks: ClassVar[Mapping[str, str]] = {}
    pick: ClassVar[str | None] = None
    account_kind = "profile"
    numeric_accounts = False
    all_or_nothing = False
    pkce_required = False
    hex_challenge = False
    redirect_suffix = ""

    @property
    def unsupported(self) -> dict[str, str]:
        """Return the faults this platform cannot have, each with a sentence why."""
        return {fault: reason.format(name=self.name) for fault, reason in self.lacks.items()}

    def ends(self, fault: str) -> tuple[str, ...]:
        """Return the kinds of tokens that an event makes this platform refuse."""
        whole = ("access", "refresh") if fault in self.kills else ()
        return REFUSED_KINDS.get(fault, whole)

    def refuse(self, call: Call, reason: str) -> RefusedError:
        """Return the token endpoint's refusal for a reason of ``WIDER``."""
        errors = self.token_errors
        return RefusedError(errors.get(reason) or errors[WIDER[reason]])

    def credentials(self, call: Call) -> tuple[str, str]:
        """Return client id and secret as this platform takes them."""
        return call.params.get(self.client_field, ""), call.params.get("client_secret", "")

    def denial(self) -> dict[str, str]:
        return {"error": "access_denied"}

    def redirect_extra(self, scopes: tuple[str, ...]) -> dict[str, str]:
        return {}

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        raise NotImplementedError

    def app_disabled(self, call: Call) -> Answer:
        raise NotImplementedError

    def malformed(self, call: Call) -> Answer:
        """Return the answer to a request this platform claims not to understand."""
        raise NotImplementedError

    def publishing_refused(self, call: Call) -> Answer:
        """Return the permission error of the endpoints that publish."""
        raise NotImplementedError

    def not_allowed(self, call: Call) -> Answer:
        return Answer({"error": "method_not_allowed"}, 405, "method_not_allowed")

    def split_scopes(self, text: str) -> tuple[str, ...]:
        parts = re.split(f"[{self.separators}]+", text.strip())
        return tuple(dict.fromkeys(part for part in parts if part))


def retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(math.ceil(seconds))}
