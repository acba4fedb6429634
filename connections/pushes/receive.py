"""Believes a push or refuses it, notes it once, and has the accounts it is about checked.

What a platform says is evidence, never a verdict: the status of an account changes only
when the platform itself is asked, which happens within a second.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from connections import signals
from connections.models import Connection, Grant, PlatformApp, Push, PushOutcome, RefusedPushes
from connections.models.push import KEPT_FOR
from connections.platforms.wire import Secret
from connections.pushes.doors import Door
from connections.pushes.google_keys import public_key
from connections.pushes.news import (
    ENDING,
    CannotVerify,
    Delivery,
    Kind,
    News,
    NotGenuine,
    Recipient,
)
from connections.vault import VaultError, open_field

log = logging.getLogger(__name__)

# Platforms write whole seconds: an event of the consent's own second is not older than it.
NOT_TOLD = {"told_gone_at": None, "told_gone_as": "", "told_gone_cause": ""}
SAME_SECOND = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class About:
    """A login that an event concerns, and which of its connections."""

    grant: Grant
    connections: tuple[Connection, ...]
    is_whole_login: bool


def believe(app: PlatformApp, door: Door, delivery: Delivery, now: datetime) -> tuple[News, ...]:
    """Return what a push says. Raises ``NotGenuine``, which is counted, or ``CannotVerify``."""
    try:
        return door.read(delivery, recipient_of(app, door), now)
    except NotGenuine as refusal:
        refuse(app, str(refusal), now)
        raise
    except CannotVerify as doubt:
        log.error("push to app %s (%s) was put off: %s", app.pk, app.platform, doubt)
        raise


def refuse(app: PlatformApp, why: str, now: datetime) -> None:
    """Log and count a push that is not believed."""
    log.warning("push to app %s (%s) was refused: %s", app.pk, app.platform, why)
    RefusedPushes.objects.count_one(app, why, now)


def recipient_of(app: PlatformApp, door: Door) -> Recipient:
    try:
        own, client = open_field(app, "push_secret"), app.oauth_client()
    except VaultError:
        raise CannotVerify("the app's secret does not open") from None
    usual = Secret("") if door.needs_push_secret else client.client_secret
    return Recipient(client, own or usual, partial(public_key, client))


def take(app: PlatformApp, news: Sequence[News], now: datetime) -> None:
    """Act on believed news; what was delivered before does nothing."""
    for item in news:
        for about in _note(app, item, now):
            _announce(about, item)


@transaction.atomic
def _note(app: PlatformApp, news: News, now: datetime) -> list[About]:
    """Write one event down with what follows from it; return whom to tell it about."""
    push, is_new = remember(app, news, now)
    if not is_new:
        return []
    concerned = find(app, news)
    current = [about for about in concerned if is_current(about.grant, news, now)]
    for about in current:
        _write(about, news, now)
    if current:
        push.outcome = PushOutcome.APPLIED
    elif concerned:
        push.outcome = PushOutcome.STALE
    elif news.kind != Kind.VERIFICATION:
        push.outcome = PushOutcome.UNKNOWN
    push.save(update_fields=["outcome"])
    return current


def remember(app: PlatformApp, news: News, now: datetime) -> tuple[Push, bool]:
    """Return the row of this event, and whether it was heard for the first time."""
    push, is_new = Push.objects.get_or_create(
        app=app,
        platform=app.platform,
        key=news.key,
        defaults={
            "kind": news.kind,
            "at": news.at,
            "received_at": now,
            "outcome": PushOutcome.NOTED,
        },
    )
    if is_new:
        Push.objects.forget_old(now)
        log.info("push to app %s (%s): %s", app.pk, app.platform, news.kind)
    return push, is_new


def find(app: PlatformApp, news: News) -> list[About]:
    """Return the live logins of this app that an event is about."""
    if news.account_id:
        return _of_account(app, news.account_id)
    grants = Grant.objects.of_refresh_token(app, prefix=news.token_prefix, digest=news.token_hash)
    if news.login_id:
        grants = Grant.objects.live().of_login(app, news.login_id)
    return [
        About(grant, tuple(Connection.objects.of_grant(grant)), is_whole_login=True)
        for grant in grants.select_related("app").order_by("pk")
    ]


def _of_account(app: PlatformApp, account_id: str) -> list[About]:
    """Return the logins that reach one account; their other accounts are not concerned."""
    found = Connection.objects.connected().of_app(app).filter(external_id=account_id)
    return [
        About(one.grant, (one,), is_whole_login=False)
        for one in found.select_related("grant", "grant__app")
        if one.grant and one.grant.is_live
    ]


def is_current(grant: Grant, news: News, now: datetime) -> bool:
    """Say whether an event came after the sign-in that we hold, and is not older than memory."""
    return news.at + SAME_SECOND >= grant.consented_at and news.at > now - KEPT_FOR


def _write(about: About, news: News, now: datetime) -> None:
    # Asked again in the statement: somebody may be signing in at this moment.
    held = Grant.objects.filter(pk=about.grant.pk).consented_before(news.at + SAME_SECOND)
    if news.kind in ENDING and about.is_whole_login:
        # The time we were told: the platform's own clock may be behind the consent's.
        held.update(told_gone_at=now, told_gone_as=news.reason, told_gone_cause=news.cause)
    if news.undoes:
        held.filter(told_gone_as__in=news.undoes).update(**NOT_TOLD)
    ids = [connection.pk for connection in about.connections]
    Connection.objects.connected().with_ids(ids).update(next_check_at=now)


def _announce(about: About, news: News) -> None:
    """Tell upward, after the commit; no listener's failure becomes the platform's."""
    told = signals.push_received.send_robust(
        Grant,
        grant=about.grant,
        connections=about.connections,
        kind=news.kind,
        reason=news.reason,
    )
    for _, error in told:
        if isinstance(error, Exception):
            log.error(
                "news of grant %s was not passed on: %s", about.grant.pk, type(error).__name__
            )
