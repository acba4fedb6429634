"""Erases what a person's login gave us when they ask the platform for that."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from connections import disconnect
from connections.models import Deletion, DeletionOutcome, Grant, PlatformApp, PushOutcome
from connections.pushes.news import News
from connections.pushes.receive import is_current, remember


def erase_on_request(*, app: PlatformApp, news: News, now: datetime) -> Deletion:
    """Erase one login's tokens and personal data; return the request with its status page.

    A request that is delivered again erases nothing further and gives the same page.
    """
    with transaction.atomic():
        push, is_new = remember(app, news, now)
        deletion = Deletion.objects.note(app, news.login_id, now)
        if not is_new:
            return deletion
        outcome, ended = _erase(app, news, now)
        push.outcome = PUSH_OUTCOMES[outcome]
        push.save(update_fields=["outcome"])
        if outcome == DeletionOutcome.ERASED or deletion.erased_at is None:
            deletion.settle(outcome, now)
    for login in ended:
        disconnect.announce_erased(login)
    return deletion


PUSH_OUTCOMES = {
    DeletionOutcome.ERASED: PushOutcome.APPLIED,
    DeletionOutcome.NOTHING_HELD: PushOutcome.UNKNOWN,
    DeletionOutcome.SIGNED_IN_AGAIN: PushOutcome.STALE,
}


def _erase(
    app: PlatformApp, news: News, now: datetime
) -> tuple[DeletionOutcome, Sequence[disconnect.ErasedLogin]]:
    held = Grant.objects.of_login(app, news.login_id).select_for_update(of=("self",))
    grants = list(held.select_related("app").order_by("pk"))
    asked = [grant for grant in grants if is_current(grant, news, now)]
    if asked:
        ended = [disconnect.erase_login(grant=grant, now=now) for grant in asked]
        return DeletionOutcome.ERASED, ended
    return DeletionOutcome.SIGNED_IN_AGAIN if grants else DeletionOutcome.NOTHING_HELD, []
