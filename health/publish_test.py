"""Rehearses publishing on one connection, as far as leaves nothing in public.

The result stands on the connection and is evidence for its diagnosis; by itself it never
changes a status.
"""

import logging
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from connections.http import Outcome, converse_many
from connections.models import BROKEN, Connection
from connections.platforms.contract import PublishTest
from connections.platforms.wire import Cause, Endpoint, Refusal, Request, Response
from connections.redaction import mask
from connections.refresh import SEALED
from connections.vault import VaultError
from health.failures import failure
from health.models import Event, EventKind
from health.statuses import UNCHANGED

log = logging.getLogger(__name__)

OPERATION = "publish test"
# A refusal that says nothing about the account: the platform's trouble, or our own test's.
PROVES_NOTHING = UNCHANGED | {Cause.MALFORMED_REQUEST}
LONGEST_SENTENCE = 300

Result = dict[str, Any]


@dataclass(slots=True)
class Trail:
    """What a conversation has made at the platform and not taken away again."""

    made: int = 0

    def note(self, request: Request, response: Response) -> None:
        if not response.ok or request.endpoint != Endpoint.API:
            return
        self.made += {"POST": 1, "DELETE": -1}.get(request.method, 0)


@dataclass(slots=True)
class Rehearsal:
    """One publish test: how its conversation ended, and what it may have left."""

    outcome: Outcome = field(default_factory=Outcome)
    trail: Trail = field(default_factory=Trail)


def run_publish_test(*, connection: Connection, actor: User | None, now: datetime) -> Result | None:
    """Rehearse publishing and store how it ended, as a plain dictionary.

    None where nothing was asked or counted: there is no access to ask with, or newer
    access was stored meanwhile, about which the answer says nothing.
    """
    if not (connection.is_connected and connection.grant and connection.grant.is_live):
        Connection.objects.with_ids([connection.pk]).forget_publish_test()
        return None
    rehearsal = _rehearse(connection)
    result = _describe(connection, rehearsal, now)
    return result if _store(connection, rehearsal, result, actor, now) else None


def _rehearse(connection: Connection) -> Rehearsal:
    rehearsal = Rehearsal()
    try:
        token = connection.token()
        if token is None:
            raise VaultError("no token")
        client = connection.app.oauth_client()
    except VaultError:
        log.error("access of %s does not open; publishing is not tried", connection.pk)
        rehearsal.outcome = Outcome(refused=Refusal(Cause.UNKNOWN, code=SEALED))
        return rehearsal
    talk = connection.adapter.publish_test(client, token, connection.external_id)
    [rehearsal.outcome] = converse_many([_followed(talk, rehearsal.trail)])
    return rehearsal


def _followed(
    talk: Generator[Request, Response, PublishTest], trail: Trail
) -> Generator[Request, Response, PublishTest]:
    """Pass a conversation on, so that one that breaks off half-way is known to have begun."""
    try:
        request = next(talk)
        while True:
            response = yield request
            following = talk.send(response)
            # Only now is it known that the adapter took this answer for a good one.
            trail.note(request, response)
            request = following
    except StopIteration as end:
        return end.value
    finally:
        talk.close()


def _describe(connection: Connection, rehearsal: Rehearsal, now: datetime) -> Result:
    """Return what is stored and shown; sentences and codes are masked and bounded."""
    refused, test = rehearsal.outcome.refused, rehearsal.outcome.value or PublishTest(())
    left = test.left
    if refused and rehearsal.trail.made > 0:
        name = connection.adapter.name
        left = f"It broke off half-way: what it had made may still be at {name}, unpublished."
    return {
        "at": now.isoformat(),
        # An answer that proves nothing is no refusal, and no success either.
        "passed": refused is None and bool(test.proven),
        "proven": [_plain(sentence) for sentence in test.proven],
        "not_proven": [_plain(sentence) for sentence in test.not_proven],
        "left": _plain(left),
        "refusal": _refusal(refused) if refused else None,
    }


def _refusal(refused: Refusal) -> dict[str, str | int | None]:
    return {
        "cause": refused.cause.value,
        "http_status": refused.http_status,
        "code": _plain(refused.code),
        "request_id": _plain(refused.request_id),
    }


def _plain(sentence: str) -> str:
    return mask(sentence)[:LONGEST_SENTENCE]


@transaction.atomic
def _store(
    connection: Connection, rehearsal: Rehearsal, result: Result, actor: User | None, now: datetime
) -> bool:
    """Write the result, if the access it was tried with is still the one in use."""
    refused = rehearsal.outcome.refused
    changes: dict[str, Any] = {
        "publish_test": result,
        "publish_tested_at": now,
        "publish_test_started_at": None,
    }
    if _calls_for_a_check(connection, refused, passed=result["passed"]):
        changes["next_check_at"] = now
    assert connection.grant is not None
    current = Connection.objects.with_ids([connection.pk]).with_access_of(connection.grant)
    is_counted = bool(current.update(**changes))
    if not is_counted:
        Connection.objects.with_ids([connection.pk]).forget_publish_test()
    elif refused and refused.code != SEALED:
        failure(refused, at=now, operation=OPERATION, connection=connection).save()
    text = _line(result) if is_counted else "Not counted: access changed meanwhile. Try again."
    Event.objects.create(
        at=now,
        connection=connection,
        kind=EventKind.PUBLISH_TEST,
        text=text,
        actor_name=str(actor or ""),
    )
    return is_counted


def _calls_for_a_check(connection: Connection, refused: Refusal | None, *, passed: bool) -> bool:
    """Say whether the answer contradicts the status, or may: only a check decides."""
    if refused:
        return refused.cause not in PROVES_NOTHING
    return passed and connection.status in BROKEN


def _line(result: Result) -> str:
    """Say the ending as it stands in the timeline, under the heading "Publish test"."""
    if result["refusal"] is None:
        return "Passed." if result["passed"] else "Nothing was proven."
    cause = Cause(result["refusal"]["cause"])
    word = "Nothing was proven" if cause in PROVES_NOTHING else "Refused"
    return f"{word}: {cause.replace('_', ' ')}."
