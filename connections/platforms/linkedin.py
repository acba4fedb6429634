"""LinkedIn: member profiles with OpenID Connect and Share on LinkedIn.

Refresh tokens exist for approved partners only, and their year counts from consent.
Reference: https://learn.microsoft.com/en-us/linkedin/shared/authentication
"""

from collections.abc import Generator
from datetime import timedelta

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    Permission,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import general_cause, read_scopes, read_time
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

OAUTH = "https://www.linkedin.com/oauth/v2"
SERVICE_CODES = {
    65600: Cause.TOKEN_REJECTED,
    65601: Cause.REVOKED,
    65602: Cause.EXPIRED,
    65604: Cause.MALFORMED_REQUEST,
    100: Cause.PERMISSION_MISSING,
    101: Cause.RATE_LIMITED,
}
CODES = {
    "INVALID_ACCESS_TOKEN": Cause.TOKEN_REJECTED,
    "REVOKED_ACCESS_TOKEN": Cause.REVOKED,
    "EXPIRED_ACCESS_TOKEN": Cause.EXPIRED,
    "EMPTY_ACCESS_TOKEN": Cause.MALFORMED_REQUEST,
    "ACCESS_DENIED": Cause.PERMISSION_MISSING,
    "TOO_MANY_REQUESTS": Cause.RATE_LIMITED,
    "NONEXISTENT_VERSION": Cause.MALFORMED_REQUEST,
    "VERSION_MISSING": Cause.MALFORMED_REQUEST,
}
TOKEN_TEXTS = (
    ("authorization code not found", Cause.CODE_REJECTED),
    ("does not match authorization code", Cause.REDIRECT_MISMATCH),
    ("grant or refresh token is invalid", Cause.REFRESH_TOKEN_INVALID),
    ("client authentication failed", Cause.APP_CREDENTIALS),
    ("required parameter", Cause.MALFORMED_REQUEST),
)
TOKEN_ERRORS = {
    "invalid_client": Cause.APP_CREDENTIALS,
    "invalid_client_id": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_redirect_uri": Cause.REDIRECT_MISMATCH,
    "invalid_grant": Cause.REFRESH_TOKEN_INVALID,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "server_error": Cause.PLATFORM_OUTAGE,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
}
INACTIVE = {"revoked": Cause.REVOKED, "expired": Cause.EXPIRED}


class LinkedIn(Platform):
    slug = "linkedin"
    name = "LinkedIn"
    authorize_url = f"{OAUTH}/authorization"
    token_url = f"{OAUTH}/accessToken"
    cancel_errors = frozenset({"access_denied", "user_cancelled_login", "user_cancelled_authorize"})
    renewal = Renewal(fraction=0.75)
    lifetime_words = "60 days"
    # Seen in the wild: 65601 in up to 7 of 10 calls right after a valid consent.
    false_revoked_for = timedelta(minutes=2)
    upgrade_warning = (
        "LinkedIn ends every earlier access of this member to this app when other permissions "
        "are asked for: other connections of the same login will need this sign-in too."
    )
    permissions = (
        Permission("openid", "Know who you are", "checking the account"),
        Permission("profile", "See your name and picture", "checking the account"),
        Permission("w_member_social", "Publish posts", "publishing"),
    )

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        me = yield Request(
            "GET", client.at("https://api.linkedin.com/v2/userinfo"), bearer=tokens.access
        )
        account_id = self.expect(me, "sub")
        name = me.text_at("name") or account_id
        return Access(account_id, name, tokens, (Account(account_id, name),), tokens.scopes)

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        """Introspect: it spends no member's quota and says revoked and expired apart."""
        form = self.token_request(client, {"token": token.reveal()}).form
        answer = yield Request(
            "POST", client.at(f"{OAUTH}/introspectToken"), Endpoint.DEBUG, form=form
        )
        if not answer.ok or answer.at("active") is not True:
            self.refuse(answer)
        return Inspection(
            scopes=read_scopes(answer.at("scope")),
            expires_at=read_time(answer.at("expires_at")),
        )

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        form = self.token_request(client, {"token": access.reveal()}).form
        answer = yield Request("POST", client.at(f"{OAUTH}/revoke"), Endpoint.TOKEN, form=form)
        if not answer.ok:
            self.refuse(answer)
        return True

    def read_error(self, response: Response) -> Cause:
        if response.at("active") is False:
            # Inactive without a status: a token of another app, says the manual.
            return INACTIVE.get(response.text_at("status"), Cause.TOKEN_REJECTED)
        if isinstance(response.at("error"), str):
            return self.read_token_error(response)
        known = CODES.get(response.text_at("code")) or self.read_service_code(response)
        if known:
            return known
        if "empty oauth2" in self.read_message(response).lower():
            return Cause.MALFORMED_REQUEST
        if response.status == 426:
            return Cause.MALFORMED_REQUEST
        return general_cause(response)

    def read_service_code(self, response: Response) -> Cause | None:
        code = response.text_at("serviceErrorCode")
        return SERVICE_CODES.get(int(code)) if code.isdigit() and len(code) < 9 else None

    def read_token_error(self, response: Response) -> Cause:
        text = self.read_message(response).lower()
        known = next((cause for part, cause in TOKEN_TEXTS if part in text), None)
        if response.status >= 500 or response.status == 429:
            return general_cause(response)
        return known or TOKEN_ERRORS.get(response.text_at("error")) or general_cause(response)

    def read_code(self, response: Response) -> str:
        return (
            response.text_at("error")
            or response.text_at("code")
            or response.text_at("serviceErrorCode")
            or response.text_at("status")
        )

    def read_message(self, response: Response) -> str:
        return response.text_at("error_description") or response.text_at("message")
