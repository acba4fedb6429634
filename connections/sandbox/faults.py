"""Faults: things that happen to a consent (events) and ways a platform fails (conditions).

An event is written down per consent it hits, and ends with that person's next
consent. A condition lasts until it is deleted.
"""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from . import directory
from .call import Answer, Call
from .control_error import ControlError
from .platform import Platform
from .registry import PLATFORMS
from .store import Store

EVENTS = ("revoke", "change_password", "drop_scope", "expire", "lose_role", "checkpoint")
CONDITIONS = ("outage", "rate_limit", "slow", "lose_answer", "disable_app")
ROTATE = "rotate_secret"
MODES = ("refuse", "timeout", "503_html", "half_json")
LONGEST_SECONDS = {"retry_after": 86400, "slow": 600}
MOST_LOST = 1000


@dataclass(frozen=True)
class Fault:
    platform: Platform
    client_id: str | None
    account: str | None
    name: str
    extra: dict[str, Any]
    at: float


def add(store: Store, now: float, wanted: dict[str, Any]) -> dict[str, Any]:
    """Start a fault; returns its id, and a rotated secret. Raises ControlError, nothing changed."""
    platform = known_platform(wanted.get("platform"))
    fault = wanted.get("fault")
    if fault not in (*EVENTS, *CONDITIONS, ROTATE):
        raise ControlError(f"There is no fault {fault!r}: see GET /control/table.")
    client_id = _known_app(store, platform, wanted.get("app"))
    account = _known_account(store, platform, wanted.get("account"))
    if fault == ROTATE:
        return _rotate(store, platform, client_id, now)
    extra = _extra(fault, wanted)
    made = Fault(platform, client_id, account, fault, extra, now)
    number = _insert(store, made)
    if fault in EVENTS:
        _spread(store, made, number)
    return {"id": number}


def known_platform(slug: Any) -> Platform:
    if not isinstance(slug, str) or slug not in PLATFORMS:
        raise ControlError(f"There is no platform {slug!r}; there are {', '.join(PLATFORMS)}.")
    return PLATFORMS[slug]


def _known_app(store: Store, platform: Platform, client_id: Any) -> str | None:
    if client_id is None:
        return None
    if not isinstance(client_id, str) or not directory.app(store, platform.slug, client_id):
        raise ControlError(f"{platform.name} has no app {client_id!r}.")
    return client_id


def _known_account(store: Store, platform: Platform, account: Any) -> str | None:
    if account is None:
        return None
    known = isinstance(account, str) and directory.find_account(store, platform.slug, account)
    if not known:
        raise ControlError(f"{platform.name} has no account {account!r}.")
    return account


def _extra(fault: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Check what a fault needs besides its name."""
    match fault:
        case "drop_scope":
            if not isinstance(wanted.get("scope"), str) or not wanted["scope"]:
                raise ControlError("drop_scope needs scope, the scope to drop.")
            return {"scope": wanted["scope"]}
        case "outage":
            if wanted.get("mode") not in MODES:
                raise ControlError(f"outage needs mode: {', '.join(MODES)}.")
            return {"mode": wanted["mode"]}
        case "rate_limit":
            return {"retry_after": _seconds(wanted, "retry_after", LONGEST_SECONDS["retry_after"])}
        case "slow":
            return {"seconds": _seconds(wanted, "seconds", LONGEST_SECONDS["slow"])}
        case "lose_answer":
            return {"count": _count(wanted.get("count"))}
    return {}


def _seconds(wanted: dict[str, Any], name: str, most: int) -> float:
    value = wanted.get(name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= most:
        raise ControlError(
            f"{wanted['fault']} needs {name}: seconds, more than 0 and at most {most}."
        )
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_LOST:
        raise ControlError(f"lose_answer needs count: answers to lose, 1 to {MOST_LOST}.")
    return value


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


def _spread(store: Store, made: Fault, number: int) -> None:
    """Write an event down for every consent it hits; raises ControlError when there is none."""
    platform, name = made.platform, made.name
    if name in platform.unsupported:
        raise ControlError(platform.unsupported[name])
    consents = _consents(store, made)
    if not consents:
        raise ControlError(f"No app holds a consent there that {name} could act on.")
    scope = made.extra.get("scope")
    if scope and not any(scope in json.loads(row["scopes"]) for row in consents):
        raise ControlError(f"{scope} is not among the granted scopes.")
    for client_id, login, account in sorted(_owners(made, consents), key=str):
        store.run(
            "INSERT INTO effect VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            platform.slug,
            client_id,
            login,
            account,
            name,
            scope,
            made.at,
        )


def _owners(made: Fault, consents: list[sqlite3.Row]) -> set[tuple[str, str, str | None]]:
    """Return whom an event hits: at Facebook the whole person, unless a Page's role is lost."""
    whole = made.platform.pick == "pages" and made.name != "lose_role"
    return {(row["client_id"], row["login"], None if whole else row["account"]) for row in consents}


def _consents(store: Store, made: Fault) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT * FROM consent WHERE platform = ? AND (? IS NULL OR client_id = ?)"
        " AND (? IS NULL OR account = ?)",
        made.platform.slug,
        made.client_id,
        made.client_id,
        made.account,
        made.account,
    )


