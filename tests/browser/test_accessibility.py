"""Every page: nothing for axe to find, nothing that scrolls sideways, in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}}
LOOKS = [("light", 1366), ("dark", 320)]
PAGES = [
    "/",
    "/?view=list",
    "/?status=ok&platform=x",
    "/?status=nonsense",
    "/log/",
    "/log/?client=nonsense",
    "/explain/",
    "/apps/",
    "/connect/",
    "/clients/",
    "/clients/?archived=1",
    "/staff/",
    "/settings/",
    "/audit/",
    "/accounts/2fa/",
    "/no-such-page/",
]


def complaints(page: Page) -> list[str]:
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in Axe().run(page, options=OPTIONS).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("the page scrolls sideways")
    return [f"{page.url}: {complaint}" for complaint in found]


def look_of(scheme: str, width: int) -> dict[str, object]:
    return {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}


def pages_of(product: Product) -> list[str]:
    broken = product.connection("facebook", 9)
    product.break_it(platform="facebook", account=broken["external_id"], fault="lose_role")
    product.manage("check", broken["id"])
    own = [f"/c/{broken['id']}/{part}" for part in ("", "disconnect/", "move/")]
    return [*PAGES, *own]


@pytest.mark.parametrize(("scheme", "width"), LOOKS, ids=["light-1366", "dark-320"])
def test_axe_finds_nothing_on_any_page(scheme, width, product, chromium, signed_in_context):
    context = signed_in_context("admin", **look_of(scheme, width))
    page = context.new_page()
    found = []

    for path in pages_of(product):
        page.goto(product.url + path)
        found += complaints(page)

    assert found == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS, ids=["light-1366", "dark-320"])
def test_axe_finds_nothing_where_nobody_is_signed_in(scheme, width, product, chromium):
    context = chromium.new_context(**look_of(scheme, width))
    page = context.new_page()
    found = []

    for address in (
        f"{product.url}/accounts/login/",
        f"{product.url}/accounts/password/reset/",
        f"{product.url}/join/nonsense/",
        product.control,
    ):
        page.goto(address)
        found += complaints(page)

    context.close()
    assert found == []
