"""Walks the URL conf: every address is closed, or on the public list with its protection."""

import re
import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import AuditEvent, Client, Invitation, Role, User
from connections.models import Connection, Grant, PlatformApp
from connections.platforms import PLATFORMS

# What anybody may open, and what protects it instead of a sign-in.
PUBLIC = {
    "account_login": "credentials, rate limits",
    "account_logout": "ends the session of whoever asks",
    "account_inactive": "says one sentence",
    "account_signup": "says that people are invited",
    "account_reset_password": "rate limits, tells nothing",
    "account_reset_password_done": "says one sentence",
    "account_reset_password_from_key": "the key in the mail",
    "account_reset_password_from_key_done": "says one sentence",
    "mfa_authenticate": "a password given before, in this session",
    "join": "the invitation's token",
    "theme": "a cookie of one's own",
    "healthz": "says only whether the parts run",
    "push_deauthorize": "Meta's signature, its age",
    "push_data_deletion": "Meta's signature, its age",
    "push_webhook": "TikTok's or X's signature; a challenge signs nothing like an event",
    "push_risc": "Google's signature, for this app, once",
    "deletion": "192 random bits; says nothing about the person",
    **{f"{slug}_callback": "the state, bound to the session" for slug in PLATFORMS},
}
# What a viewer may POST: what is theirs.
OWN = {
    "settings",
    "theme",
    "account_login",
    "account_logout",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
}
pytestmark = pytest.mark.django_db


def patterns(resolver=None, prefix: str = ""):
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield entry.name, route


ROUTES = sorted({(name or "", route) for name, route in patterns()})
NAMES = [name for name, _ in ROUTES]
CLOSED = [(name, route) for name, route in ROUTES if name not in PUBLIC]


def address(route: str, pk: object = None) -> str:
    """Fill a route in with an id."""
    path = re.sub(r"<uuid:\w+>", str(pk or uuid.uuid4()), route)
    path = re.sub(r"<(?:str|slug|path):\w+>|<\w+>", "unknown", path)
    path = re.sub(r"<int:\w+>", "1", path)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "unknown", path).replace("^", "").replace("$", "")


def test_every_address_has_a_name():
    assert all(NAMES), [route for name, route in ROUTES if not name]


def test_public_list_names_only_what_exists():
    assert set(PUBLIC) <= set(NAMES), set(PUBLIC) - set(NAMES)


@pytest.mark.parametrize(("name", "route"), CLOSED, ids=[name for name, _ in CLOSED])
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_sent_to_sign_in(method, name, route, client):
    answer = getattr(client, method)(address(route))

    assert answer.status_code == 302, (name, answer.status_code)
    assert answer["Location"].startswith("/accounts/login/"), answer["Location"]


WITH_ID = [(name, route) for name, route in CLOSED if "<uuid" in route]


@pytest.mark.parametrize(("name", "route"), WITH_ID, ids=[name for name, _ in WITH_ID])
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_finds_nothing(method, name, route, stored_connection, owner, sign_in, stranger):
    connection, browser = stored_connection, sign_in(stranger)
    rows = [connection.pk, connection.client_id, connection.grant_id, owner.pk]

    for pk in rows:
        answer = getattr(browser, method)(address(route, pk))
        assert answer.status_code in {403, 404, 405}, (name, answer.status_code)
        if answer.status_code == 403:
            admins_only = getattr(browser, method)(address(route, uuid.uuid4()))
            assert admins_only.status_code == 403, f"{name} tells known ids from unknown ones"


def snapshot() -> list[object]:
    models = (Client, User, Invitation, AuditEvent, Connection, Grant, PlatformApp)
    volatile = {"last_login"}
    return [
        {k: v for k, v in row.items() if k not in volatile}
        for model in models
        for row in model.objects.order_by("pk").values()
    ]


FOREIGN = [(name, route) for name, route in CLOSED if name not in OWN and "mfa" not in name]


@pytest.mark.parametrize(("name", "route"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_viewer_changes_nothing_that_is_not_theirs(name, route, stored_connection, sign_in, viewer):
    connection = stored_connection
    before, browser = snapshot(), sign_in(viewer)
    form = {"name": "Changed", "email": "new@relink.test", "role": Role.ADMIN, "days": 3}

    for pk in (connection.pk, connection.client_id, connection.grant_id, viewer.pk):
        browser.post(address(route, pk), {**form, "client": connection.client_id})

    assert snapshot() == before


@pytest.mark.parametrize(("name", "route"), CLOSED, ids=[name for name, _ in CLOSED])
def test_get_changes_nothing(name, route, stored_connection, sign_in, admin):
    connection = stored_connection
    before, browser = snapshot(), sign_in(admin)

    for pk in (connection.pk, connection.client_id, admin.pk):
        answer = browser.get(address(route, pk))
        assert answer.status_code < 500, (name, answer.status_code)

    assert snapshot() == before


def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/accounts/login/", "/no-such-page", "/healthz"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"]
