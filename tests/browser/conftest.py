"""Chromium against the whole product, each in processes of their own."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.product import PASSWORD, Product

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium for one module: while it runs, Django refuses this thread its database."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        if not program and not os.path.exists(playwright.chromium.executable_path):
            if os.environ.get("CI"):
                pytest.fail("There is no Chromium, and in CI that is a failure.")
            pytest.skip("There is no Chromium.")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def signed_in_context(
    chromium: Browser, product: Product
) -> Iterator[Callable[..., BrowserContext]]:
    """Sign somebody in and return their browser context."""
    contexts: list[BrowserContext] = []

    def sign_in(who: str, **options: object) -> BrowserContext:
        options = {"viewport": {"width": 1366, "height": 900}, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.goto(product.url)
        page.get_by_label("E-mail").fill(f"{who}@relink.test")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{product.url}/")
        page.close()
        return context

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def signed_in(
    signed_in_context: Callable[..., BrowserContext], product: Product
) -> Iterator[Callable[..., Page]]:
    """Sign somebody in and return their page; complaints of the browser fail the test."""
    complaints: list[str] = []

    def sign_in(who: str = "staff", **options: object) -> Page:
        page = signed_in_context(who, **options).new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(product.url)
        return page

    yield sign_in
    assert complaints == []
