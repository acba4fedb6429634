"""What a newcomer does and sees: break an account at the sandbox, see it, repair it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.product import PATIENCE, Product, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
MILLISECONDS = 1000
JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])


def break_on_control_page(page: Page, product: Product, connection: dict, fault: str) -> None:
    """Pick an account on the sandbox's page and break it, as a person does."""
    page.goto(f"{product.control}?platform={connection['platform']}")
    account = page.locator(f"input[name=account][value='{connection['external_id']}']")
    form = (
        page.locator("form")
        .filter(has=account)
        .filter(has=page.get_by_role("button", name="Break it"))
    )
    form.get_by_label("Fault").select_option(fault)
    form.get_by_role("button", name="Break it").click()
    expect(page.get_by_role("main")).to_contain_text(fault)


def approve(page: Page, login: str) -> None:
    """Choose the login at the simulated platform, and approve everything."""
    expect(page.get_by_text("Simulation").first).to_be_visible()
    choice = page.get_by_label(login, exact=False)
    if choice.count():
        choice.first.check()
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Approve").click()


def login_of(product: Product, connection: dict) -> str:
    import requests

    rows = requests.get(f"{product.control}/accounts", timeout=10).json()
    return next(
        row["login"]
        for row in rows
        if row["platform"] == connection["platform"] and row["account"] == connection["external_id"]
    )


def reload_until(page: Page, text: str) -> None:
    """Reload as a person would who waits for the next sweep."""

    def shown() -> bool:
        page.reload()
        return text in page.content()

    wait_until(shown, PATIENCE)


@JAVASCRIPT
@pytest.mark.parametrize("platform", ["facebook", "x", "linkedin", "youtube"])
def test_broken_account_is_seen_and_repaired_with_one_click(
    platform, javascript, product, signed_in
):
    connection = product.connection(platform, 5 if javascript else 6)
    page = signed_in("staff", java_script_enabled=javascript)
    break_on_control_page(page, product, connection, "revoke")
    wait_until(lambda: product.status(connection) == "revoked")

    page.goto(product.url)
    reconnect = page.locator(f"button[formaction='/c/{connection['id']}/reconnect/']")
    expect(reconnect).to_have_count(1)
    cell = page.locator(f"a[href='/c/{connection['id']}/']").first
    expect(cell).to_contain_text("Access removed")
    reconnect.click()
    approve(page, login_of(product, connection))

    expect(page).to_have_url(f"{product.url}/c/{connection['id']}/")
    expect(page.get_by_role("status").first).to_contain_text("Reconnected")
    expect(page.get_by_role("main")).to_contain_text("Working")
    assert product.status(connection) == "ok"


@JAVASCRIPT
def test_failure_is_in_the_log_for_admins(javascript, product, signed_in):
    connection = product.connection("threads", 5 if javascript else 6)
    product.break_it(platform="threads", account=connection["external_id"], fault="change_password")
    wait_until(lambda: product.status(connection) == "revoked")
    page = signed_in("admin", java_script_enabled=javascript)

    page.goto(f"{product.url}/log/?platform=threads&cause=password_changed")

    row = page.get_by_role("row").filter(has_text=connection["client"])
    expect(row.first).to_contain_text("190/460")


@JAVASCRIPT
def test_cancelled_sign_in_says_so_and_changes_nothing(javascript, product, signed_in):
    connection = product.connection("instagram", 5 if javascript else 6)
    product.break_it(platform="instagram", account=connection["external_id"], fault="revoke")
    wait_until(lambda: product.status(connection) == "revoked")
    page = signed_in("staff", java_script_enabled=javascript)

    page.goto(f"{product.url}/c/{connection['id']}/")
    page.get_by_role("button", name=re.compile("Reconnect")).first.click()
    page.get_by_label(login_of(product, connection), exact=False).first.check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("status").first).to_contain_text("You cancelled at Instagram")
    assert product.status(connection) == "revoked"


@JAVASCRIPT
def test_outage_is_shown_as_the_platforms_and_offers_no_reconnect(javascript, product, signed_in):
    connection = product.connection("tiktok", 8)
    fault = product.break_it(platform="tiktok", fault="outage", mode="503_html")
    wait_until(lambda: product.status(connection) == "platform")
    page = signed_in("staff", java_script_enabled=javascript)

    page.goto(f"{product.url}/c/{connection['id']}/")

    expect(page.get_by_role("main")).to_contain_text("unverified since")
    expect(page.get_by_role("main")).to_contain_text("Reconnecting will not help")
    expect(page.get_by_role("button", name="Reconnect")).to_have_count(0)
    product.undo(fault)
    wait_until(lambda: product.status(connection) == "ok")


def test_rotated_app_secret_sends_nobody_to_reconnect(product, signed_in):
    connection = product.connection("threads", 8)
    secret = product.break_it(platform="threads", app="relink-demo-threads", fault="rotate_secret")[
        "secret"
    ]
    wait_until(lambda: product.status(connection) == "app")
    page = signed_in("staff")

    page.goto(f"{product.url}/c/{connection['id']}/")

    expect(page.get_by_role("main")).to_contain_text("Reconnecting will not help")
    expect(page.get_by_role("button", name="Reconnect")).to_have_count(0)
    apps = product.manage("platform_app", "list", "--json").stdout
    app_id = re.search(r'"id": "([^"]+)",\s+"platform": "threads"', apps).group(1)
    assert product.manage("platform_app", "rotate-secret", app_id, stdin=secret).returncode == 0
    wait_until(lambda: product.status(connection) == "ok")


@JAVASCRIPT
def test_check_now_tells_the_truth_on_the_page(javascript, product, signed_in):
    connection = product.connection("x", 9)
    page = signed_in("staff", java_script_enabled=javascript)

    page.goto(f"{product.url}/c/{connection['id']}/")
    page.get_by_role("button", name="Check now").click()

    expect(page.get_by_role("status").first).to_contain_text("Checking")
    reload_until(page, "Working")


def test_viewer_sees_everything_and_can_change_nothing(product, signed_in):
    connection = product.connection("x", 9)
    page = signed_in("viewer")

    page.goto(f"{product.url}/c/{connection['id']}/")

    expect(page.get_by_role("main")).to_contain_text("Working")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)


def test_wrong_password_is_refused_with_a_sentence(product, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(product.url)
    page.get_by_label("E-mail").fill("staff@relink.test")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("main")).to_contain_text("do not belong together")
    context.close()
