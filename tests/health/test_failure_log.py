"""The auth-failure log: for admins, narrowed by what the address says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Client, User
from connections.models import Connection

Make = Callable[..., Any]
SignIn = Callable[[User], Browser]


@pytest.fixture
def row(client_row: Client, make_connection: Make) -> Connection:
    return make_connection(client_row, handle="bakery")


def requests_shown(browser: Browser, query: str = "") -> list[str]:
    """Return the request ids on a page of the log, in order."""
    response = browser.get(f"/log/?{query}")
    assert response.status_code == 200
    return [failure.request_id for failure in response.context["page"].failures]


@pytest.mark.parametrize("role", ["viewer", "owner"])
def test_log_is_for_admins(role: str, request: pytest.FixtureRequest, sign_in: SignIn) -> None:
    response = sign_in(request.getfixturevalue(role)).get("/log/")

    assert response.status_code == 403
    assert "An admin of your agency" in response.content.decode()


def test_log_shows_every_column(
    admin: User, row: Connection, make_failure: Make, sign_in: SignIn
) -> None:
    make_failure(row, request_id="request-9", cause="password_changed", code="190")

    html = sign_in(admin).get("/log/").content.decode()

    columns = ("Harbour Bakery", "@bakery", "check", "GET /2/users/me", "401", "190")
    for words in (*columns, "Password changed", "Unauthorized", "request-9"):
        assert words in html


def test_log_shows_what_the_app_as_a_whole_was_refused(
    admin: User, row: Connection, make_failure: Make, sign_in: SignIn
) -> None:
    make_failure(row, connection=None, client=None, grant=None, request_id="app-wide")

    browser = sign_in(admin)

    assert requests_shown(browser) == ["app-wide"]
    assert "None" not in browser.get("/log/").content.decode()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("platform=x", {"platform": "tiktok"}),
        ("cause=revoked", {"cause": "expired"}),
        ("endpoint=users", {"endpoint": "POST /2/oauth2/token"}),
    ],
)
def test_log_narrows_by(
    query: str,
    fields: dict[str, str],
    admin: User,
    row: Connection,
    make_failure: Make,
    sign_in: SignIn,
) -> None:
    make_failure(row, request_id="wanted", cause="revoked")
    make_failure(row, **{"request_id": "other", "cause": "revoked", **fields})

    assert requests_shown(sign_in(admin), query) == ["wanted"]


def test_log_narrows_by_client(
    admin: User, row: Connection, make_connection: Make, make_failure: Make, sign_in: SignIn
) -> None:
    make_failure(row, request_id="wanted")
    make_failure(make_connection(Client.objects.create(name="Other")), request_id="other")

    assert requests_shown(sign_in(admin), f"client={row.client_id}") == ["wanted"]


def test_log_narrows_by_time_in_the_readers_zone(
    admin: User, row: Connection, make_failure: Make, sign_in: SignIn
) -> None:
    admin.time_zone = "Asia/Tokyo"
    admin.save()
    for hour in (1, 3, 5):
        at = datetime.fromisoformat(f"2027-01-31T{hour:02}:00:00+00:00")
        make_failure(row, at=at, request_id=f"hour-{hour}")

    shown = requests_shown(sign_in(admin), "from=2027-01-31T11:00&to=2027-01-31T13:00")

    assert shown == ["hour-3"]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "platform=foo",
        "cause=foo",
        "client=foo",
        "before=x",
        "before=99999999999999999999",
        "from=2027-02-01T00:00&to=2027-01-01T00:00",
        "endpoint=%00",
    ],
)
def test_log_refuses_filters_it_cannot_read(query: str, admin: User, sign_in: SignIn) -> None:
    response = sign_in(admin).get(f"/log/?{query}")

    assert response.status_code == 400
    assert "Please correct this first." in response.content.decode()


def test_log_goes_on_where_the_page_ended(
    admin: User, row: Connection, make_failure: Make, sign_in: SignIn
) -> None:
    for number in range(60):
        make_failure(row, request_id=f"{number}")
    browser = sign_in(admin)
    first = browser.get("/log/?platform=x")

    older = first.context["page"].older

    assert "platform=x" in older
    assert requests_shown(browser, older.removeprefix("?")) == [str(n) for n in range(9, -1, -1)]


def test_log_takes_the_same_queries_for_more_rows(
    admin: User, make_connection: Make, make_failure: Make, sign_in: SignIn
) -> None:
    browser = sign_in(admin)

    def add(number: int) -> None:
        for _ in range(number):
            client = Client.objects.create(name=f"Client {Client.objects.count()}")
            make_failure(make_connection(client), at=timezone.now() - timedelta(minutes=1))

    add(2)
    few = _queries(browser)
    add(30)

    assert _queries(browser) == few


def _queries(browser: Browser) -> int:
    with CaptureQueriesContext(database) as captured:
        browser.get("/log/")
    return len(captured)
