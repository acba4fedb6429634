"""Conditions: which of them a call meets, and what they do to its time and its answer."""

import json
from typing import Any

from . import clock, directory
from .call import Answer, Call
from .fault_kinds import CONDITIONS


def meet(call: Call) -> None:
    """Note the conditions a call meets, and set its time by the platform's own clock."""
    call.met = _conditions(call)
    call.now = clock.now(call.store) + ahead(call)


def ahead(call: Call) -> float:
    """Return by how many seconds the platform's clock is ahead of the sandbox's."""
    return call.met.get("skew_clock", {}).get("seconds", 0)


def end(call: Call, name: str) -> None:
    """End a condition that happens once."""
    call.store.run("DELETE FROM fault WHERE id = ?", call.met[name]["id"])


def _conditions(call: Call) -> dict[str, dict[str, Any]]:
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


def loses(call: Call, answer: Answer) -> bool:
    """Say whether a token endpoint's good answer is lost, and count it."""
    fault = call.met.get("lose_answer")
    if not fault or call.kind != "token" or answer.outcome != "ok":
        return False
    if fault["count"] > 1:
        left = json.dumps({"count": fault["count"] - 1})
        call.store.run("UPDATE fault SET extra = ? WHERE id = ?", left, fault["id"])
    else:
        call.store.run("DELETE FROM fault WHERE id = ?", fault["id"])
    return True
