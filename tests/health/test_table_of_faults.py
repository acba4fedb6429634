"""The sandbox's table of faults says what Relink shows, and when; each row is driven through."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, Grant
from connections.refresh import renew_due
from connections.sandbox import table
from health.checks import check_now
from health.facts import diagnose_connection

pytestmark = pytest.mark.django_db
ROWS = [row for row in table.rows() if row["platform"] != "generic"]
BY_APP = {"disable_app", "rotate_secret"}
MORE = {
    "outage": {"mode": "503_html"},
    "rate_limit": {"retry_after": 30},
    "slow": {"seconds": 0.3},
    "lose_answer": {"count": 1},
}
A_DAY_AND_MORE = 25 * 3600  # seconds: Meta renews nothing younger


def switch_on(platforms, connection: Connection, fault: str) -> None:
    slug, more = connection.app.platform, dict(MORE.get(fault, {}))
    if fault == "drop_scope":
        more["scope"] = connection.required_scopes[0 if slug == "youtube" else -1]
        more["scope"] = {"x": "tweet.write"}.get(slug, more["scope"])
    if fault in BY_APP:
        more["app"] = connection.app.client_id
    elif fault not in {"outage", "rate_limit", "slow"}:
        more["account"] = connection.external_id
    platforms.fault(slug, fault, **more)


def renew_now() -> None:
    Grant.objects.update(renew_at=timezone.now() - timedelta(seconds=1))
    renew_due(timezone.now())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['platform']}-{row['fault']}")
def test_table_of_faults_is_true(row, agency, platforms):
    connection = agency.connect(row["platform"])[0]
    renews = connection.adapter.renewal is not None
    if row["when"] == "next renewal" and row["platform"] in {"instagram", "threads"}:
        platforms.advance(A_DAY_AND_MORE)
    switch_on(platforms, connection, row["fault"])

    if row["when"] == "next renewal" and renews:
        check_now([connection.pk])
        assert Connection.objects.get().status == "ok"
        renew_now()
        if row["fault"] == "lose_answer":
            renew_now()
    check_now([connection.pk])

    shown = diagnose_connection(Connection.objects.with_parts().get(), timezone.now())
    if row["status"] == "unchanged":
        assert shown.code == "ok"
    else:
        assert (shown.code, shown.cause) == (row["status"], row["cause"] or "")