def _rotate(store: Store, platform: Platform, client_id: str | None, now: float) -> dict[str, Any]:
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
    number = _insert(store, Fault(platform, client_id, None, ROTATE, {}, now))
    store.run("DELETE FROM fault WHERE id = ?", number)
    return {"id": number, "secret": secret}


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


def undo_events(
    store: Store, platform: Platform, client_id: str, login: str, accounts: list[str]
) -> None:
    """End the events a new consent undoes; tokens killed by them stay dead."""
    rows = store.rows(
        "SELECT * FROM effect WHERE platform = ? AND client_id = ? AND login = ? ORDER BY fault_id",
        platform.slug,
        client_id,
        login,
    )
    for row in rows:
        if row["account"] is None or row["account"] in accounts:
            _undo(store, platform, row)


def _undo(store: Store, platform: Platform, effect: sqlite3.Row) -> None:
    owner = (effect["platform"], effect["client_id"], effect["login"])
    if effect["fault"] in platform.kills:
        store.run(
            "UPDATE token SET dead = ? WHERE platform = ? AND client_id = ? AND login = ?"
            " AND (? IS NULL OR account IS ?) AND dead IS NULL AND kind != 'code'",
            effect["fault"],
            *owner,
            effect["account"],
            effect["account"],
        )
    store.run(
        "DELETE FROM effect WHERE fault_id = ? AND platform = ? AND client_id = ? AND login = ?"
        " AND account IS ?",
        effect["fault_id"],
        *owner,
        effect["account"],
    )
    store.run(
        "DELETE FROM fault WHERE id = ? AND NOT EXISTS"
        " (SELECT 1 FROM effect WHERE fault_id = fault.id)",
        effect["fault_id"],
    )


def conditions(call: Call) -> dict[str, dict[str, Any]]:
    """Return the conditions a call meets, by name; the latest of each counts."""
    rows = call.store.rows(
        "SELECT * FROM fault WHERE platform = ? AND (client_id IS NULL OR client_id = ?)"
        " ORDER BY id",
        call.platform.slug,
        call.client_id,
    )
    return {
        row["fault"]: {"id": row["id"], **json.loads(row["extra"])}
        for row in rows
        if row["fault"] in CONDITIONS and _meets(call, row["account"])
    }


def _meets(call: Call, account: str | None) -> bool:
    if account is None or account == call.account:
        return True
    if call.account or not call.login:
        return False
    row = directory.find_account(call.store, call.platform.slug, account)
    return row["login"] == call.login


def loses(call: Call, answer: Answer, met: dict[str, dict[str, Any]]) -> bool:
    """Say whether a token endpoint's good answer is lost, and count it."""
    fault = met.get("lose_answer")
    if not fault or call.kind != "token" or answer.outcome != "ok":
        return False
    if fault["count"] > 1:
        left = json.dumps({"count": fault["count"] - 1})
        call.store.run("UPDATE fault SET extra = ? WHERE id = ?", left, fault["id"])
    else:
        call.store.run("DELETE FROM fault WHERE id = ?", fault["id"])
    return True
