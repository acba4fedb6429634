"""What apps publish and prepare at the simulated platforms: all of it is listed, no text is kept."""

import secrets
import sqlite3
from typing import Any

from .call import Answer, Call
from .clock import iso
from .store import Store
from .tokens import Token

DAY = 86400


def keep(call: Call, token: Token, kind: str, *, public: bool, number: str = "") -> str:
    """Note something an app made, in public or not, and return its id."""
    made = number or new_id()
    call.store.run(
        "INSERT INTO post (id, platform, app, account, kind, at, published_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        made,
        call.platform.slug,
        token.client_id,
        token.account,
        kind,
        call.now,
        call.now if public else None,
    )
    return made


def new_id() -> str:
    """Return an id as long as Meta's, which never starts with 0."""
    return "1" + "".join(secrets.choice("0123456789") for _ in range(16))


def find(call: Call, token: Token, number: str) -> sqlite3.Row | None:
    """Return what this account made under an id."""
    return call.store.row(
        "SELECT * FROM post WHERE platform = ? AND account = ? AND id = ?",
        call.platform.slug,
        token.account,
        number,
    )


def publish(call: Call, post: sqlite3.Row) -> None:
    call.store.run("UPDATE post SET published_at = ? WHERE number = ?", call.now, post["number"])


def remove(call: Call, post: sqlite3.Row) -> None:
    call.store.run("DELETE FROM post WHERE number = ?", post["number"])


def status(call: Call, post: sqlite3.Row) -> str:
    """Return a container's status in Meta's words; an unpublished one ends after a day."""
    if post["published_at"] is not None:
        return "PUBLISHED"
    return "EXPIRED" if call.now >= post["at"] + DAY else "FINISHED"


def published_today(call: Call, token: Token) -> int:
    row = call.store.row(
        "SELECT count(*) AS posts FROM post WHERE platform = ? AND account = ?"
        " AND published_at > ?",
        call.platform.slug,
        token.account,
        call.now - DAY,
    )
    return row["posts"]


def quota(call: Call, token: Token, total: int) -> Answer:
    """Answer how many posts of the last day's quota are used, of those asked for."""
    values = {
        "quota_usage": published_today(call, token),
        "config": {"quota_total": total, "quota_duration": DAY},
    }
    names = call.params.get("fields", "quota_usage").split(",")
    return Answer({"data": [{name: values[name] for name in names if name in values}]})


def listing(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return everything in public, and everything prepared that nobody published."""
    found: dict[str, list[dict[str, Any]]] = {"public": [], "unpublished": []}
    for row in store.rows("SELECT * FROM post ORDER BY number"):
        entry = {name: row[name] for name in ("platform", "app", "account", "kind", "id")}
        public = row["published_at"] is not None
        found["public" if public else "unpublished"].append({**entry, "at": iso(row["at"])})
    return found
