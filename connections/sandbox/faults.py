"""Faults: things that happen to a consent (events) and ways a platform fails (conditions).

An event is written down per consent it hits, and ends with that person's next
consent. A condition lasts until it is deleted.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from . import directory, events
from .control_error import ControlError
from .fault_kinds import CONDITIONS, EVENTS, LABELS, ROTATE, parameters
from .platform import Platform
from .registry import PLATFORMS
from .store import Store


@dataclass(frozen=True)
class Fault:
    platform: Platform
    client_id: str | None
    account: str | None
    name: str
    extra: dict[str, Any]
    at: float


@dataclass(frozen=True)
class Made:
    """A fault that has begun: its id, a rotated secret, and the consents an event hit."""

    fault: Fault
    number: int
    secret: str | None = None
    owners: tuple[events.Owner, ...] = ()

    def shown(self) -> dict[str, Any]:
        return {"id": self.number} | ({"secret": self.secret} if self.secret else {})


def add(store: Store, now: float, wanted: dict[str, Any]) -> Made:
    """Start a fault. Raises ControlError, nothing changed."""
    platform = known_platform(wanted.get("platform"))
    fault = wanted.get("fault")
    if not isinstance(fault, str) or fault not in LABELS:
        raise ControlError(f"There is no fault {fault!r}: see GET /control/table.")
    if fault in platform.unsupported:
        raise ControlError(platform.unsupported[fault])
    client_id = known_app(store, platform, wanted.get("app"))
    account = known_account(store, platform, wanted.get("account"))
    if fault == ROTATE:
        return _rotate(store, platform, client_id, now)
    made = Fault(platform, client_id, account, fault, parameters(fault, wanted), now)
    number = _insert(store, made)
    if fault not in EVENTS:
        return Made(made, number)
    row = store.row("SELECT * FROM fault WHERE id = ?", number)
    return Made(made, number, owners=events.spread(store, platform, row))


def known_platform(slug: Any) -> Platform:
    if not isinstance(slug, str) or slug not in PLATFORMS:
        raise ControlError(f"There is no platform {slug!r}; there are {', '.join(PLATFORMS)}.")
    return PLATFORMS[slug]


def known_app(store: Store, platform: Platform, client_id: Any) -> str | None:
    if client_id is None:
        return None
    if not isinstance(client_id, str) or not directory.app(store, platform.slug, client_id):
        raise ControlError(f"{platform.name} has no app {client_id!r}.")
    return client_id


def known_account(store: Store, platform: Platform, account: Any) -> str | None:
    if account is None:
        return None
    known = isinstance(account, str) and directory.find_account(store, platform.slug, account)
    if not known:
        raise ControlError(f"{platform.name} has no account {account!r}.")
    return account


def _insert(store: Store, made: Fault) -> int:
    cursor = store.run(
        "INSERT INTO fault (platform, client_id, account, fault, extra, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        made.platform.slug,
        made.client_id,
        made.account,
        made.name,
        json.dumps(made.extra),
        made.at,
    )
    return cursor.lastrowid


def _rotate(store: Store, platform: Platform, client_id: str | None, now: float) -> Made:
    """Give an app a new secret; the old one is refused from now on."""
    apps = directory.apps(store, platform.slug)
    if client_id is None and len(apps) != 1:
        raise ControlError(f"{platform.name} has {len(apps)} apps: rotate_secret needs app.")
    client_id = client_id or apps[0].client_id
    secret = secrets.token_urlsafe(24)
    store.run(
        "UPDATE app SET secret = ? WHERE platform = ? AND client_id = ?",
        secret,
        platform.slug,
        client_id,
    )
    made = Fault(platform, client_id, None, ROTATE, {}, now)
    number = _insert(store, made)
    store.run("DELETE FROM fault WHERE id = ?", number)
    return Made(made, number, secret)


def remove(store: Store, number: int) -> bool:
    """End one fault, an event as if it had never happened; False when the id was never given."""
    store.run("DELETE FROM fault WHERE id = ?", number)
    last = store.row("SELECT seq FROM sqlite_sequence WHERE name = 'fault'")
    return 0 < number <= (last["seq"] if last else 0)


def remove_conditions(store: Store) -> None:
    """End every condition; events stay until a new consent."""
    for condition in CONDITIONS:
        store.run("DELETE FROM fault WHERE fault = ?", condition)


def active(store: Store) -> list[dict[str, Any]]:
    rows = store.rows("SELECT * FROM fault ORDER BY id DESC")
    return [{**dict(row), "extra": json.loads(row["extra"])} for row in rows]
