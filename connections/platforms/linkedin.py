"""LinkedIn: member profiles with OpenID Connect and Share on LinkedIn.

Refresh tokens exist for approved partners only, and their year counts from consent.
Reference: https://learn.microsoft.com/en-us/linkedin/shared/authentication
"""

from collections.abc import Generator
from datetime import date, timedelta

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    KnownEnd,
    Permission,
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import read_scopes, read_time
from connections.platforms.refusals import (
    MALFORMED,
    plain,
    read_challenge,
    read_status,
    rejected_grant,
    settle,
    true_status,
)
from connections.platforms.wire import (
    Cause,
    Endpoint,
    OAuthClient,
    Refusal,
    Refused,
    Request,
    Response,
    Secret,
)

OAUTH = "https://www.linkedin.com/oauth/v2"
POSTING = "w_member_social"
# Numbers and names of one error are read alike; the manual has only the names in words.
CODES = {
    "65600": Cause.TOKEN_REJECTED,
    "65601": Cause.REVOKED,
    "65602": Cause.EXPIRED,
    "65604": Cause.MALFORMED_REQUEST,
    "100": Cause.PERMISSION_MISSING,
    "101": Cause.RATE_LIMITED,
    "INVALID_ACCESS_TOKEN": Cause.TOKEN_REJECTED,
    "REVOKED_ACCESS_TOKEN": Cause.REVOKED,
    "EXPIRED_ACCESS_TOKEN": Cause.EXPIRED,
    "EMPTY_ACCESS_TOKEN": Cause.MALFORMED_REQUEST,
    "ACCESS_DENIED": Cause.PERMISSION_MISSING,
    "TOO_MANY_REQUESTS": Cause.RATE_LIMITED,
    "NONEXISTENT_VERSION": Cause.MALFORMED_REQUEST,
    "VERSION_MISSING": Cause.MALFORMED_REQUEST,
    "INTERNAL_SERVER_ERROR": Cause.PLATFORM_OUTAGE,
}
# What older answers say instead of a code.
TEXTS = {
    "invalid access token": Cause.TOKEN_REJECTED,
    "expired access token": Cause.EXPIRED,
    "the token used in the request has expired": Cause.EXPIRED,
    "the token used in the request is expired": Cause.EXPIRED,
    "the token used in the request has been revoked by the user": Cause.REVOKED,
    "empty oauth2 access token": Cause.MALFORMED_REQUEST,
    "empty oauth2_access_token": Cause.MALFORMED_REQUEST,
}
TOKEN_TEXTS = {
    "unable to retrieve access token: authorization code not found": Cause.CODE_REJECTED,
    "unable to retrieve access token: appid/redirect uri/code verifier does not match "
    "authorization code. or authorization code expired. or external member binding exists": (
        Cause.REDIRECT_MISMATCH
    ),
    "client authentication failed": Cause.APP_CREDENTIALS,
}
EITHER_GRANT = "the provided authorization grant or refresh token is invalid, expired or revoked"
TOKEN_ERRORS = {
    "invalid_client": Cause.APP_CREDENTIALS,
    "invalid_client_id": Cause.APP_CREDENTIALS,
    "invalid_client_secret": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_redirect_uri": Cause.REDIRECT_MISMATCH,
    "invalid_token": Cause.TOKEN_REJECTED,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "access_denied": Cause.PERMISSION_MISSING,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unauthorized_scope_error": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "server_error": Cause.PLATFORM_OUTAGE,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
}
INACTIVE = {"revoked": Cause.REVOKED, "expired": Cause.EXPIRED}
STATUSES = {**MALFORMED, 401: Cause.TOKEN_REJECTED, 403: Cause.PERMISSION_MISSING}
# Introspection is asked by the app, so that a 401 is about the app.
INTROSPECTION_STATUSES = {**MALFORMED, 401: Cause.APP_CREDENTIALS}
# One version a month, each kept for a year. The day is about the middle of the month.
# Source: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
MONTHS = [(year, month) for year in (2025, 2026, 2027) for month in range(1, 13)]


