"""Any other OAuth 2.0 server, by configuration alone."""

import pytest
from django.utils import timezone

from connections.disconnect import disconnect
from connections.models import Connection, Grant, PlatformApp, Status
from connections.platforms.wire import Secret
from connections.refresh import renew_due
from connections.vault import put_secret
from health.checks import check_now

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "authorize_url": "https://id.example/authorize",
    "token_url": "https://id.example/token",
    "userinfo_url": "https://id.example/userinfo",
    "introspection_url": "https://id.example/introspect",
    "revocation_url": "https://id.example/revoke",
    "scopes": ["profile", "post"],
}
WAYS = [
    {"client_auth": "basic", "pkce": True},
    {"client_auth": "post", "pkce": False},
    {"client_auth": "basic", "introspection_url": ""},
]


@pytest.fixture(params=WAYS, ids=str)
def app(request, agency) -> PlatformApp:
    app = PlatformApp(
        platform="generic",
        name="Forum",
        environment="sandbox",
        client_id="forum",
        settings={**ADDRESSES, **request.param},
    )
    put_secret(app, "client_secret", Secret("forum-secret"))
    app.save()
    agency.sandbox.tell(
        "apps",
        {
            "platform": "generic",
            "client_id": "forum",
            "client_secret": "forum-secret",
            "name": "Relink",
            "redirect_uris": [app.redirect_uri],
            "overwrite": True,
        },
    )
    return app


@pytest.fixture
def forum(app, agency) -> Connection:
    return agency.connect("generic")[0]


def test_generic_server_is_connected_and_checked(forum):
    check_now([forum.pk])

    forum.refresh_from_db()
    assert (forum.status, forum.external_id != "") == (Status.OK, True)
    assert forum.last_good_check_at is not None


def test_generic_server_renews(forum):
    Grant.objects.update(renew_at=timezone.now())

    renew_due(timezone.now())

    assert Grant.objects.get().generation == 2


def test_generic_server_tells_of_a_revocation(forum, platforms):
    platforms.fault("generic", "revoke", account=forum.external_id)

    check_now([forum.pk])

    forum.refresh_from_db()
    assert forum.status == Status.REVOKED


def test_generic_server_is_told_of_a_disconnect(forum, owner):
    outcome = disconnect(connection=forum, actor=owner, now=timezone.now())

    assert outcome == "The access was revoked at the platform."
