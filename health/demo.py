"""Makes the demo agency: its people, its clients, and real sign-ins at the sandbox.

Nothing is written straight into a table that a person could not have brought about:
every account is connected by a code exchange over HTTP with the simulated platforms.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import NAMESPACE_DNS, uuid5

import requests
from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEvent, Client, Role, User, record
from connections import oauth
from connections.http import converse
from connections.models import Connection, Environment, PlatformApp
from connections.platforms import PLATFORMS, Platform
from connections.platforms.wire import Secret
from connections.vault import open_field, put_secret

CLIENT_NAMES = (
    "Alder & Finch Books",
    "Bluewater Sailing",
    "Cedar Street Dental",
    "Dahlia Flowers",
    "Ember Coffee Roasters",
    "Fjord Outdoor",
    "Greenline Bikes",
    "Harbour Bakery",
    "Iris Opticians",
    "Juniper Hotel",
    "Kestrel Brewing",
    "Lumen Yoga",
)
PLATFORMS_SHOWN = ("facebook", "instagram", "threads", "x", "tiktok", "linkedin", "youtube")
# The first three clients' Pages hang on one person's login, as they do in real agencies.
SHARED_LOGIN = "pages@lighthouse.example"
SHARED_NAME = "Nina Vogel"
SHARED_BY = 3
PEOPLE = (
    ("admin@relink.test", "Ada Admin", Role.ADMIN),
    ("staff@relink.test", "Sam Staff", Role.STAFF),
    ("viewer@relink.test", "Vera Viewer", Role.VIEWER),
)
# Pages are reached through people: these sign in for them.
PAGE_OWNERS = (
    "Mara Bell",
    "Tomás Rey",
    "Ines Kaya",
    "Jonas Lind",
    "Priya Nair",
    "Oskar Wolff",
    "Leila Haddad",
    "Ben Carter",
)
# Noted once the agency is whole: what people disconnect later is not made again.
DONE = "made the demo agency"
PATIENCE = 10  # seconds


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox as a person with a browser, and its operator, reach it."""

    url: str
    http: requests.Session

    def tell(self, path: str, what: object) -> None:
        self.http.post(f"{self.url}/control/{path}", json=what, timeout=PATIENCE).raise_for_status()

    def consent(
        self, address: str, *, login: str, scopes: tuple[str, ...], accounts: list[str]
    ) -> str:
        """Approve at a simulated platform and return the code of the redirect."""
        form = {"login": login, "scope": scopes, "page": accounts, "decision": "approve"}
        answer = self.http.post(address, data=form, allow_redirects=False, timeout=PATIENCE)
        answer.raise_for_status()
        query = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
        return query["code"][0]


@dataclass(frozen=True, slots=True)
class Profile:
    """A simulated account of one client."""

    platform: str
    client: str
    external_id: str
    handle: str
    login: str

    @property
    def owner(self) -> str:
        """Return the name on the login: a person's for Pages, the brand's own elsewhere."""
        if self.login == SHARED_LOGIN:
            return SHARED_NAME
        owner = PAGE_OWNERS[int(self.external_id) % len(PAGE_OWNERS)] if self.has_pages else ""
        return owner or self.client

    @property
    def has_pages(self) -> bool:
        return PLATFORMS[self.platform].account_noun == "Page"

    def as_login(self) -> dict[str, object]:
        account = {
            "account": self.external_id,
            "handle": self.handle,
            "name": self.client,
            "kind": PLATFORMS[self.platform].account_noun,
        }
        return {
            "platform": self.platform,
            "login": self.login,
            "name": self.owner,
            "accounts": [account],
        }


def make_people(password: str) -> User:
    """Create or update the three who can sign in; return the admin."""
    for email, name, role in PEOPLE:
        user = User.objects.filter(email=email).first() or User(email=email)
        user.name, user.role = name, role
        if not user.check_password(password):
            user.set_password(password)
        user.save()
    return User.objects.get(email=PEOPLE[0][0])


def make_agency(password: str, clients: tuple[str, ...] = CLIENT_NAMES) -> int:
    """Create what is missing of the demo agency; return how many accounts were connected."""
    admin = make_people(password)
    sandbox = Sandbox(settings.SANDBOX_URL, requests.Session())
    for app in PlatformApp.objects.usable():
        register(app, sandbox)  # this run may be on another port than the last
    if AuditEvent.objects.filter(action=DONE).exists():
        return 0
    there = set(Connection.objects.values_list("external_id", flat=True))
    apps = {slug: make_app(slug, sandbox) for slug in PLATFORMS_SHOWN}
    rows = {name: Client.objects.get_or_create(name=name)[0] for name in clients}
    for user in User.objects.exclude(pk=admin.pk):
        user.clients.add(*rows.values())
    made = 0
    for profiles in logins(clients):
        if not there.issuperset(one.external_id for one in profiles):
            made += connect(sandbox, apps[profiles[0].platform], profiles, rows, admin)
    record(admin, DONE, admin)
    return made