class LinkedIn(Platform):
    slug = "linkedin"
    name = "LinkedIn"
    account_at = (("sub",), ("id",))
    alive_at = (("active",),)
    good_codes = frozenset({"", "active"})
    publish_test_words = "Opens a place for a picture and never uses it."
    authorize_url = f"{OAUTH}/authorization"
    token_url = f"{OAUTH}/accessToken"
    cancel_errors = frozenset({"access_denied", "user_cancelled_login", "user_cancelled_authorize"})
    renewal = Renewal(fraction=0.75, usual=False)
    lifetime_words = "60 days"
    known_ends = (
        KnownEnd(
            timedelta(days=365),
            "LinkedIn lets access be renewed for a year from the consent, and no longer.",
        ),
    )
    reports_scopes = True
    api_version = "202607"
    api_retires_on = {f"{year}{month:02}": date(year + 1, month, 15) for year, month in MONTHS}
    # Seen in the wild: 65601 in up to 7 of 10 calls right after a valid consent.
    false_revoked_for = timedelta(minutes=2)
    upgrade_warning = (
        "LinkedIn ends every earlier access of this member to this app when other permissions "
        "are asked for: other connections of the same login will need this sign-in too."
    )
    permissions = (
        Permission("openid", "Know who you are", "checking the account"),
        Permission("profile", "See your name and picture", "checking the account"),
        Permission(POSTING, "Publish posts", "publishing"),
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
            app_id=answer.text_at("client_id") or None,
        )

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Open an upload slot for a picture in the member's name, and leave it unused."""
        told = yield from self.inspect(client, token, account_id)
        if POSTING not in (told.scopes or ()):
            raise Refused(Refusal(Cause.PERMISSION_MISSING, code=POSTING))
        answer = yield Request(
            "POST",
            client.at("https://api.linkedin.com/rest/images"),
            params={"action": "initializeUpload"},
            json={"initializeUploadRequest": {"owner": f"urn:li:person:{account_id}"}},
            headers={
                "Linkedin-Version": self.version_in(client.settings),
                "X-Restli-Protocol-Version": "2.0.0",
            },
            bearer=token,
        )
        self.expect(answer, "value", "uploadUrl")
        return PublishTest(
            proven=(
                "LinkedIn lists the permission to publish posts.",
                "LinkedIn took the first step of a post with a picture in this member's name.",
            ),
            not_proven=("Whether LinkedIn would take the text of a post was not tried.",),
            left="An empty place for a picture at LinkedIn, which nobody sees and which ends unused.",
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
        status = true_status(response, response.at("status"))
        known = self.read_known(response) or read_challenge(response)
        asked_by_app = response.endpoint == Endpoint.DEBUG
        meanings = INTROSPECTION_STATUSES if asked_by_app else STATUSES
        return settle(known, status) or read_status(response, status, meanings)

    def read_known(self, response: Response) -> Cause | None:
        if response.at("active") is False:
            # Inactive without a status: a token of another app, says the manual.
            return INACTIVE.get(response.text_at("status"), Cause.TOKEN_REJECTED)
        return (
            self.read_token_error(response)
            or CODES.get(response.text_at("code"))
            or CODES.get(response.text_at("serviceErrorCode"))
            or TEXTS.get(plain(response.text_at("message")))
        )

    def read_token_error(self, response: Response) -> Cause | None:
        error, text = response.text_at("error"), plain(response.text_at("error_description"))
        if error == "invalid_grant" or text == EITHER_GRANT:
            return rejected_grant(response)
        return TOKEN_TEXTS.get(text) or TOKEN_ERRORS.get(error)

    def read_code(self, response: Response) -> str:
        return (
            response.text_at("error")
            or response.text_at("code")
            or response.text_at("serviceErrorCode")
            or response.text_at("status")
        )

    def read_message(self, response: Response) -> str:
        return response.text_at("error_description") or response.text_at("message")
