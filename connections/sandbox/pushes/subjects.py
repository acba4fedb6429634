"""How a platform names people and refresh tokens to an app."""

import json

from connections.sandbox import directory
from connections.sandbox.events import Owner
from connections.sandbox.platform import Platform
from connections.sandbox.store import Store

HASH, PREFIX = "hash_base64_sha512_sha512", "prefix"


def subject(platform: Platform, owner: Owner) -> str:
    """Return a person's id as this app knows it: the account's, or a number of their own."""
    _, login, account = owner
    if platform.pick == "channel":
        return directory.subject(login, digits=21)
    return directory.subject(login) if platform.pick == "pages" or not account else account


def identifiers(store: Store, owner: Owner) -> dict[str, str]:
    """Return what Google names the newest refresh token of a consent by; empty without one."""
    client_id, login, account = owner
    rows = store.rows(
        "SELECT facts FROM token WHERE platform = 'youtube' AND client_id = ? AND login = ?"
        " AND account IS ? AND kind = 'refresh' ORDER BY rowid DESC LIMIT 1",
        client_id,
        login,
        account,
    )
    return json.loads(rows[0]["facts"]).get("identifiers", {}) if rows else {}
