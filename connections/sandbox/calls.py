"""The log of calls to the simulated platforms; never a token in it."""

import time
from typing import Any

from .call import Answer, Call
from .clock import iso
from .store import Store

KEPT = 20_000
NO_ANSWER = 0


def record(call: Call, answer: Answer) -> None:
    """Note a call. Times are the machine's: the log is about our own calls."""
    cursor = call.store.run(
        "INSERT INTO call (at, platform, app, account, endpoint, status, outcome, spent_refresh)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        time.time(),
        call.platform.slug,
        call.client_id,
        _account(call),
        call.endpoint,
        answer.status,
        answer.outcome,
        call.spent_refresh,
    )
    if cursor.lastrowid % 500 == 0:
        call.store.run("DELETE FROM call WHERE id <= ?", cursor.lastrowid - KEPT)


def _account(call: Call) -> str | None:
    if call.account or not call.login:
        return call.account
    row = call.store.row(
        "SELECT account FROM account WHERE platform = ? AND login = ? ORDER BY id LIMIT 1",
        call.platform.slug,
        call.login,
    )
    return row["account"] if row else None


def after(store: Store, last_seen: int) -> list[dict[str, Any]]:
    """Return the calls later than ``last_seen``, oldest first."""
    return [
        _entry(row) for row in store.rows("SELECT * FROM call WHERE id > ? ORDER BY id", last_seen)
    ]


def latest(store: Store, count: int) -> list[dict[str, Any]]:
    rows = store.rows("SELECT * FROM call ORDER BY id DESC LIMIT ?", count)
    return [_entry(row) for row in rows]


def _entry(row: Any) -> dict[str, Any]:
    return {**dict(row), "at": iso(row["at"]), "spent_refresh": bool(row["spent_refresh"])}
