"""Connect and reconnect through allauth's flow and real consent at the sandbox."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client
from connections.messages import after_check
from connections.models import Connection, Grant, Status
from connections.platforms import PLATFORMS
from health.models import AuthFailure
from tests.conftest import Agency

PATIENCE = 10
SHOWN = [slug for slug in PLATFORMS if slug != "generic"]
pytestmark = pytest.mark.django_db


def begin(browser, connection) -> str:
    """Click Reconnect and return the platform's address."""
    answer = browser.post(reverse("reconnect", args=[connection.pk]), {"confirmed": "1"})
    assert answer.status_code == 302
    return answer["Location"]


def consent(address: str, profile, **form) -> str:
    """Decide at the platform and return where it sends the browser."""
    scopes = parse_qs(urlsplit(address).query)["scope"][0].replace(",", " ").split()
    fields = {
        "login": profile.login,
        "scope": scopes,
        "page": profile.external_id,
        "decision": "approve",
        **form,
    }
    answer = requests.post(address, data=fields, allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def tokens_of(connection: Connection) -> tuple[str, str, int]:
    grant = Grant.objects.get(pk=connection.grant_id)
    return grant.access_token, grant.refresh_token, grant.generation


@pytest.mark.parametrize("slug", SHOWN)
def test_reconnect_repairs_a_revoked_account(slug, agency: Agency, platforms, sign_in, owner):
    connection, profile = agency.connect(slug)[0], agency.profile(slug)
    platforms.fault(slug, "revoke", account=connection.external_id)
    browser = sign_in(owner)
    browser.post(reverse("check_now", args=[connection.pk]))

    answer = browser.get(consent(begin(browser, connection), profile))

    assert answer["Location"] == connection.get_absolute_url()
    assert f"Reconnected {connection.label}." in said(answer)
    connection.refresh_from_db()
    assert connection.status == Status.OK
    assert connection.last_good_check_at is not None


def test_reconnect_is_refused_to_a_get(connection, sign_in, owner):
    assert sign_in(owner).get(reverse("reconnect", args=[connection.pk])).status_code == 405


def test_cancelled_sign_in_changes_nothing(connection, agency, sign_in, owner):
    before, browser = tokens_of(connection), sign_in(owner)
    address = begin(browser, connection)

    answer = browser.get(consent(address, agency.profile("x"), decision="cancel"))

    assert "You cancelled at X. Nothing was changed." in said(answer)
    assert tokens_of(connection) == before


def test_wrong_account_changes_nothing_and_names_both(connection, agency, sign_in, owner):
    other = agency.profile("x", "Another Brand")
    agency.sandbox.tell("accounts", other.as_login())
    before, browser = tokens_of(connection), sign_in(owner)

    answer = browser.get(consent(begin(browser, connection), other))

    assert "You signed in as anotherbrand; this connection is @harbourbakery." in said(answer)
    assert tokens_of(connection) == before
    assert Connection.objects.count() == Grant.objects.count() == 1


def test_partial_permissions_change_nothing_and_are_named(connection, agency, sign_in, owner):
    before, browser = tokens_of(connection), sign_in(owner)
    address = begin(browser, connection)
    kept = ["tweet.read", "users.read", "offline.access"]

    answer = browser.get(consent(address, agency.profile("x"), scope=kept))

    assert "2 of 5 permissions were not granted: Publish posts, Upload pictures" in said(answer)
    assert tokens_of(connection) == before


@pytest.mark.parametrize("slug", ["tiktok", "instagram", "threads"])
def test_missing_permission_is_never_told_as_the_platforms_fault(slug, agency, sign_in, owner):
    connection, browser = agency.connect(slug)[0], sign_in(owner)
    before, scopes = tokens_of(connection), connection.required_scopes
    for left_out in scopes:
        kept = [scope for scope in scopes if scope != left_out]
        address = begin(browser, connection)

        answer = browser.get(consent(address, agency.profile(slug), scope=kept))

        assert "granted" in said(answer)
        assert "Nothing was changed. Start again" in said(answer)
        assert tokens_of(connection) == before


def test_reconnect_says_what_the_check_right_after_it_found(stored_connection):
    assert after_check(stored_connection) == "Checked just now."
    stored_connection.status = Status.SCOPE
    assert "Permission missing" in after_check(stored_connection)
    stored_connection.unverified_since = timezone.now()
    assert "did not let us check it yet" in after_check(stored_connection)


def test_replayed_callback_changes_nothing(connection, agency, sign_in, owner):
    browser = sign_in(owner)
    back = consent(begin(browser, connection), agency.profile("x"))
    browser.get(back)
    before = tokens_of(connection)

    answer = browser.get(back)

    assert "took too long or was opened twice" in said(answer)
    assert tokens_of(connection) == before


def test_callback_in_another_persons_browser_changes_nothing(
    connection, agency, sign_in, owner, colleague
):
    before = tokens_of(connection)
    back = consent(begin(sign_in(owner), connection), agency.profile("x"))

    answer = sign_in(colleague).get(back)

    assert "took too long or was opened twice" in said(answer)
    assert tokens_of(connection) == before


def test_state_of_one_platform_is_refused_at_another(connection, agency, sign_in, owner):
    browser = sign_in(owner)
    back = consent(begin(browser, connection), agency.profile("x"))

    answer = browser.get(back.replace("/x/", "/tiktok/"))

    assert "took too long or was opened twice" in said(answer)


def test_forged_callback_without_state_is_refused(sign_in, owner):
    for query in ("", "code=abc", "state=abc&code=abc", "error=access_denied"):
        answer = sign_in(owner).get(reverse("x_callback") + "?" + query)

        assert answer.status_code == 302
        assert "Start again" in said(answer)


def test_callback_in_a_browser_without_session_is_refused(client, db):
    answer = client.get(reverse("x_callback") + "?state=a&code=b")

    assert answer.status_code == 302


def test_platform_error_is_told_and_logged(connection, agency, platforms, sign_in, owner):
    before, browser = tokens_of(connection), sign_in(owner)
    back = consent(begin(browser, connection), agency.profile("x"))
    platforms.fault("x", "outage", mode="503_html")

    answer = browser.get(back)

    assert "X did not answer properly. Not your fault" in said(answer)
    assert tokens_of(connection) == before
    assert AuthFailure.objects.filter(operation="connect", connection=connection).exists()


def test_rotated_app_secret_says_that_signing_in_will_not_help(
    connection, agency, platforms, sign_in, owner
):
    platforms.fault("x", "rotate_secret", app=connection.app.client_id)
    browser = sign_in(owner)

    answer = browser.get(consent(begin(browser, connection), agency.profile("x")))

    assert "signing in again will not help" in said(answer)


def test_provider_error_word_is_shown_without_its_markup(connection, sign_in, owner):
    browser = sign_in(owner)
    state = parse_qs(urlsplit(begin(browser, connection)).query)["state"][0]
    query = urlencode({"state": state, "error": "<script>alert(1)</script>"})

    answer = browser.get(reverse("x_callback") + "?" + query)

    assert "<script>" not in said(answer)
    assert "scriptalert1script" in said(answer)


def test_one_reconnect_repairs_every_page_of_the_login(agency, platforms, sign_in, owner):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(3)]
    pages = agency.connect("facebook", *profiles)
    platforms.fault("facebook", "revoke", account=pages[0].external_id)
    browser = sign_in(owner)
    every_page = [profile.external_id for profile in profiles]

    answer = browser.get(consent(begin(browser, pages[0]), profiles[0], page=every_page))

    assert "repaired 2 more" in said(answer)
    assert set(Connection.objects.values_list("status", flat=True)) == {Status.OK}
    assert Grant.objects.count() == 1


