"""Renews grants before they end. The only code that spends a refresh token.

A lease in the row gives one renewal at a time its turn; the intent is committed before
the token is sent; the answer is stored with ``generation`` as compare-and-set, so that
a reconnect that happened meanwhile wins.
"""

import contextlib
import logging
import random
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from connections import signals
from connections.http import WIDTH, Outcome, Talk, converse_each
from connections.models import RENEWAL_LEASE, Grant
from connections.platforms.contract import TokenSet
from connections.platforms.wire import Cause, Refusal
from connections.trial import choose_trials, note_renewal
from connections.vault import VaultError, put_secret

log = logging.getLogger(__name__)

PASSING = frozenset({Cause.PLATFORM_OUTAGE, Cause.RATE_LIMITED, Cause.UNKNOWN})
FINAL = frozenset(
    {Cause.REFRESH_TOKEN_INVALID, Cause.REVOKED, Cause.EXPIRED, Cause.PASSWORD_CHANGED}
)
BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = min(timedelta(hours=1), settings.CHECK_EVERY * 4)
A_DAY = timedelta(days=1)
JITTER = 0.05  # of the lifetime, so that a thousand grants of one minute spread out
WAIT_FOR_WINNER = 0.2  # seconds between looks
# Our own fault: no key of TOKEN_KEYS opens the row.
SEALED = "sealed value does not open"
NEVER_SENT = frozenset({"connection refused", "name not found", "TLS failed", SEALED})

RELEASED = {"renewal_owner": None, "renewal_lease_until": None, "renewal_sent_at": None}


def next_renewal(grant: Grant) -> datetime | None:
    """Return when to renew a grant just stored; None where only a person can."""
    rule = grant.app.adapter.renewal
    if rule is None or not grant.renews_by_itself or grant.expires_at is None:
        return None
    life = grant.expires_at - grant.issued_at
    early = random.uniform(0, JITTER)  # noqa: S311 (spreading load, not secrecy)
    age = max(life * (rule.fraction - early), rule.minimum_age)
    return grant.issued_at + age


def renew_due(now: datetime, limit: int = WIDTH) -> int:
    """Renew what is due, once each; return how many were tried."""
    choose_trials(now)
    owner = uuid.uuid4()
    grants = Grant.objects.due_for_renewal(now).claim_for_renewal(now, owner, limit)
    _renew(grants, owner)
    return len(grants)


def renew_grants(grants: Sequence[Grant]) -> None:
    """Renew these now, or wait for whoever is doing so; then bring each up to date.

    A grant that somebody renewed since it was read is not renewed again.
    """
    now, owner = timezone.now(), uuid.uuid4()
    wanted = {grant.pk: grant.generation for grant in grants}
    free = Grant.objects.free_to_renew(now).allowed_by_app().filter(pk__in=wanted)
    # A row locked just now is being claimed: passing over it would look like a free one.
    claimed = free.claim_for_renewal(now, owner, len(wanted), skip_locked=False)
    current = [grant for grant in claimed if grant.generation == wanted[grant.pk]]
    for grant in claimed:
        if grant not in current:
            _give_back(grant, owner)
    _renew(current, owner)
    _wait_for_winners(set(wanted) - {grant.pk for grant in claimed})
    for grant in grants:
        # One that was given back meanwhile is left as it was read.
        with contextlib.suppress(Grant.DoesNotExist):
            grant.refresh_from_db()


def _wait_for_winners(ids: set[uuid.UUID]) -> None:
    deadline = time.monotonic() + RENEWAL_LEASE.total_seconds()
    while ids and time.monotonic() < deadline:
        free = Grant.objects.free_to_renew(timezone.now()).filter(pk__in=ids)
        if free.count() == len(ids):
            return
        time.sleep(WAIT_FOR_WINNER)


def _renew(grants: Sequence[Grant], owner: uuid.UUID) -> None:
    """Send each renewal and store each answer the moment it is there; announce afterwards."""
    talks, asked = [], []
    for grant in grants:
        try:
            talks.append(_renewal(grant))
            asked.append(grant)
        except VaultError:
            log.error("grant %s does not open; it is not renewed", grant.pk)
            _put_off(grant, owner, Refusal(Cause.UNKNOWN, code=SEALED))
    settled = []
    for number, outcome in converse_each(talks):
        try:
            was_stored = _settle_surely(asked[number], owner, outcome)
            settled.append((asked[number], was_stored, outcome))
        except Exception as error:
            # What one grant's row does must not lose the others' rotated tokens.
            log.error("storing grant %s failed: %s", asked[number].pk, type(error).__name__)
    for grant, was_stored, outcome in settled:
        if was_stored or outcome.refused:
            note_renewal(grant, outcome.refused.cause if outcome.refused else None)
        _announce(grant, was_stored, outcome)


