"""Each row of the sandbox's table of faults, driven through: seen, said, mended, working again."""

import io
from datetime import timedelta

import pytest
import requests
from django.core.management import call_command
from django.utils import timezone

from connections import oauth
from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Refused
from connections.refresh import renew_due
from connections.sandbox import table
from health.checks import check_now
from health.diagnosis import Diagnosis
from health.facts import diagnose_connection
from health.publish_test import run_publish_test
from health.sweep import sweep

pytestmark = pytest.mark.django_db
ROWS = [row for row in table.rows() if row["platform"] != "generic"]
BY_APP = {"disable_app", "rotate_secret"}
OF_THE_PLATFORM = {"outage", "rate_limit", "slow", "skew_clock", "garble", "reject_request"}
AT_SIGN_IN, AT_PUBLISH_TEST = "at the next sign-in", "at the next publish test"
A_DAY_AND_MORE = 25 * 3600  # seconds: Meta renews nothing younger


def name_of(row: dict) -> str:
    return f"{row['platform']}-{row['fault']}"


def stored() -> Connection:
    return Connection.objects.with_parts().get()


def shown() -> Diagnosis:
    return diagnose_connection(stored(), timezone.now())


def switch_on(platforms, connection: Connection, row: dict) -> dict:
    """Switch a row's fault on; return what the sandbox answered."""
    slug, fault, more = connection.app.platform, row["fault"], dict(row["parameters"])
    if fault == "drop_scope":
        usual = connection.required_scopes[0 if slug == "youtube" else -1]
        more["scope"] = {"x": "tweet.write"}.get(slug, usual)
    if fault in BY_APP:
        more["app"] = connection.app.client_id
    elif fault not in OF_THE_PLATFORM:
        more["account"] = connection.external_id
    answer = platforms.control("faults", {"platform": slug, "fault": fault, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def expect_a_doubtful_revocation(row: dict) -> None:
    """The demo's app believes LinkedIn at once; a real one knows better."""
    if row["fault"] == "false_revoked":
        PlatformApp.objects.update(settings={})


def renew_now() -> None:
    Grant.objects.update(renew_at=timezone.now() - timedelta(seconds=1))
    renew_due(timezone.now())


def let_it_show(row: dict, connection: Connection, now=None) -> None:
    """Do what the row says the fault needs to be seen."""
    if row["when"] == "next renewal" and connection.adapter.renewal is not None:
        check_now([connection.pk])
        assert stored().status == "ok"
        renew_now()
        if row["fault"] == "lose_answer":
            renew_now()
    if row["when"] == AT_PUBLISH_TEST:
        run_publish_test(connection=stored(), actor=None, now=timezone.now())
    check_now([connection.pk])


def mend(row: dict, connection: Connection, answer: dict, agency, platforms) -> None:
    """Perform the remedy: what the person, the administrator or the platform does."""
    now, is_broken = timezone.now(), shown().is_broken
    if row["fault"] == "rotate_secret":
        give_new_secret(connection.app, answer["secret"])
    elif row["undone"] == "DELETE /control/faults":
        requests.delete(f"{platforms.url}/control/faults", timeout=5).raise_for_status()
    if row["undone"] == "a new consent" or (row["fault"] == "lose_answer" and is_broken):
        access = agency.access(connection.app.platform)
        oauth.finish_reconnect(connection=stored(), access=access, actor=agency.owner, now=now)
    if row["when"] == AT_PUBLISH_TEST:
        run_publish_test(connection=stored(), actor=None, now=timezone.now())
    # What was put off comes due, as it would by waiting.
    Connection.objects.update(next_check_at=timezone.now())
    Grant.objects.awaiting_renewal().exclude(renewal_cause="").update(renew_at=timezone.now())
    sweep()


def give_new_secret(app: PlatformApp, secret: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        call_command("platform_app", "rotate-secret", str(app.pk), stdout=io.StringIO())


def read_page(browser, connection: Connection) -> str:
    return browser.get(connection.get_absolute_url()).content.decode()


@pytest.mark.parametrize("row", [row for row in ROWS if row["when"] != AT_SIGN_IN], ids=name_of)
def test_fault_is_seen_said_and_mended(row, agency, platforms, sign_in):
    connection = agency.connect(row["platform"])[0]
    expect_a_doubtful_revocation(row)
    if row["when"] == "next renewal" and row["platform"] in {"instagram", "threads"}:
        platforms.advance(A_DAY_AND_MORE)

    answer = switch_on(platforms, connection, row)
    let_it_show(row, connection)

    seen, page = shown(), read_page(sign_in(agency.owner), connection)
    expected = (row["status"], row["cause"] or "")
    assert (seen.code, seen.cause) == (expected if row["status"] != "unchanged" else ("ok", ""))
    assert all(line in page for line in ("What", "Why", "Who must act", "Next step"))
    assert ('id="reconnect"' in page) is seen.offers_reconnect
    mend(row, connection, answer, agency, platforms)
    assert shown().code == "ok"


@pytest.mark.parametrize("row", [row for row in ROWS if row["when"] == AT_SIGN_IN], ids=name_of)
def test_fault_of_a_sign_in_is_said_and_changes_nothing(row, agency, platforms):
    connection = agency.connect(row["platform"])[0]
    before = stored().grant.generation
    switch_on(platforms, connection, row)

    cause = try_to_reconnect(agency, connection)

    assert cause == row["cause"]
    assert (shown().code, stored().grant.generation) == ("ok", before)
    requests.delete(f"{platforms.url}/control/faults", timeout=5).raise_for_status()
    assert try_to_reconnect(agency, connection) == ""
    assert shown().code == "ok"


def try_to_reconnect(agency, connection: Connection) -> str:
    """Sign in again; return the cause that it failed with, or nothing."""
    try:
        access = agency.access(connection.app.platform)
    except Refused as error:
        return error.refusal.cause
    ending = oauth.finish_reconnect(
        connection=stored(), access=access, actor=agency.owner, now=timezone.now()
    )
    return "" if ending.result == oauth.Result.DONE else str(ending.result)
