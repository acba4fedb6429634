"""Apps, people and their accounts at the simulated platforms."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from .clock import iso
from .control_error import ControlError
from .platform import Platform
from .pushes import targets
from .store import Store

APP_SETTINGS = {
    "nested": "instagram: exchange and me answer inside a data list",
    "tiktok_error_status": "tiktok: HTTP status of token errors, 200 or 400",
    "linkedin_refresh": "linkedin: whether the app gets refresh tokens",
}


@dataclass(frozen=True)
class App:
    platform: str
    client_id: str
    secret: str
    name: str
    redirect_uris: tuple[str, ...]
    settings: dict[str, Any]


def app(store: Store, platform: str, client_id: str | None) -> App | None:
    row = store.row("SELECT * FROM app WHERE platform = ? AND client_id = ?", platform, client_id)
    return _app(row) if row else None


def apps(store: Store, platform: str | None = None) -> list[App]:
    rows = store.rows(
        "SELECT * FROM app WHERE ? IS NULL OR platform = ? ORDER BY rowid", platform, platform
    )
    return [_app(row) for row in rows]


def _app(row: sqlite3.Row) -> App:
    return App(
        row["platform"],
        row["client_id"],
        row["secret"],
        row["name"],
        tuple(json.loads(row["redirect_uris"])),
        json.loads(row["settings"]),
    )


def keep_app(store: Store, platform: Platform, wanted: dict[str, Any]) -> App:
    """Create or update an app; an existing secret stays unless ``overwrite``. Raises ControlError.

    Of a known app, where it wants to be told of news can be changed alone.
    """
    client_id = _text(wanted, "client_id")
    known = app(store, platform.slug, client_id)
    if not (known and targets.names_target(wanted) and "redirect_uris" not in wanted):
        _write_app(store, platform, client_id, known, wanted)
    targets.keep(store, platform, client_id, wanted)
    return app(store, platform.slug, client_id)


def _write_app(
    store: Store, platform: Platform, client_id: str, known: App | None, wanted: dict[str, Any]
) -> None:
    secret = wanted.get("client_secret", "")
    if not isinstance(secret, str):
        raise ControlError("client_secret is a text; leave it out for a public client.")
    if known and wanted.get("overwrite") is not True:
        secret = known.secret
    store.run(
        "INSERT OR REPLACE INTO app VALUES (?, ?, ?, ?, ?, ?)",
        platform.slug,
        client_id,
        secret,
        _text(wanted, "name"),
        json.dumps(_addresses(wanted)),
        json.dumps(_settings(wanted)),
    )


def _text(wanted: dict[str, Any], name: str, default: str | None = None) -> str:
    value = wanted.get(name, default)
    if not isinstance(value, str) or not value.strip():
        raise ControlError(f"{name} is missing or not a text.")
    return value


def _addresses(wanted: dict[str, Any]) -> list[str]:
    uris = wanted.get("redirect_uris")
    valid = isinstance(uris, list) and uris and all(isinstance(uri, str) for uri in uris)
    if not valid or not all(uri.startswith(("http://", "https://")) for uri in uris):
        raise ControlError("redirect_uris is a list of http or https addresses.")
    return uris


def _settings(wanted: dict[str, Any]) -> dict[str, Any]:
    settings = wanted.get("settings", {})
    if not isinstance(settings, dict) or not settings.keys() <= APP_SETTINGS.keys():
        raise ControlError(f"settings knows {', '.join(APP_SETTINGS)}.")
    return settings


def keep_login(store: Store, platform: Platform, wanted: dict[str, Any]) -> str:
    """Create or update a person with their accounts; raises ControlError."""
    login = _text(wanted, "login")
    accounts = wanted.get("accounts")
    if not isinstance(accounts, list) or not all(isinstance(one, dict) for one in accounts):
        raise ControlError("accounts is a list of objects.")
    if not platform.pick and len(accounts) != 1:
        raise ControlError(f"A login at {platform.name} has exactly one account.")
    store.run(
        "INSERT INTO login VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
        platform.slug,
        login,
        _text(wanted, "name", login),
    )
    for account in accounts:
        _keep_account(store, platform, login, account)
    return login


def _keep_account(store: Store, platform: Platform, login: str, wanted: dict[str, Any]) -> None:
    account = _text(wanted, "account")
    if platform.numeric_accounts and not account.isdecimal():
        raise ControlError(f"{platform.name} account ids are digits only, not {account}.")
    known = find_account(store, platform.slug, account)
    if known and known["login"] != login:
        raise ControlError(f"{platform.name} account {account} already belongs to another login.")
    name = _text(wanted, "name", account)
    store.run(
        "INSERT INTO account (platform, account, login, handle, name, kind) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, account) DO UPDATE SET handle = excluded.handle,"
        " name = excluded.name, kind = excluded.kind",
        platform.slug,
        account,
        login,
        _text(wanted, "handle", name),
        name,
        _text(wanted, "kind", platform.account_kind),
    )


def find_account(store: Store, platform: str, account: str | None) -> sqlite3.Row | None:
    return store.row("SELECT * FROM account WHERE platform = ? AND account = ?", platform, account)


def accounts_of(store: Store, platform: str, login: str) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT * FROM account WHERE platform = ? AND login = ? ORDER BY id", platform, login
    )


def logins(store: Store, platform: str, search: str = "") -> list[sqlite3.Row]:
    pattern = f"%{search.lower()}%"
    return store.rows(
        "SELECT l.*, group_concat(a.name, ', ') AS reaches FROM login l LEFT JOIN account a"
        " ON a.platform = l.platform AND a.login = l.login WHERE l.platform = ?"
        " GROUP BY l.rowid HAVING lower(l.login || ' ' || l.name || ' ' || ifnull(reaches, ''))"
        " LIKE ? ORDER BY l.rowid",
        platform,
        pattern,
    )


def find_login(store: Store, platform: str, login: str | None) -> sqlite3.Row | None:
    return store.row("SELECT * FROM login WHERE platform = ? AND login = ?", platform, login)


def subject(login: str, digits: int = 16) -> str:
    """Derive a stable numeric person id, which never starts with 0."""
    number = int(hashlib.sha256(login.encode()).hexdigest(), 16)
    return "1" + str(number)[: digits - 1]


LISTED = """
SELECT a.platform, c.client_id AS app, a.account, a.login, a.handle, a.name, a.kind, c.scopes,
  (SELECT max(ifnull(t.expires_at, 1e15)) FROM token t WHERE t.platform = c.platform
    AND t.client_id = c.client_id AND t.login = c.login AND t.account = c.account
    AND t.kind = 'access') AS expires_at,
  (SELECT max(t.expires_at) FROM token t WHERE t.platform = c.platform
    AND t.client_id = c.client_id AND t.login = c.login AND t.account IS NULL
    AND t.kind = 'access') AS person_expires_at
