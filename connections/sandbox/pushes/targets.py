"""Where an app wants to be told, and what X signs with; this machine's addresses only."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connections.sandbox.control_error import ControlError
from connections.sandbox.guard import LOOPBACK
from connections.sandbox.platform import Platform
from connections.sandbox.store import Store

LONGEST = 500  # characters of an address


@dataclass(frozen=True)
class Target:
    """``url`` ends in a slash; ``secret`` is the app's own, ``consumer_secret`` X's other one."""

    platform: str
    client_id: str
    url: str
    secret: str = field(repr=False)
    consumer_secret: str = field(default="", repr=False)

    @property
    def can_sign(self) -> bool:
        """Say whether the secret that this platform signs with is known."""
        return bool(self.consumer_secret) or self.platform != "x"


def names_target(wanted: dict[str, Any]) -> bool:
    return bool({"push_url", "consumer_secret"} & wanted.keys())


def keep(store: Store, platform: Platform, client_id: str, wanted: dict[str, Any]) -> None:
    """Change what is named of an app's target; an empty ``push_url`` ends it. Raises ControlError."""
    if not names_target(wanted):
        return
    row = _row(store, platform.slug, client_id)
    url = _address(wanted["push_url"]) if "push_url" in wanted else row["url"] if row else ""
    secret = row["consumer_secret"] if row else ""
    if "consumer_secret" in wanted:
        secret = _secret(platform, wanted["consumer_secret"])
    store.run(
        "INSERT OR REPLACE INTO push_target VALUES (?, ?, ?, ?)",
        platform.slug,
        client_id,
        url,
        secret,
    )


def _address(text: Any) -> str:
    if text in (None, ""):
        return ""
    if not isinstance(text, str) or len(text) > LONGEST or not _is_ours(text):
        raise ControlError("push_url is an http address of this machine, such as 127.0.0.1.")
    return text if text.endswith("/") else f"{text}/"


def _is_ours(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme == "http"
            and parts.hostname in LOOPBACK
            and parts.port != 0
            and not (parts.query or parts.fragment or "@" in parts.netloc)
        )
    except ValueError:
        return False


def _secret(platform: Platform, text: Any) -> str:
    if platform.slug != "x":
        raise ControlError(f"{platform.name} apps have no consumer_secret; those of X do.")
    if not isinstance(text, str):
        raise ControlError("consumer_secret is a text.")
    return text


def find(store: Store, platform: str, client_id: str) -> Target | None:
    """Return where an app wants to be told; None where it did not say."""
    row = _row(store, platform, client_id)
    if row is None or not row["url"]:
        return None
    return Target(platform, client_id, row["url"], row["secret"], row["consumer_secret"])


def _row(store: Store, platform: str, client_id: str) -> Any:
    return store.row(
        "SELECT t.*, a.secret FROM push_target t JOIN app a"
        " ON a.platform = t.platform AND a.client_id = t.client_id"
        " WHERE t.platform = ? AND t.client_id = ?",
        platform,
        client_id,
    )