def test_page_left_unticked_changes_nothing(agency, sign_in, owner):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]
    pages, browser = agency.connect("facebook", *profiles), sign_in(owner)
    before = tokens_of(pages[0])
    unticked = [profiles[1].external_id]

    answer = browser.get(consent(begin(browser, pages[0]), profiles[0], page=unticked))

    assert "did not include" in said(answer)
    assert tokens_of(pages[0]) == before


def test_stranger_cannot_reconnect(connection, sign_in, stranger):
    answer = sign_in(stranger).post(reverse("reconnect", args=[connection.pk]))

    assert answer.status_code == 404


def test_viewer_cannot_reconnect(connection, sign_in, viewer):
    answer = sign_in(viewer).post(reverse("reconnect", args=[connection.pk]))

    assert answer.status_code == 403


def test_redirect_uri_ignores_a_forged_host(connection, sign_in, owner, settings):
    settings.ALLOWED_HOSTS = ["*"]
    answer = sign_in(owner).post(
        reverse("reconnect", args=[connection.pk]),
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )

    redirect_uri = parse_qs(urlsplit(answer["Location"]).query)["redirect_uri"][0]
    assert redirect_uri == settings.PUBLIC_URL + reverse("x_callback")


def test_authorization_carries_pkce_and_a_long_state(connection, sign_in, owner):
    query = parse_qs(urlsplit(begin(sign_in(owner), connection)).query)

    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert len(query["state"][0]) >= 22


