"""Events: what happened to consents, written down for each one, until the next consent."""

import json
import sqlite3

from .control_error import ControlError
from .platform import Platform
from .store import Store

# At Facebook these hit one Page; everything else hits the person, and so every Page.
OF_ONE_PAGE = frozenset({"lose_role", "delete_account"})
Owner = tuple[str, str, str | None]  # client id, login, account or None for all of the login


def spread(store: Store, platform: Platform, made: sqlite3.Row) -> tuple[Owner, ...]:
    """Write a new fault down for every consent it hits, and return those.

    Raises ControlError when there is none it could act on.
    """
    name, scope = made["fault"], json.loads(made["extra"]).get("scope")
    consents = _consents(store, made)
    if not consents:
        raise ControlError(f"No app holds a consent there that {name} could act on.")
    if scope and not any(scope in json.loads(row["scopes"]) for row in consents):
        raise ControlError(f"{scope} is not among the granted scopes.")
    owners = sorted(_owners(platform, name, consents), key=str)
    if name == "kill_refresh" and not any(_renews(store, platform, one) for one in owners):
        raise ControlError(f"{platform.name} gave no refresh token there that could be ended.")
    for client_id, login, account in owners:
        store.run(
            "INSERT INTO effect VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            made["id"],
            platform.slug,
            client_id,
            login,
            account,
            name,
            scope,
            made["at"],
        )
    return tuple(owners)


def _owners(platform: Platform, name: str, consents: list[sqlite3.Row]) -> set[Owner]:
    whole = platform.pick == "pages" and name not in OF_ONE_PAGE
    return {(row["client_id"], row["login"], None if whole else row["account"]) for row in consents}


def _consents(store: Store, made: sqlite3.Row) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT * FROM consent WHERE platform = ? AND (? IS NULL OR client_id = ?)"
        " AND (? IS NULL OR account = ?)",
        made["platform"],
        made["client_id"],
        made["client_id"],
        made["account"],
        made["account"],
    )


def _renews(store: Store, platform: Platform, owner: Owner) -> bool:
    client_id, login, account = owner
    found = store.row(
        "SELECT 1 FROM token WHERE platform = ? AND client_id = ? AND login = ?"
        " AND account IS ? AND kind = 'refresh' AND dead IS NULL",
        platform.slug,
        client_id,
        login,
        account,
    )
    return found is not None


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
    for kind in platform.ends(effect["fault"]):
        store.run(
            "UPDATE token SET dead = ? WHERE platform = ? AND client_id = ? AND login = ?"
            " AND (? IS NULL OR account IS ?) AND dead IS NULL AND kind = ?",
            effect["fault"],
            *owner,
            effect["account"],
            effect["account"],
            kind,
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
