"""Any other OAuth 2.0 server, described by its app's settings.

Settings: ``authorize_url``, ``token_url``, ``userinfo_url``, and where the server has
them ``introspection_url`` (RFC 7662) and ``revocation_url`` (RFC 7009); ``client_auth``
``basic`` or ``post``; ``scope_delimiter``; ``pkce``; ``rotates``; ``scopes``;
``subject_field`` and ``name_field`` of the userinfo answer.
"""

from collections.abc import Generator, Iterable

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import read_scopes, read_time
from connections.platforms.refusals import (
    expect_account,
    read_challenge,
    read_status,
    rejected_grant,
    settle,
)
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

# Sources: RFC 6749 (4.1.2.1, 5.2), 6750 (3.1), 7009 (2.2.1), 8628 (3.5), OpenID Connect (3.1.2.6).
ERRORS = {
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "unsupported_response_type": Cause.MALFORMED_REQUEST,
    "unsupported_token_type": Cause.MALFORMED_REQUEST,
    "redirect_uri_mismatch": Cause.REDIRECT_MISMATCH,
    "invalid_redirect_uri": Cause.REDIRECT_MISMATCH,
    "access_denied": Cause.PERMISSION_MISSING,
    "consent_required": Cause.PERMISSION_MISSING,
    "login_required": Cause.REFRESH_TOKEN_INVALID,
    "interaction_required": Cause.REFRESH_TOKEN_INVALID,
    "slow_down": Cause.RATE_LIMITED,
    "invalid_token": Cause.TOKEN_REJECTED,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "server_error": Cause.PLATFORM_OUTAGE,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
}
REQUIRED_SETTINGS = ("authorize_url", "token_url", "userinfo_url")


class Generic(Platform):
    slug = "generic"
    name = "OAuth 2.0"
    account_at = (("sub",), ("id",), ("user_id",), ("data", "id"))
    alias_at = (("preferred_username",), ("username",), ("email",))
    alive_at = (("active",),)
    publish_test_words = "Only asks the server whose access this is."
    authorize_url = ""
    token_url = ""
    permissions = ()
    renewal = Renewal(fraction=0.75)
    lifetime_words = "as long as the server says"

    def authorize_address(self, client: OAuthClient) -> str:
        return client.at(client.settings["authorize_url"])

    def join_scopes(self, client: OAuthClient, scopes: Iterable[str]) -> str:
        return client.settings.get("scope_delimiter", " ").join(scopes)

    def uses_pkce(self, client: OAuthClient) -> bool:
        return bool(client.settings.get("pkce", True))

    def token_request(self, client: OAuthClient, form: dict[str, str]) -> Request:
        return self.authenticated(client, client.settings["token_url"], form, Endpoint.TOKEN)

    def authenticated(
        self, client: OAuthClient, url: str, form: dict[str, str], endpoint: Endpoint
    ) -> Request:
        """Build a form POST as the client, by Basic or in the body (RFC 6749, 2.3.1)."""
        if client.settings.get("client_auth", "basic") == "basic":
            basic = (client.client_id, client.client_secret)
            return Request("POST", client.at(url), endpoint, form=form, basic=basic)
        secret = {"client_id": client.client_id, "client_secret": client.client_secret.reveal()}
        return Request("POST", client.at(url), endpoint, form={**form, **secret})

    def subject_is_sub(self, client: OAuthClient) -> bool:
        return client.settings.get("subject_field", "sub") == "sub"

    def userinfo(self, client: OAuthClient, token: Secret) -> Request:
        return Request("GET", client.at(client.settings["userinfo_url"]), bearer=token)

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.userinfo(client, tokens.access)
        subject = self.expect(answer, client.settings.get("subject_field", "sub"))
        name = answer.text_at(client.settings.get("name_field", "name")) or subject
        account = Account(subject, name, answer.text_at("preferred_username"))
        return Access(subject, name, tokens, (account,), tokens.scopes)

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        url = client.settings.get("introspection_url")
        if not url:
            answer = yield self.userinfo(client, token)
            subject = self.expect(answer, client.settings.get("subject_field", "sub"))
            return Inspection(account_id=subject)
        form = {"token": token.reveal()}
        answer = yield self.authenticated(client, url, form, Endpoint.DEBUG)
        if not answer.ok or answer.at("active") is not True:
            self.refuse(answer)
        return Inspection(
            # "sub" is the account only where the app says that it is.
            account_id=answer.text_at("sub") or None if self.subject_is_sub(client) else None,
            scopes=read_scopes(answer.at("scope")),
            expires_at=read_time(answer.at("exp")),
            app_id=answer.text_at("client_id") or None,
        )

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Ask whose token it is: how a server of any kind publishes, nobody here knows."""
        answer = yield self.userinfo(client, token)
        subject = self.expect(answer, client.settings.get("subject_field", "sub"))
        expect_account(self, answer, subject, account_id)
        return PublishTest(
            proven=("The server answers for this account.",),
            not_proven=("How this server publishes is not known here, so that was not tried.",),
        )

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        url = client.settings.get("revocation_url")
        if not url:
            return False
        form = {"token": (refresh or access).reveal()}
        answer = yield self.authenticated(client, url, form, Endpoint.TOKEN)
        if not answer.ok:
            self.refuse(answer)
        return True

    def read_error(self, response: Response) -> Cause:
        status = response.status
        known = settle(self.read_known(response) or read_challenge(response), status)
        if known:
            return known
        asked_by_app = response.endpoint == Endpoint.DEBUG
        unauthorized = Cause.APP_CREDENTIALS if asked_by_app else Cause.TOKEN_REJECTED
        return read_status(response, status, {401: unauthorized})

    def read_known(self, response: Response) -> Cause | None:
        error = response.text_at("error")
        if error == "invalid_grant":
            return rejected_grant(response)
        if response.at("active") is False:
            return Cause.TOKEN_REJECTED
        if error == "invalid_token" and response.endpoint == Endpoint.DEBUG:
            # RFC 7662, 2.3: our own credentials; of the token asked about it says "inactive".
            return Cause.APP_CREDENTIALS if response.status == 401 else Cause.TOKEN_REJECTED
        return ERRORS.get(error)