def connect_page(browser, agency, slug: str, profile, **form) -> str:
    answer = browser.post(reverse("connect"), {"app": agency.app(slug).pk})
    agency.sandbox.tell("accounts", profile.as_login())
    return browser.get(consent(answer["Location"], profile, **form))["Location"]


def test_first_connect_asks_which_client_and_then_connects(
    agency, sign_in, owner, client_row, django_capture_on_commit_callbacks
):
    browser, profile = sign_in(owner), agency.profile("youtube")
    page = connect_page(browser, agency, "youtube", profile)
    assert Connection.objects.count() == 0
    choice = {"account": profile.external_id, f"client_{profile.external_id}": client_row.pk}

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(page, choice)

    connection = Connection.objects.get()
    assert answer["Location"] == connection.get_absolute_url()
    assert (connection.client, connection.status) == (client_row, Status.OK)
    assert connection.last_good_check_at is not None


def test_first_connect_refuses_another_agencys_client(agency, sign_in, owner):
    browser, profile = sign_in(owner), agency.profile("youtube")
    page, hidden = (
        connect_page(browser, agency, "youtube", profile),
        Client.objects.create(name="B"),
    )
    choice = {"account": profile.external_id, f"client_{profile.external_id}": hidden.pk}

    answer = browser.post(page, choice)

    assert answer.status_code == 422
    assert Connection.objects.count() == 0


def test_first_connect_needs_one_ticked_account(agency, sign_in, owner):
    browser = sign_in(owner)
    page = connect_page(browser, agency, "youtube", agency.profile("youtube"))

    answer = browser.post(page, {})

    assert answer.status_code == 422
    assert "Tick at least one account." in answer.content.decode()


def test_first_connect_is_finished_only_by_who_began_it(agency, sign_in, owner, colleague):
    page = connect_page(sign_in(owner), agency, "youtube", agency.profile("youtube"))

    assert sign_in(colleague).get(page).status_code == 404


def test_reconnect_keeps_the_refresh_token_that_was_not_sent_again(agency, owner):
    from connections import oauth
    from connections.platforms.contract import TokenSet

    connection = agency.connect("youtube")[0]
    before = connection.grant.refresh().reveal()
    access = agency.access("youtube")
    silent = oauth.Access(
        access.subject_id,
        access.subject_name,
        TokenSet(access.tokens.access, None, access.tokens.expires_in),
        access.accounts,
        access.scopes,
    )

    oauth.finish_reconnect(connection=connection, access=silent, actor=owner, now=timezone.now())

    connection.refresh_from_db()
    assert connection.grant.refresh().reveal() == before


@pytest.mark.parametrize("slug", ["x", "linkedin", "youtube"])
def test_asking_for_more_warns_where_it_ends_other_access(slug, agency, sign_in, owner):
    connection = agency.connect(slug)[0]
    app = connection.app
    app.settings["scopes"] = [*app.adapter.scopes, "one.more"]
    app.save()

    answer = sign_in(owner).post(reverse("reconnect", args=[connection.pk]))

    assert answer.status_code == 200
    assert app.adapter.upgrade_warning in answer.content.decode().replace("&#x27;", "'")


def test_asking_for_the_same_goes_straight_to_the_platform(connection, sign_in, owner):
    answer = sign_in(owner).post(reverse("reconnect", args=[connection.pk]))

    assert answer.status_code == 302


def test_tokens_of_accounts_nobody_chose_are_not_kept(agency):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]

    agency.connect("facebook", *profiles)

    assert Grant.objects.get().reachable == []
