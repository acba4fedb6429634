"""YouTube: channels through Google's OAuth 2.0.

Access tokens last an hour; the refresh token is kept and used again. ``invalid_grant``
never says why. Reference: https://developers.google.com/identity/protocols/oauth2
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

SCOPE = "https://www.googleapis.com/auth/"
RETRYABLE = ("internal_failure", "server_error", "temporarily_unavailable")
TOKEN_ERRORS = {
    "invalid_grant": Cause.REFRESH_TOKEN_INVALID,
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "deleted_client": Cause.APP_DISABLED,
    "disabled_client": Cause.APP_DISABLED,
    "admin_policy_enforced": Cause.APP_DISABLED,
    "org_internal": Cause.APP_DISABLED,
    "redirect_uri_mismatch": Cause.REDIRECT_MISMATCH,
    "invalid_token": Cause.TOKEN_REJECTED,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
}
REASONS = {
    "authError": Cause.TOKEN_REJECTED,
    "insufficientPermissions": Cause.PERMISSION_MISSING,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Cause.PERMISSION_MISSING,
    "quotaExceeded": Cause.RATE_LIMITED,
    "dailyLimitExceeded": Cause.RATE_LIMITED,
    "rateLimitExceeded": Cause.RATE_LIMITED,
    "userRateLimitExceeded": Cause.RATE_LIMITED,
    "uploadLimitExceeded": Cause.RATE_LIMITED,
    "RATE_LIMIT_EXCEEDED": Cause.RATE_LIMITED,
    "accessNotConfigured": Cause.APP_DISABLED,
    "SERVICE_DISABLED": Cause.APP_DISABLED,
    "youtubeSignupRequired": Cause.ACCOUNT_MISSING,
    "authenticatedUserNotChannel": Cause.ACCOUNT_MISSING,
    "authenticatedUserAccountClosed": Cause.ACCOUNT_MISSING,
    "channelClosed": Cause.ACCOUNT_MISSING,
    "channelNotFound": Cause.ACCOUNT_MISSING,
    "authenticatedUserAccountSuspended": Cause.CHECKPOINT,
    "channelSuspended": Cause.CHECKPOINT,
    "backendError": Cause.PLATFORM_OUTAGE,
}


class YouTube(Platform):
    slug = "youtube"
    name = "YouTube"
    authorize_url = "https://accounts.google.com/o/oauth2/v2/auth"
    token_url = "https://oauth2.googleapis.com/token"
    account_noun = "channel"
    pkce = True
    # Without prompt=consent Google gives no refresh token the second time.
    authorize_extra = {
        "access_type": "offline",
        "prompt": "consent select_account",
        "include_granted_scopes": "true",
    }
    renewal = Renewal(fraction=0.75)
    lifetime_words = "1 hour, renewed by itself"
    # channels.list spends quota; a renewal, every 45 minutes, proves the grant for free.
    check_every = timedelta(hours=24)
    upgrade_warning = (
        "Google keeps 100 sign-ins for each app and person: a further one silently ends the oldest."
    )
    permissions = (
        Permission(f"{SCOPE}youtube.upload", "Upload videos", "publishing"),
        Permission(f"{SCOPE}youtube.readonly", "See your channel", "checking the account"),
    )

    def channels(self, client: OAuthClient, token: Secret) -> Request:
        return Request(
            "GET",
            client.at("https://www.googleapis.com/youtube/v3/channels"),
            params={"part": "id,snippet", "mine": "true"},
            bearer=token,
        )

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.channels(client, tokens.access)
        channel_id = self.expect_channel(answer)
        name = answer.text_at("items", 0, "snippet", "title") or channel_id
        handle = answer.text_at("items", 0, "snippet", "customUrl").lstrip("@")
        account = Account(channel_id, name, handle, kind="channel")
        # Google names no person without the e-mail scope: the channel is the identity.
        return Access(channel_id, name, tokens, (account,), tokens.scopes)

    def expect_channel(self, answer: Response) -> str:
        return self.expect(answer, "items", 0, "id")

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        """Ask tokeninfo for permissions and life, and the API which channel it is."""
        info = yield Request(
            "POST",
            client.at("https://oauth2.googleapis.com/tokeninfo"),
            Endpoint.DEBUG,
            form={"access_token": token.reveal()},
        )
        if not info.ok or not info.at("scope"):
            self.refuse(info)
        scopes = read_scopes(info.at("scope")) or ()
        channel_id = None
        if f"{SCOPE}youtube.readonly" in scopes or f"{SCOPE}youtube" in scopes:
            channel_id = self.expect_channel((yield self.channels(client, token)))
        return Inspection(
            account_id=channel_id,
            scopes=scopes,
            expires_at=read_time(info.at("exp")),
        )

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        answer = yield Request(
            "POST",
            client.at("https://oauth2.googleapis.com/revoke"),
            Endpoint.TOKEN,
            form={"token": (refresh or access).reveal()},
        )
        if not answer.ok:
            self.refuse(answer)
        return True

    def read_error(self, response: Response) -> Cause:
        if isinstance(response.at("error"), dict):
            return self.read_api_error(response)
        if response.status >= 500 or response.status == 429:
            return general_cause(response)
        if response.text_at("kind") == "youtube#channelListResponse" and not response.at("items"):
            return Cause.ACCOUNT_MISSING
        return self.read_token_error(response) or general_cause(response)

    def read_token_error(self, response: Response) -> Cause | None:
        error, message = response.text_at("error"), self.read_message(response)
        if any(word in said for word in RETRYABLE for said in (error, message)):
            return Cause.PLATFORM_OUTAGE
        if not error and message == "Invalid Value":
            return Cause.TOKEN_REJECTED
        form = (response.request.form if response.request else None) or {}
        if error == "invalid_grant" and form.get("grant_type") == "authorization_code":
            return Cause.CODE_REJECTED
        return TOKEN_ERRORS.get(error)

    def read_api_error(self, response: Response) -> Cause:
        known = next((REASONS[r] for r in self.reasons(response) if r in REASONS), None)
        if known:
            return known
        if response.text_at("error", "status") == "UNAUTHENTICATED" or response.status == 401:
            return Cause.TOKEN_REJECTED
        return general_cause(response)

    def reasons(self, response: Response) -> list[str]:
        """Return every reason given, of the old error list and the new details."""
        found: list[str] = []
        for key in ("errors", "details"):
            rows = response.at("error", key)
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict) and isinstance(row.get("reason"), str):
                    found.append(row["reason"])
        return found

    def read_code(self, response: Response) -> str:
        reasons = self.reasons(response)
        return (
            reasons[0]
            if reasons
            else response.text_at("error") or response.text_at("error", "code")
        )

    def read_message(self, response: Response) -> str:
        return response.text_at("error_description") or response.text_at("error", "message")
