"""Pushes ordered on purpose, also such as no honest platform would send."""

import time
from dataclasses import dataclass, replace
from typing import Any

from connections.sandbox import directory, faults
from connections.sandbox.control_error import ControlError
from connections.sandbox.events import Owner
from connections.sandbox.platform import Platform
from connections.sandbox.store import Store

from . import google_keys, letters, subjects, targets
from .letters import Draft
from .news import delivery
from .outbox import Delivery
from .targets import Target

TAMPERS = ("signature", "stale", "replay", "unknown_account", "other_app")
STALE_BY = 2 * 86400  # seconds
MOST_TIMES = 50
ALGORITHMS = {"hash": subjects.HASH, "prefix": subjects.PREFIX}
UNKNOWN_TOKEN = "1//0gNobodyHoldsThisRefreshToken"


@dataclass(frozen=True)
class Order:
    delivery: Delivery
    times: int


def read(store: Store, wanted: dict[str, Any]) -> Order:
    """Write the push that was ordered. Raises ControlError."""
    platform = faults.known_platform(wanted.get("platform"))
    event, tamper = _event(platform, wanted), _tamper(wanted)
    target = _target(store, platform, wanted)
    owner = _owner(store, platform, target, wanted)
    draft = Draft(
        target=target,
        event=event,
        subject=_subject_of(platform, owner, event, wanted),
        at=int(time.time()) - (STALE_BY if tamper == "stale" else 0),
        app=f"{target.client_id}-other" if tamper == "other_app" else target.client_id,
        token=_token(store, owner, event, wanted),
        spoiled=tamper == "signature",
    )
    if tamper == "unknown_account":
        draft = replace(draft, subject="1000000000000001", token=_of_nobody(draft.token))
    letter = delivery(store, draft, _details(event, wanted))
    return Order(letter, _times(wanted, least=2 if tamper == "replay" else 1))


def _event(platform: Platform, wanted: dict[str, Any]) -> str:
    known = letters.EVENTS.get(platform.slug, ())
    if not known:
        raise ControlError(f"{platform.name} tells apps nothing unasked.")
    if wanted.get("event") not in known:
        raise ControlError(f"{platform.name} tells of {', '.join(known)}.")
    return wanted["event"]


def _tamper(wanted: dict[str, Any]) -> str | None:
    tamper = wanted.get("tamper")
    if tamper is not None and tamper not in TAMPERS:
        raise ControlError(f"tamper is one of {', '.join(TAMPERS)}.")
    return tamper


def _times(wanted: dict[str, Any], *, least: int) -> int:
    times = wanted.get("times", least)
    if not isinstance(times, int) or isinstance(times, bool) or not least <= times <= MOST_TIMES:
        raise ControlError(f"times is a whole number, {least} to {MOST_TIMES}.")
    return times


def _target(store: Store, platform: Platform, wanted: dict[str, Any]) -> Target:
    client_id = faults.known_app(store, platform, wanted.get("app"))
    ids = (
        [client_id]
        if client_id
        else [one.client_id for one in directory.apps(store, platform.slug)]
    )
    found = [target for one in ids if (target := targets.find(store, platform.slug, one))]
    if len(found) != 1:
        raise ControlError(f"{len(found)} apps with a push_url fit: name one that has it as app.")
    if not found[0].can_sign:
        raise ControlError("X signs with the app's consumer_secret, and it has none.")
    return found[0]


def _owner(
    store: Store, platform: Platform, target: Target, wanted: dict[str, Any]
) -> Owner | None:
    account = faults.known_account(store, platform, wanted.get("account"))
    row = store.row(
        "SELECT login, account FROM consent WHERE platform = ? AND client_id = ?"
        " AND (? IS NULL OR account = ?) ORDER BY rowid LIMIT 1",
        platform.slug,
        target.client_id,
        account,
        account,
    )
    return (target.client_id, row["login"], row["account"]) if row else None


def _subject_of(platform: Platform, owner: Owner | None, event: str, wanted: dict[str, Any]) -> str:
    if event == "verification":
        return ""
    if owner is None:
        raise ControlError("Nobody there has consented to this app: name an account that has.")
    return owner[2] if wanted.get("profile") is True else subjects.subject(platform, owner)


def _details(event: str, wanted: dict[str, Any]) -> dict[str, Any]:
    reason, state = wanted.get("reason"), wanted.get("state")
    if event == "authorization_removed" and reason is not None and reason not in range(6):
        raise ControlError("reason is a number from 0 to 5.")
    if event == "account_disabled" and reason not in (None, "hijacking", "bulk-account"):
        raise ControlError("reason is hijacking, bulk-account or left out.")
    if state is not None and not isinstance(state, str):
        raise ControlError("state is a text.")
    flags = {name: wanted.get(name) is True for name in ("legacy", "profile")}
    given = {"reason": reason, "state": state}
    return flags | {name: value for name, value in given.items() if value is not None}


def _token(store: Store, owner: Owner | None, event: str, wanted: dict[str, Any]) -> dict[str, str]:
    if event != "token_revoked":
        return {}
    algorithm = ALGORITHMS.get(wanted.get("identifier", "hash"))
    if algorithm is None:
        raise ControlError("identifier is hash or prefix.")
    known = subjects.identifiers(store, owner) if owner else {}
    if not known:
        raise ControlError("No refresh token was given there that could be named.")
    return {algorithm: known[algorithm]}


def _of_nobody(token: Any) -> dict[str, str]:
    unknown = google_keys.identifiers(UNKNOWN_TOKEN)
    return {algorithm: unknown[algorithm] for algorithm in token}
