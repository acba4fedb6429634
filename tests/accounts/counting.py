"""Says whether a list takes more queries when there is more to list."""

from collections.abc import Callable

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext


def assert_same_queries(browser: Browser, address: str, add: Callable[[int], None]) -> None:
    """Compare the queries of a page for two rows and for twenty more."""
    browser.get(address)
    add(2)
    few = _queries(browser, address)
    add(20)
    assert _queries(browser, address) == few


def _queries(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)