def make_app(slug: str, sandbox: Sandbox) -> PlatformApp:
    """Register an app with a simulated platform and with Relink."""
    platform, secret = PLATFORMS[slug], secrets.token_urlsafe(24)
    app = PlatformApp.objects.for_platform(slug).first()
    if app is None:
        app = PlatformApp(
            platform=slug,
            name=f"{platform.name} (simulated)",
            environment=Environment.SANDBOX,
            client_id=f"relink-demo-{slug}",
            # The simulated LinkedIn never says "revoked" falsely, as the real one may.
            settings={"false_revoked_for": 0},
        )
    put_secret(app, "client_secret", Secret(secret))
    if slug == "x":
        # X signs its news with the consumer secret, which is another than the client's.
        put_secret(app, "push_secret", Secret(secrets.token_urlsafe(24)))
    app.save()
    register(app, sandbox, overwrite=True)
    return app


def register(app: PlatformApp, sandbox: Sandbox, *, overwrite: bool = False) -> None:
    """Tell a simulated platform of an app; a secret that was rotated there stays as it is."""
    if not app.is_sandbox:
        return
    sandbox.tell(
        "apps",
        {
            "platform": app.platform,
            "client_id": app.client_id,
            "client_secret": app.oauth_client().client_secret.reveal(),
            "name": settings.AGENCY_NAME,
            "redirect_uris": [app.redirect_uri],
            "push_url": app.push_url,
            "overwrite": overwrite,
            **consumer_secret_of(app),
        },
    )


def consumer_secret_of(app: PlatformApp) -> dict[str, str]:
    secret = open_field(app, "push_secret")
    return {"consumer_secret": secret.reveal()} if secret else {}


def logins(clients: tuple[str, ...]) -> Iterator[list[Profile]]:
    """Yield the profiles of each login, platform by platform."""
    for slug in PLATFORMS_SHOWN:
        shared: list[Profile] = []
        for number, name in enumerate(clients):
            together = slug == "facebook" and number < SHARED_BY
            made = profile(slug, name, SHARED_LOGIN if together else "")
            if together:
                shared.append(made)
            else:
                yield [made]
        if shared:
            yield shared


def profile(slug: str, client: str, login: str) -> Profile:
    handle = "".join(c for c in client.lower() if c.isalnum())[:15]
    number = uuid5(NAMESPACE_DNS, f"{slug}.{handle}").int
    external_id = {
        "tiktok": str(uuid5(NAMESPACE_DNS, f"tiktok.{handle}")),
        "youtube": f"UC{number:x}"[:24],
        "linkedin": f"{number:x}"[:10],
        "instagram": str(17841400000000000 + number % 10**12),
        "threads": str(17841500000000000 + number % 10**12),
    }.get(slug, str(number % 10**15))
    return Profile(slug, client, external_id, handle, login or f"social@{handle}.example")


def connect(
    sandbox: Sandbox,
    app: PlatformApp,
    profiles: list[Profile],
    clients: dict[str, Client],
    actor: User,
) -> int:
    """Sign in at the sandbox as the owner of these profiles, and give each to its client."""
    for one in profiles:
        sandbox.tell("accounts", {**one.as_login(), "accounts": accounts_of(profiles)})
    access = sign_in(sandbox, app, profiles)
    now = timezone.now()
    ending = oauth.finish_connect(app=app, access=access, actor=actor, now=now)
    assert ending.grant is not None, ending.result
    choices = {one.external_id: clients[one.client] for one in profiles}
    return len(oauth.assign_accounts(grant=ending.grant, choices=choices, actor=actor, now=now))


def accounts_of(profiles: list[Profile]) -> list[object]:
    return [account for one in profiles for account in one.as_login()["accounts"]]


def sign_in(sandbox: Sandbox, app: PlatformApp, profiles: list[Profile]) -> oauth.Access:
    client, platform = app.oauth_client(), app.adapter
    verifier = secrets.token_urlsafe(64)
    code = sandbox.consent(
        authorize_address(app, verifier),
        login=profiles[0].login,
        scopes=app.requested_scopes,
        accounts=[one.external_id for one in profiles],
    )
    uses_pkce = platform.uses_pkce(client)
    return converse(platform.connect(client, code, verifier if uses_pkce else None))


def authorize_address(app: PlatformApp, verifier: str) -> str:
    client, platform = app.oauth_client(), app.adapter
    params = {
        platform.client_id_parameter: client.client_id,
        "redirect_uri": client.redirect_uri,
        "response_type": "code",
        "scope": platform.join_scopes(client, app.requested_scopes),
        "state": secrets.token_urlsafe(16),
        **platform.authorize_params(client),
        **challenge_of(platform, app, verifier),
    }
    return f"{platform.authorize_address(client)}?{urlencode(params)}"


def challenge_of(platform: Platform, app: PlatformApp, verifier: str) -> dict[str, str]:
    if not platform.uses_pkce(app.oauth_client()):
        return {}
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}