FROM account a LEFT JOIN consent c ON c.platform = a.platform AND c.account = a.account
ORDER BY a.platform, a.id, c.rowid
"""


def listing(store: Store) -> list[dict[str, Any]]:
    """Return one row per account and app that holds a consent; ``app`` None where none does."""
    effects = store.rows("SELECT * FROM effect ORDER BY fault_id")
    conditions = store.rows(
        "SELECT f.* FROM fault f WHERE NOT EXISTS (SELECT 1 FROM effect e WHERE e.fault_id = f.id)"
    )
    return [_listed(row, effects, conditions) for row in store.rows(LISTED)]


def _listed(
    row: sqlite3.Row, effects: list[sqlite3.Row], conditions: list[sqlite3.Row]
) -> dict[str, Any]:
    hits = [one for one in effects if _hits(one, row)]
    dropped = {one["scope"] for one in hits}
    faults = [one["fault"] for one in hits]
    faults += [one["fault"] for one in conditions if _covers(one, row)]
    ends = row["expires_at"] or row["person_expires_at"]
    return {
        "platform": row["platform"],
        "app": row["app"],
        "account": row["account"],
        "login": row["login"],
        "handle": row["handle"],
        "name": row["name"],
        "kind": row["kind"],
        "scopes": [one for one in json.loads(row["scopes"] or "[]") if one not in dropped],
        "expires_at": iso(ends if ends and ends < 1e15 else None),
        "faults": list(dict.fromkeys(faults)),
    }


def _hits(effect: sqlite3.Row, row: sqlite3.Row) -> bool:
    owner = (effect["platform"], effect["client_id"], effect["login"])
    return owner == (row["platform"], row["app"], row["login"]) and effect["account"] in (
        None,
        row["account"],
    )


def _covers(condition: sqlite3.Row, row: sqlite3.Row) -> bool:
    return (
        condition["platform"] == row["platform"]
        and condition["client_id"] in (None, row["app"])
        and condition["account"] in (None, row["account"])
    )
