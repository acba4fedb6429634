"""Faults of time and of the sign-in: skewed clocks, spoiled codes, words that come too early."""

from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox_process import ACCOUNTS

from .flows import FLOWS, Client
from .test_causes import renewed

DAY = 86400
EVERY = list(FLOWS)


def test_skewed_clock_shows_in_the_date_and_ends_tokens(sandbox):
    client = Client(sandbox, "x").connect()
    before = parsedate_to_datetime(client.whoami().headers["Date"])
    sandbox.fault("x", "skew_clock", seconds=3 * 3600)

    answer = client.whoami()

    ahead = (parsedate_to_datetime(answer.headers["Date"]) - before).total_seconds()
    assert answer.status_code == 401
    assert 3 * 3600 <= ahead < 3 * 3600 + 60
    assert renewed(client).whoami().status_code == 200


@pytest.mark.parametrize("platform", EVERY)
def test_consent_under_a_skewed_clock_works(sandbox, platform):
    sandbox.fault(platform, "skew_clock", seconds=100 * DAY, account=ACCOUNTS[platform][0])

    assert Client(sandbox, platform).connect().whoami().status_code == 200


def test_moved_sandbox_clock_does_not_show_in_the_date(sandbox):
    client = Client(sandbox, "x").connect()
    before = parsedate_to_datetime(client.whoami().headers["Date"])
    sandbox.advance(DAY)

    after = parsedate_to_datetime(client.whoami().headers["Date"])

    assert (after - before).total_seconds() < 60


@pytest.mark.parametrize("platform", EVERY)
def test_spoiled_code_is_refused_once(sandbox, platform):
    client = Client(sandbox, platform)
    sandbox.fault(platform, "spoil_code")

    first, second = client.exchange(client.code()).json(), client.exchange(client.code()).json()

    assert "access_token" not in first
    assert "access_token" in second


@pytest.mark.parametrize("platform", EVERY)
def test_changed_redirect_refuses_codes_until_deleted(sandbox, platform):
    client = Client(sandbox, platform)
    number = sandbox.fault(platform, "change_redirect")
    refused = client.exchange(client.code())

    sandbox.call("DELETE", f"control/faults?id={number}")

    assert "redirect" in refused.text.lower()
    assert client.connect().whoami().status_code == 200


def test_false_revoked_ends_with_its_seconds(sandbox):
    client = Client(sandbox, "linkedin").connect()
    sandbox.fault("linkedin", "false_revoked", seconds=60)

    early = client.introspect().json(), client.whoami().json()
    sandbox.advance(61)

    assert (early[0]["active"], early[0]["status"]) == (False, "revoked")
    assert early[1]["serviceErrorCode"] == 65601
    assert client.introspect().json()["active"] is True


def test_false_revoked_spares_older_consents(sandbox):
    client = Client(sandbox, "linkedin").connect()
    sandbox.advance(3600)
    sandbox.fault("linkedin", "false_revoked", seconds=60)

    assert client.whoami().status_code == 200
    assert renewed(client).whoami().status_code == 200
