"""Codes and tokens: issue them, find them, and say what is wrong with one."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .call import Call

STRANGER = {"name": "Somebody Else", "handle": "@somebodyelse"}


@dataclass(frozen=True)
class Token:
    """``account`` is the profile, Page or channel it is bound to, None for a Facebook person."""

    kind: str
    client_id: str
    login: str
    account: str | None
    scopes: tuple[str, ...]
    issued_at: float
    expires_at: float | None
    used_at: float | None = None
    dead: str | None = None
    digest: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """Why a token is refused: an event's name or "expired"; ``at`` in Unix seconds."""

    cause: str
    at: float


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def issue(call: Call, text: str, like: Token, kind: str, life: float | None, **changes: Any) -> str:
    """Store ``text`` as a token for the same owner as ``like``; returns it."""
    ends = None if life is None else call.now + life
    fresh = replace(
        like,
        kind=kind,
        issued_at=call.now,
        used_at=None,
        dead=None,
        digest=digest(text),
        **{"expires_at": ends, **changes},
    )
    call.store.run(
        "INSERT OR IGNORE INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        fresh.digest,
        kind,
        call.platform.slug,
        fresh.client_id,
        fresh.login,
        fresh.account,
        json.dumps(fresh.scopes),
        fresh.issued_at,
        fresh.expires_at,
        None,
        None,
        json.dumps(fresh.facts),
    )
    return text


def find(call: Call, text: str | None, *kinds: str) -> Token | None:
    """Return the platform's token and note its owner on the call."""
    if not text:
        return None
    row = call.store.row(
        "SELECT * FROM token WHERE digest = ? AND platform = ?", digest(text), call.platform.slug
    )
    if row is None or (kinds and row["kind"] not in kinds):
        return None
    token = _token(row)
    call.client_id, call.login, call.account = token.client_id, token.login, token.account
    return token


def _token(row: sqlite3.Row) -> Token:
    values = {name: row[name] for name in tuple(row.keys()) if name != "platform"}
    values["scopes"] = tuple(json.loads(row["scopes"]))
    values["facts"] = json.loads(row["facts"])
    return Token(**values)


def bound_account(call: Call, token: Token) -> Mapping[str, Any]:
    """Return the account the platform says a token is for; another one while it is swapped."""
    row = call.store.row(
        "SELECT * FROM account WHERE platform = ? AND account = ?",
        call.platform.slug,
        token.account,
    )
    found = {**dict(row), "account": shown_id(call, token.account)}
    return found if found["account"] == token.account else {**found, **STRANGER}


def shown_id(call: Call, account: str) -> str:
    """Return an account's id, or somebody else's of the same shape while accounts are swapped."""
    if "swap_account" not in call.met:
        return account
    number = int(hashlib.sha256(account.encode()).hexdigest(), 16)
    return "1" + str(number)[1 : max(len(account), 8)]


def spend(call: Call, token: Token) -> None:
    call.store.run("UPDATE token SET used_at = ? WHERE digest = ?", call.now, token.digest)


def effects(call: Call, token: Token) -> list[sqlite3.Row]:
    """Return the events in effect on a token, latest first."""
    return call.store.rows(
        "SELECT * FROM effect WHERE platform = ? AND client_id = ? AND login = ?"
        " AND (account IS NULL OR account IS ?) ORDER BY fault_id DESC",
        call.platform.slug,
        token.client_id,
        token.login,
        token.account,
    )


def trouble(call: Call, token: Token) -> Trouble | None:
    """Say why a token is refused now, or None when it works."""
    if token.dead:
        return Trouble(token.dead, call.now)
    for effect in effects(call, token):
        if token.kind in call.platform.ends(effect["fault"]):
            return Trouble(effect["fault"], effect["at"])
    if token.expires_at is not None and token.expires_at <= call.now:
        return Trouble("expired", token.expires_at)
    return None


def granted(call: Call, token: Token) -> tuple[str, ...]:
    """Return the scopes a token still has, less those its person took back."""
    dropped = {row["scope"] for row in effects(call, token) if row["fault"] == "drop_scope"}
    return tuple(scope for scope in token.scopes if scope not in dropped)


def kill(call: Call, token: Token, cause: str) -> None:
    """End every token the token's app holds for its person (on YouTube: for its channel)."""
    account = token.account if call.platform.pick == "channel" else None
    call.store.run(
        "UPDATE token SET dead = ? WHERE platform = ? AND client_id = ? AND login = ?"
        " AND (? IS NULL OR account IS ?) AND dead IS NULL AND kind != 'code'",
        cause,
        call.platform.slug,
        token.client_id,
        token.login,
        account,
        account,
    )


def revoke(call: Call, token: Token) -> None:
    """End the consent itself, as a revoke call does."""
    kill(call, token, "revoke")
    account = token.account if call.platform.pick == "channel" else None
    call.store.run(
        "UPDATE consent SET live = 0 WHERE platform = ? AND client_id = ? AND login = ?"
        " AND (? IS NULL OR account IS ?)",
        call.platform.slug,
        token.client_id,
        token.login,
        account,
        account,
    )