def _renewal(grant: Grant) -> Talk[TokenSet]:
    access, refresh = grant.access(), grant.refresh()
    if access is None:
        raise VaultError("no token")
    return grant.app.adapter.renew(grant.app.oauth_client(), access, refresh)


def _settle_surely(grant: Grant, owner: uuid.UUID, outcome: Outcome) -> bool:
    """Store once more in a new session where the old one was lost: the write is a
    compare-and-set, so that repeating it is safe."""
    try:
        return _settle(grant, owner, outcome)
    except (OperationalError, InterfaceError):
        connection.close()
        return _settle(grant, owner, outcome)


def _settle(grant: Grant, owner: uuid.UUID, outcome: Outcome) -> bool:
    """Store what a renewal brought; say whether new tokens were stored."""
    if isinstance(outcome.value, TokenSet):
        return store_renewed(grant, outcome.value)
    _put_off(grant, owner, outcome.refused or Refusal(Cause.UNKNOWN))
    return False


def _announce(grant: Grant, was_stored: bool, outcome: Outcome) -> None:
    if was_stored:
        told = signals.grant_renewed.send_robust(Grant, grant=grant)
    elif outcome.refused:
        told = signals.call_refused.send_robust(
            Grant, grant=grant, connection=None, operation="renew", refusal=outcome.refused
        )
    else:
        return
    for receiver, result in told:
        if isinstance(result, Exception):
            name = getattr(receiver, "__name__", receiver)
            log.error("%s failed for grant %s: %s", name, grant.pk, type(result).__name__)


def store_renewed(grant: Grant, tokens: TokenSet) -> bool:
    """Store a renewal's answer; False where a newer grant was stored meanwhile.

    The generation alone decides: a good answer that comes after its lease ran out is
    still the only one that holds the new refresh token.
    """
    now = timezone.now()
    put_secret(grant, "access_token", tokens.access)
    if tokens.refresh:
        grant.put_refresh(tokens.refresh)
    grant.issued_at = grant.renewed_at = now
    grant.expires_at = now + tokens.expires_in if tokens.expires_in else None
    if tokens.refresh_expires_in:
        grant.refresh_expires_at = now + tokens.refresh_expires_in
    if tokens.scopes is not None and set(tokens.scopes) != set(grant.scopes):
        grant.scopes, grant.scopes_changed_at = list(tokens.scopes), now
    grant.renew_at = next_renewal(grant)
    stored = Grant.objects.filter(pk=grant.pk, generation=grant.generation).update(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        refresh_prefix_print=grant.refresh_prefix_print,
        refresh_hash_print=grant.refresh_hash_print,
        issued_at=grant.issued_at,
        renewed_at=grant.renewed_at,
        expires_at=grant.expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        scopes=grant.scopes,
        scopes_changed_at=grant.scopes_changed_at,
        renew_at=grant.renew_at,
        generation=grant.generation + 1,
        renewal_failures=0,
        renewal_cause="",
        renewal_cut_off_at=None,
        **RELEASED,
    )
    return bool(stored)


def _put_off(grant: Grant, owner: uuid.UUID, refusal: Refusal) -> None:
    """Plan another try, or none where asking again cannot help until something changes."""
    failures = min(grant.renewal_failures + 1, 1000)
    wait = min(BACK_OFF * 2 ** min(failures - 1, 8), LONGEST_BACK_OFF)
    wait = max(wait, refusal.retry_after or timedelta())
    final = refusal.cause in FINAL
    rule = grant.app.adapter.renewal
    # Meta counts a token's first day differently now and then: too early is not broken.
    young = rule and timezone.now() - grant.issued_at < rule.minimum_age + A_DAY
    too_early = bool(young and rule.minimum_age) and refusal.cause == Cause.MALFORMED_REQUEST
    passing = refusal.cause in PASSING or too_early
    _release(
        grant,
        owner,
        renew_at=None if final else timezone.now() + wait,
        renewal_failures=failures,
        renewal_cause="" if passing else refusal.cause,
        renewal_cut_off_at=_cut_off_at(grant, refusal),
        **RELEASED,
    )


def _cut_off_at(grant: Grant, refusal: Refusal) -> datetime | None:
    """Return when a renewal was sent that may have spent the token without our knowing."""
    rotates = grant.app.rotates
    unknown = refusal.cause in {Cause.PLATFORM_OUTAGE, Cause.UNKNOWN}
    if rotates and unknown and refusal.code not in NEVER_SENT:
        return grant.renewal_cut_off_at or grant.renewal_sent_at
    return grant.renewal_cut_off_at


def _give_back(grant: Grant, owner: uuid.UUID) -> None:
    _release(grant, owner, **RELEASED)


def _release(grant: Grant, owner: uuid.UUID, **changes: object) -> None:
    mine = Grant.objects.filter(pk=grant.pk, renewal_owner=owner, generation=grant.generation)
    mine.update(**changes)
