"""What the connection's page says of publish tests: the last one's end, and the next one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connections.models import BROKEN, PUBLISH_TEST_TIME, Connection
from connections.platforms.wire import Cause
from health.moments import clock
from health.publish_test import PROVES_NOTHING

# For so long after a sign-in the page suggests to try what it was for.
SUGGESTED_FOR = timedelta(hours=1)
PUBLISHING = "publishing"  # what the permissions are needed for, in the adapters' words

ACCESS = "Access itself was refused. A check follows by itself; its verdict stands above."
SETUP = "Your administrator must look at the app; signing in again will not help."
ROLE = "Somebody with the right role must restore it; a check follows by itself."
# What was refused, and what to do, in the words of whoever pressed the button.
REFUSED: dict[Cause, tuple[str, str]] = {
    Cause.PERMISSION_MISSING: (
        "it says that a permission for publishing is missing",
        "Reconnect and leave every permission ticked. If it is refused again, ask your "
        "administrator whether {name} has approved the app for publishing.",
    ),
    Cause.ROLE_LOST: ("the login may not publish on this account any more", ROLE),
    Cause.ACCOUNT_MISSING: ("the login does not reach this account any more", ROLE),
    Cause.WRONG_ACCOUNT: ("it answers for another account than this one", ACCESS),
    Cause.APP_CREDENTIALS: ("it does not accept our app", SETUP),
    Cause.APP_DISABLED: ("it has disabled our app", SETUP),
    Cause.CLOCK_SKEW: ("its clock and ours differ too much", SETUP),
}
UNPROVEN: dict[Cause, tuple[str, str]] = {
    Cause.PLATFORM_OUTAGE: (
        "{name} did not answer properly",
        "Not your fault. Try again in a few minutes.",
    ),
    Cause.RATE_LIMITED: (
        "{name} limits how often we may ask, or how much may be published",
        "Not your fault. Try again later.",
    ),
    Cause.MALFORMED_REQUEST: (
        "{name} did not understand the test",
        "Tell your administrator: {name} may have changed its rules, or its test needs a setting.",
    ),
}
UNREADABLE = (
    "the answer could not be read",
    "Try again; if it stays so, tell your administrator.",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the last test ended, in words and looks."""

    label: str
    icon: str
    tier: str
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class PublishPanel:
    connection: Connection
    ending: Ending
    tested_at: datetime | None
    proven: tuple[str, ...]
    not_proven: tuple[str, ...]
    left: str
    code: str
    is_outdated: bool
    suggestion: str
    what_it_does: str
    obstacle: str  # why it cannot be run; empty where it can
    caution: str

    @property
    def is_shown(self) -> bool:
        """Say whether there is anything to say: of what was disconnected, only its history."""
        return self.connection.is_connected or self.tested_at is not None


PASSED = Ending(
    "Passed",
    "circle-check",
    "ok",
    "Nothing stood in the way of publishing, as far as it can be tried.",
)
NEVER = Ending("Not tried yet", "circle-dashed", "idle", "")
RUNNING = Ending("Running", "refresh-cw", "info", "The result appears here in a moment.")


def build_publish_panel(connection: Connection, now: datetime) -> PublishPanel:
    """Say all of it from a connection that came ``with_parts``, without a query."""
    told: dict[str, Any] = connection.publish_test
    tested_at, grant = connection.publish_tested_at, connection.grant
    return PublishPanel(
        connection=connection,
        ending=_ending(connection, now),
        tested_at=tested_at,
        proven=tuple(told.get("proven", ())),
        not_proven=tuple(told.get("not_proven", ())),
        left=told.get("left", ""),
        code=(told.get("refusal") or {}).get("code", ""),
        is_outdated=bool(tested_at and grant and grant.consented_at > tested_at),
        suggestion=_suggestion(connection, now),
        what_it_does=_what_it_does(connection),
        obstacle=obstacle(connection),
        caution=_caution(connection),
    )


def obstacle(connection: Connection) -> str:
    """Say why publishing cannot be tried at all; empty where it can."""
    if connection.grant and connection.grant.is_live:
        return ""
    return f"There is no access to try it with. Connect {connection.label} again first."


def _ending(connection: Connection, now: datetime) -> Ending:
    started_at = connection.publish_test_started_at
    if started_at and now - started_at < PUBLISH_TEST_TIME:
        return RUNNING
    if started_at:
        return Ending(
            "Not finished",
            "circle-question-mark",
            "idle",
            f"The test started at {clock(started_at, now)} did not end, and proves nothing.",
            "Try again; if that ends the same way, ask your administrator to look at the worker.",
        )
    if not connection.publish_test:
        return NEVER
    refusal = connection.publish_test.get("refusal")
    if refusal:
        return _refused(connection, Cause(refusal["cause"]))
    return PASSED if connection.publish_test["passed"] else _unproven(connection, UNREADABLE)


def _refused(connection: Connection, cause: Cause) -> Ending:
    name = connection.adapter.name
    if cause in PROVES_NOTHING:
        return _unproven(connection, UNPROVEN.get(cause, UNREADABLE))
    why, next_step = REFUSED.get(cause, ("our access is not accepted", ACCESS))
    sentence = f"{name} refused the test: {why}."
    return Ending("Refused", "shield-alert", "bad", sentence, next_step.format(name=name))


def _unproven(connection: Connection, words: tuple[str, str]) -> Ending:
    why, next_step = (text.format(name=connection.adapter.name) for text in words)
    sentence = f"Nothing was proven: {why}. This says nothing about the account."
    return Ending("Nothing proven", "cloud-off", "info", sentence, next_step)


def _suggestion(connection: Connection, now: datetime) -> str:
    """Return an invitation to try publishing after a sign-in that no test has followed."""
    grant, tested_at = connection.grant, connection.publish_tested_at
    if grant is None or obstacle(connection) or connection.publish_test_started_at:
        return ""
    if now - grant.consented_at > SUGGESTED_FOR or (tested_at and tested_at > grant.consented_at):
        return ""
    if connection.created_at > grant.consented_at:
        return "Just connected. Try whether publishing works."
    return "Just reconnected. Try whether publishing works again."


def _what_it_does(connection: Connection) -> str:
    adapter = connection.adapter
    usual = f"Goes as far towards publishing as {adapter.name} allows without publishing."
    return f"{adapter.publish_test_words or usual} Leaves nothing public."


def _caution(connection: Connection) -> str:
    """Say where a refusal is to be expected."""
    needed = {p.scope: p.name for p in connection.adapter.permissions if p.needed_for == PUBLISHING}
    if missing := [needed[scope] for scope in connection.missing_scopes if scope in needed]:
        return f"Not granted: {', '.join(missing)}. Expect a refusal until somebody reconnects."
    if connection.status in BROKEN:
        label = connection.get_status_display()
        return f"The last check says “{label}”: expect a refusal until that is repaired."
    return ""
