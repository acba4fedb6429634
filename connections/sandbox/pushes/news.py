"""What follows from a fault: the platform tells every app whose access has ended."""

import time
from collections.abc import Mapping
from typing import Any

from connections.sandbox.events import Owner
from connections.sandbox.faults import Made
from connections.sandbox.platform import Platform
from connections.sandbox.store import Store

from . import letters, subjects, targets
from .letters import Draft
from .outbox import Delivery
from .targets import Target

# By platform and fault: which event it is there, and TikTok's number for the reason.
NEWS_OF: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {
    ("facebook", "revoke"): ("deauthorize", {}),
    ("instagram", "revoke"): ("deauthorize", {}),
    ("threads", "revoke"): ("deauthorize", {}),
    ("x", "revoke"): ("oauth_revoke", {}),
    ("tiktok", "revoke"): ("authorization_removed", {"reason": 1}),
    ("tiktok", "delete_account"): ("authorization_removed", {"reason": 2}),
    ("youtube", "revoke"): ("token_revoked", {}),
}


def news_of(store: Store, made: Made) -> list[Delivery]:
    """Write one letter for every consent a fault has ended and whose app listens."""
    platform = made.fault.platform
    known = NEWS_OF.get((platform.slug, made.fault.name))
    if known is None:
        return []
    event, details = known
    found = []
    for owner in made.owners:
        target = targets.find(store, platform.slug, owner[0])
        if target and target.can_sign:
            draft = _draft(store, platform, target, owner, event)
            found.append(delivery(store, draft, details))
    return found


def _draft(store: Store, platform: Platform, target: Target, owner: Owner, event: str) -> Draft:
    token = {}
    if event == "token_revoked":
        known = subjects.identifiers(store, owner)
        token = {subjects.HASH: known[subjects.HASH]} if known else {}
        event = event if token else "tokens_revoked"
    subject = subjects.subject(platform, owner)
    return Draft(target, event, subject, int(time.time()), target.client_id, token=token)


def delivery(store: Store, draft: Draft, details: Mapping[str, Any]) -> Delivery:
    return Delivery(draft.target, draft.event, draft.subject, letters.write(store, draft, details))
