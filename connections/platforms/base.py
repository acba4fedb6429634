"""What every platform adapter is made of.

Adapters are sans-I/O. Where a journey needs several calls (connecting, inspecting,
renewing), the adapter is a *conversation*: a generator that yields a ``Request`` and is
sent the ``Response``. ``connections/http.py`` holds the other end, one call at a time
with requests or thousands at once with aiohttp.
"""

from collections.abc import Generator, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, NoReturn

from connections.platforms.contract import (
    Access,
    Inspection,
    KnownEnd,
    PartialConsent,
    Permission,
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import Path, read_duration, read_scopes, read_texts
from connections.platforms.wire import (
    Cause,
    Endpoint,
    OAuthClient,
    Refusal,
    Refused,
    Request,
    Response,
    Secret,
    storable,
)

MAX_MESSAGE = 300


class Platform:
    """One platform: mostly constants; a method is overridden where the platform is odd."""

    slug: ClassVar[str]
    name: ClassVar[str]
    authorize_url: ClassVar[str]
    token_url: ClassVar[str]
    permissions: ClassVar[tuple[Permission, ...]]
    account_noun: ClassVar[str] = "profile"
    scope_delimiter: ClassVar[str] = " "
    pkce: ClassVar[bool] = False
    authorize_extra: ClassVar[Mapping[str, str]] = {}
    cancel_errors: ClassVar[frozenset[str]] = frozenset({"access_denied"})
    client_id_parameter: ClassVar[str] = "client_id"
    renewal: ClassVar[Renewal | None] = None
    lifetime_words: ClassVar[str] = ""
    # Reads that cost money or quota are spaced; a renewal in between proves as much.
    check_every: ClassVar[timedelta | None] = None
    # A new consent of the same login ends the tokens that others hold.
    upgrade_warning: ClassVar[str] = ""
    # For so long after consent, "revoked" is not believed.
    false_revoked_for: ClassVar[timedelta] = timedelta()
    # Ends that the platform sets and does not name when they come.
    known_ends: ClassVar[tuple[KnownEnd, ...]] = ()
    # Its own check names the permissions that are granted.
    reports_scopes: ClassVar[bool] = False
    # Where good answers name the account that they are for, and by which other names.
    account_at: ClassVar[tuple[Path, ...]] = ()
    alias_at: ClassVar[tuple[Path, ...]] = ()
    # Where good answers list the permissions that are granted, and say that access is alive.
    scopes_at: ClassVar[tuple[Path, ...]] = (("scope",),)
    alive_at: ClassVar[tuple[Path, ...]] = ()
    # What stands in the place of an error's code in answers that are good.
    good_codes: ClassVar[frozenset[str]] = frozenset({""})
    # What a publish test does here, for whoever is about to start one.
    publish_test_words: ClassVar[str] = ""
    # The version of the API spoken unless the app's settings name another, and about when
    # the platform retires each version; empty where it announces no such thing.
    api_version: ClassVar[str] = ""
    api_retires_on: ClassVar[Mapping[str, date]] = {}

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(permission.scope for permission in self.permissions)

    def authorize_address(self, client: OAuthClient) -> str:
        return client.at(self.authorize_url)

    def authorize_params(self, client: OAuthClient) -> dict[str, str]:
        """Return what this platform wants besides RFC 6749's parameters."""
        return dict(self.authorize_extra)

    def wanted(self, client: OAuthClient) -> tuple[str, ...]:
        """Return the scopes to ask for: the app's own list, else the platform's."""
        return tuple(client.settings.get("scopes") or self.scopes)

    def missing(self, client: OAuthClient, granted: Iterable[str] | None) -> tuple[str, ...]:
        """Return what was asked for and not granted; none where the platform does not say."""
        if granted is None:
            return ()
        held = set(granted)
        return tuple(scope for scope in self.wanted(client) if scope not in held)

    def version_in(self, settings: Mapping[str, Any]) -> str:
        """Return the API version an app speaks: its own setting, else this adapter's."""
        return str(settings.get("api_version") or self.api_version)

    def retirement_in(self, settings: Mapping[str, Any]) -> date | None:
        """Return about when the platform ends an app's API version; None where nobody said.

        The app's setting ``api_retires_on`` (YYYY-MM-DD) wins over what the adapter knows.
        """
        try:
            return date.fromisoformat(str(settings["api_retires_on"]))
        except (KeyError, ValueError):
            return self.api_retires_on.get(self.version_in(settings))

    def join_scopes(self, client: OAuthClient, scopes: Iterable[str]) -> str:
        return self.scope_delimiter.join(scopes)

    def uses_pkce(self, client: OAuthClient) -> bool:
        return self.pkce

    # Journeys

    def connect(
        self, client: OAuthClient, code: str, code_verifier: str | None
    ) -> Generator[Request, Response, Access]:
        """Exchange a code and find out whose login it is and what it reaches.

        Raises ``Refused`` (also with cause ``unknown`` for an unreadable answer), and
        ``PartialConsent`` where the answer names fewer permissions than were asked for.
        """
        answer = yield self.code_request(client, code, code_verifier)
        tokens = self.read_tokens(answer)
        tokens = yield from self.lengthen(client, tokens)
        if missing := self.missing(client, tokens.scopes):
            raise PartialConsent(missing)
        return (yield from self.identify(client, tokens))

    def lengthen(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, TokenSet]:
        """Turn a short-lived token into a long-lived one, where the platform has both."""
        return tokens
        yield

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        raise NotImplementedError

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        """Ask whether a token works, for whom and for what; ``Refused`` when it does not."""
        raise NotImplementedError

    def renew(
        self, client: OAuthClient, access: Secret, refresh: Secret | None
    ) -> Generator[Request, Response, TokenSet]:
        """Renew without the person. Raises ``Refused``."""
        answer = yield self.renewal_request(client, access, refresh)
        return self.read_tokens(answer)

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Go as far towards publishing as leaves nothing in public; ``Refused`` where it fails.

        Where the platform has no rehearsal, prove identity and permissions and say so.
        """
        raise NotImplementedError

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        """Give a login's tokens back; True where the platform has a way to."""
        return False
        yield

    # Single requests

    def code_request(self, client: OAuthClient, code: str, code_verifier: str | None) -> Request:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
        }
        if code_verifier:
            form["code_verifier"] = code_verifier
        return self.token_request(client, form)

    def renewal_request(
        self, client: OAuthClient, access: Secret, refresh: Secret | None
    ) -> Request:
        form = {"grant_type": "refresh_token", "refresh_token": refresh.reveal() if refresh else ""}
        return self.token_request(client, form)

    def token_request(self, client: OAuthClient, form: dict[str, str]) -> Request:
        """Build a form POST with the client's credentials in the body."""
        form = {
            **form,
            self.client_id_parameter: client.client_id,
            "client_secret": client.client_secret.reveal(),
        }
        return Request("POST", client.at(self.token_url), Endpoint.TOKEN, form=form)

    # Readings

    def read_tokens(self, response: Response) -> TokenSet:
        """Read a token answer (RFC 6749, 5.1), or raise ``Refused``."""
        if not response.ok or not response.text_at("access_token"):
            self.refuse(response)
        refresh = response.text_at("refresh_token")
        return TokenSet(
            access=Secret(response.text_at("access_token")),
            refresh=Secret(refresh) if refresh else None,
            expires_in=read_duration(response.at("expires_in")),
            refresh_expires_in=read_duration(
                response.at("refresh_token_expires_in") or response.at("refresh_expires_in")
            ),
            scopes=read_scopes(response.at("scope")),
        )

    def is_good(self, response: Response) -> bool:
        """Say whether an answer has no error in it: some platforms answer 200 to everything."""
        calm = response.ok and self.read_code(response) in self.good_codes
        return calm and self.read_error(response) is Cause.UNKNOWN

    def accounts_in(self, response: Response) -> tuple[str, ...]:
        """Return the ids of the accounts that a good answer is for; none where it names none."""
        return tuple(text for path in self.account_at for text in read_texts(response, path))

    def aliases_in(self, response: Response) -> tuple[str, ...]:
        """Return what else the account or its login is called: equal names prove it, others not."""
        return tuple(text for path in self.alias_at for text in read_texts(response, path))

    def scopes_in(self, response: Response) -> tuple[str, ...] | None:
        """Return the permissions that a good answer lists as granted; None where it lists none."""
        found = (read_scopes(response.at(*path)) for path in self.scopes_at)
        return next((scopes for scopes in found if scopes is not None), None)

    def shows_life(self, response: Response) -> bool:
        """Say whether a good answer says that access works, or gives access."""
        return any(response.at(*path) is True for path in self.alive_at) or any(
            response.text_at(*path) for path in (("access_token",), ("data", 0, "access_token"))
        )

    def read_error(self, response: Response) -> Cause:
        """Read why a platform said no. Never raises, whatever the body."""
        raise NotImplementedError

    def read_code(self, response: Response) -> str:
        """Return the platform's own code for the refusal, for the log."""
        return response.text_at("error")

    def read_message(self, response: Response) -> str:
        return response.text_at("error_description")

    def refuse(self, response: Response) -> NoReturn:
        """Raise what this answer means."""
        raise Refused(self.refusal(response))

    def refusal(self, response: Response) -> Refusal:
        now = response.date or datetime.now(UTC)
        return Refusal(
            cause=self.read_error(response),
            http_status=response.status,
            code=self.read_code(response)[:60],
            message=self.read_message(response)[:MAX_MESSAGE],
            request_id=storable(self.read_request_id(response))[:120],
            endpoint=response.request.name if response.request else "",
            retry_after=self.read_wait(response, now),
        )

    def read_wait(self, response: Response, now: datetime) -> timedelta | None:
        """Return how long the platform asks us to wait, where it says so."""
        return response.retry_after(now)

    def read_request_id(self, response: Response) -> str:
        for header in (
            "x-fb-request-id",
            "x-fb-trace-id",
            "x-li-uuid",
            "x-tt-logid",
            "x-transaction-id",
        ):
            if value := response.headers.get(header):
                return value
        return ""

    def expect(self, response: Response, *path: str | int) -> str:
        """Return the text at ``path`` of a good answer; refuse any other answer."""
        value = response.text_at(*path) if response.ok else ""
        if not value:
            self.refuse(response)
        return value
