"""The cast and the stage: real PostgreSQL and Redis, and the platforms over real HTTP.

Owner and colleague work for the client, the viewer may only look, the stranger works
for somebody else.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Client, Role, User
from connections import oauth
from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Secret
from connections.vault import put_secret
from health import demo
from tests.product import Product, running
from tests.sandbox_process import Sandbox

# Hashing slowly on purpose would take most of the suite's time.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Forget the sign-in attempts that earlier tests made, and nothing else in Redis."""
    for key in cache._cache.get_client().scan_iter("relink:*"):
        cache._cache.get_client().delete(key)


@pytest.fixture
def client_row(db: None) -> Client:
    return Client.objects.create(name="Harbour Bakery")


@pytest.fixture
def owner(client_row: Client) -> User:
    return make_person("owner", Role.STAFF, client_row)


@pytest.fixture
def colleague(client_row: Client) -> User:
    return make_person("colleague", Role.STAFF, client_row)


@pytest.fixture
def viewer(client_row: Client) -> User:
    return make_person("viewer", Role.VIEWER, client_row)


@pytest.fixture
def stranger(db: None) -> User:
    return make_person("stranger", Role.STAFF, Client.objects.create(name="Somebody Else"))


@pytest.fixture
def admin(db: None) -> User:
    return make_person("admin", Role.ADMIN)


@pytest.fixture
def sign_in() -> Callable[[User], Browser]:
    def browser_of(person: User) -> Browser:
        browser = Browser()
        browser.force_login(person)
        return browser

    return browser_of


def make_person(name: str, role: Role, *clients: Client) -> User:
    person = User.objects.create_user(
        f"{name}@relink.test", PASSWORD, name=name.capitalize(), role=role
    )
    person.clients.set(clients)
    return person


@pytest.fixture(scope="session")
def platforms_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    process = Sandbox(tmp_path_factory.mktemp("platforms"))
    process.start()
    yield process
    process.stop()


@pytest.fixture
def platforms(platforms_process: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The simulated platforms, with no fault switched on when the test is over."""
    settings.SANDBOX_URL = platforms_process.url
    yield platforms_process
    assert platforms_process.control("reset", {}).status_code == 204


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The whole product in processes of its own, for tests that watch it from outside."""
    with running() as started:
        yield started


class Agency:
    """Connects accounts the way the demo does: by real sign-ins at the sandbox."""

    def __init__(self, owner: User, client: Client) -> None:
        self.owner, self.client = owner, client
        self.sandbox = demo.Sandbox(django_settings.SANDBOX_URL, demo.requests.Session())

    def app(self, slug: str) -> PlatformApp:
        existing = PlatformApp.objects.for_platform(slug).first()
        return existing or demo.make_app(slug, self.sandbox)

    def profile(self, slug: str, name: str = "", login: str = "") -> demo.Profile:
        return demo.profile(slug, name or self.client.name, login)

    def access(self, slug: str, *profiles: demo.Profile) -> oauth.Access:
        """Sign in at the sandbox and return what that gave."""
        wanted = list(profiles) or [self.profile(slug)]
        app = self.app(slug)
        accounts = demo.accounts_of(wanted)
        self.sandbox.tell("accounts", {**wanted[0].as_login(), "accounts": accounts})
        return demo.sign_in(self.sandbox, app, wanted)

    def connect(
        self, slug: str, *profiles: demo.Profile, now: datetime | None = None
    ) -> list[Connection]:
        """Connect these profiles of one login for the client, and return their rows."""
        now = now or timezone.now()
        access, app = self.access(slug, *profiles), self.app(slug)
        ending = oauth.finish_connect(app=app, access=access, actor=self.owner, now=now)
        assert ending.grant is not None, ending
        choices = {account.external_id: self.client for account in access.accounts}
        made = oauth.assign_accounts(grant=ending.grant, choices=choices, actor=self.owner, now=now)
        ids = [connection.pk for connection in made]
        return list(Connection.objects.with_parts().with_ids(ids).order_by("name"))


@pytest.fixture
def agency(platforms: Sandbox, owner: User, client_row: Client) -> Agency:
    return Agency(owner, client_row)


@pytest.fixture
def connection(agency: Agency) -> Connection:
    """A working X account of the client."""
    return agency.connect("x")[0]


@pytest.fixture
def stored_connection(client_row: Client, owner: User) -> Connection:
    """A connection that was never signed in anywhere: rows alone, for pages and walks."""
    now = timezone.now()
    app = PlatformApp.objects.create(
        platform="x", name="X", environment="sandbox", client_id="stored"
    )
    grant = Grant(app=app, subject_id="1", subject_name="harbourbakery", connected_by=owner)
    grant.issued_at = grant.consented_at = now
    grant.scopes = list(app.adapter.scopes)
    put_secret(grant, "access_token", Secret("stored-access"))
    grant.save()
    return Connection.objects.create(
        client=client_row, app=app, grant=grant, external_id="1", handle="harbourbakery",
        name="Harbour Bakery", status_since=now, next_check_at=now, last_check_at=now,
        last_good_check_at=now, required_scopes=list(app.adapter.scopes),
    )  # fmt: skip
