"""Looks at connections: asks the platform, looks again where in doubt, has it judged.

One function serves the sweep, "Check now", the end of a reconnect and the command. An
ambiguous refusal is never a verdict: a second look is taken first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from connections.http import Outcome, Talk, converse_many
from connections.models import Connection, Grant
from connections.platforms.contract import Inspection
from connections.platforms.wire import Cause, Refusal
from connections.refresh import SEALED, renew_grants
from connections.vault import VaultError
from health.clock import note_clock
from health.judging import Look, judge_safely, unasked
from health.shared_problems import continues, note_problems, problems_of
from health.surroundings import Surroundings, latest_signs
from health.verdicts import Verdict, write_verdicts
from health.weighing import AMBIGUOUS, RENEWAL_MAY_HELP

# LinkedIn answers "revoked" for a while after a valid consent, as seen in the wild.
FRESH_CONSENT = timedelta(minutes=10)
# Access has ended and could not be renewed for a passing reason: nothing is proven.
# Its app is refused, and another login of it is the trial.
ON_TRIAL = "app on trial"
NO_RENEWAL = Outcome(refused=Refusal(Cause.PLATFORM_OUTAGE, code="no renewal"))


def check_now(ids: Sequence[UUID], now: datetime | None = None) -> list[Verdict]:
    """Check these connections whatever their schedule says; sweeps under way are fenced off."""
    now = now or timezone.now()
    wanted = Connection.objects.connected().filter(pk__in=list(ids))
    return check(wanted.claim(now, limit=len(ids)), now)


def check(claimed: Sequence[Connection], now: datetime) -> list[Verdict]:
    """Check claimed connections and write what was learned; return the verdicts."""
    looks = [Look(connection) for connection in claimed if _can_be_asked(connection)]
    _inspect(looks)
    _look_again([look for look in looks if _needs_second_look(look, now)])
    _look_around(looks, now)
    verdicts = [judge_safely(look, now) for look in looks]
    idle = [connection for connection in claimed if not _can_be_asked(connection)]
    note_clock(looks, now)
    write_verdicts(verdicts + [unasked(connection, now) for connection in idle], now)
    note_problems(verdicts, now)
    return verdicts


def _look_around(looks: Sequence[Look], now: datetime) -> None:
    """See who else fails alike: only where somebody was refused is there anything to ask."""
    refused = [look for look in looks if look.outcome.refused]
    if not refused:
        return
    apps = {look.connection.app_id: look.connection.app.platform for look in refused}
    now_seen = [look.sign(now) for look in looks]
    # The later of two signs of one connection counts.
    surroundings = Surroundings([*latest_signs(apps, now), *now_seen])
    problems = problems_of(apps)
    for look in refused:
        sign, problem = look.sign(now), problems.get(look.connection.app_id)
        look.alike = surroundings.around(sign)
        if problem and not surroundings.worked_since(problem.app_id, problem.seen_at):
            look.alike = look.alike or continues(problem, sign)
        look.siblings = surroundings.siblings(sign)


def _can_be_asked(connection: Connection) -> bool:
    return bool(connection.grant and connection.grant.is_live)


def _inspect(looks: Sequence[Look]) -> None:
    """Ask each platform about each account, all at the same time."""
    asked, talks = [], []
    for look in looks:
        try:
            talks.append(_inspection(look.connection))
            asked.append(look)
        except VaultError:
            look.outcome = Outcome(refused=Refusal(Cause.UNKNOWN, code=SEALED))
    for look, outcome in zip(asked, converse_many(talks), strict=True):
        look.outcome = outcome
        if outcome.refused:
            look.refusals.append(outcome.refused)


def _inspection(connection: Connection) -> Talk[Inspection]:
    token = connection.token()
    if token is None:
        raise VaultError("no token")
    app = connection.app
    return app.adapter.inspect(app.oauth_client(), token, connection.external_id)


def _needs_second_look(look: Look, now: datetime) -> bool:
    if look.grant is None or look.cause is None:
        return False
    connection = look.connection
    same = look.cause in {connection.cause, connection.evidence.get("read_as")}
    known = bool(connection.cause) and same and connection.status_since > look.grant.consented_at
    if look.grant.renewal_given_up or known:
        return False  # it was confirmed when it was new
    fresh = now - look.grant.consented_at < FRESH_CONSENT
    if look.cause in RENEWAL_MAY_HELP and (_can_renew(look) or _waits(look.grant)):
        return True
    return look.cause in AMBIGUOUS or (fresh and look.cause == Cause.REVOKED)


def _can_renew(look: Look) -> bool:
    """Say whether spending a refresh token could tell more; a final no is not asked again."""
    grant = look.grant
    return bool(grant and grant.refresh_token and not grant.renewal_given_up) and not _waits(grant)


def _waits(grant: Grant | None) -> bool:
    """Say whether a renewal failed and its next try has its time: a check does not hurry it."""
    if grant is None or not grant.refresh_token or grant.renewal_failures == 0:
        return False
    return grant.renew_at is not None and grant.renew_at > timezone.now()


def _held_by_trial(grant: Grant) -> bool:
    """Say whether its app is refused and another login is the one that is tried."""
    app = grant.app
    return bool(app.trial_since and app.trial_cause) and app.trial_grant_id != grant.pk


def _look_again(looks: Sequence[Look]) -> None:
    """Renew where that can tell, once, and inspect again, once."""
    if not looks:
        return
    held = Connection.objects.with_ids(look.connection.pk for look in looks)
    held.extend_lease(timezone.now())
    renewable = {look.grant.pk: look.grant for look in looks if look.grant and _can_renew(look)}
    before = {pk: grant.generation for pk, grant in renewable.items()}
    if renewable:
        renew_grants(list(renewable.values()))
    again = []
    for look in looks:
        grant = renewable.get(look.grant.pk) if look.grant else None
        if _waits(look.grant) and not (look.grant and look.grant.renewal_cause):
            look.outcome = NO_RENEWAL
            continue
        if grant and _held_by_trial(grant):
            look.outcome = Outcome(refused=Refusal(Cause(grant.app.trial_cause), code=ON_TRIAL))
            continue
        if grant is None:
            look.second_look = "A second check right after was refused too."
            again.append(look)
            continue
        look.connection.grant = grant
        look.second_look = "A renewal was tried and refused."
        if grant.generation > before[grant.pk]:
            look.second_look = "It was refused again right after a renewal that succeeded."
            again.append(look)
        elif not grant.renewal_cause:
            look.outcome = NO_RENEWAL
    _inspect(again)
