"""TikTok: Login Kit v2. The client id is called client_key; refresh tokens rotate.

The token endpoint may answer 200 with an error in the body, so the body decides.
Reference: https://developers.tiktok.com/doc/oauth-user-access-token-management
"""

from collections.abc import Generator

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    Permission,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import general_cause
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

API = "https://open.tiktokapis.com/v2"
CODES = {
    "access_token_invalid": Cause.TOKEN_REJECTED,
    "scope_not_authorized": Cause.PERMISSION_MISSING,
    "scope_permission_missed": Cause.PERMISSION_MISSING,
    "rate_limit_exceeded": Cause.RATE_LIMITED,
    "internal_error": Cause.PLATFORM_OUTAGE,
    "invalid_params": Cause.MALFORMED_REQUEST,
    "invalid_file_upload": Cause.MALFORMED_REQUEST,
    "spam_risk_user_banned_from_posting": Cause.CHECKPOINT,
    "spam_risk_too_many_posts": Cause.RATE_LIMITED,
    "spam_risk_too_many_pending_share": Cause.RATE_LIMITED,
    "reached_active_user_cap": Cause.RATE_LIMITED,
    "unaudited_client_can_only_post_to_private_accounts": Cause.APP_DISABLED,
    "privacy_level_option_mismatch": Cause.MALFORMED_REQUEST,
}
OAUTH_ERRORS = {
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_grant": Cause.REFRESH_TOKEN_INVALID,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "unsupported_response_type": Cause.MALFORMED_REQUEST,
    "server_error": Cause.PLATFORM_OUTAGE,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
}
OAUTH_TEXTS = (
    ("authorization code", Cause.CODE_REJECTED),
    ("redirect_uri is not matched", Cause.REDIRECT_MISMATCH),
    ("client key or secret is incorrect", Cause.APP_CREDENTIALS),
    ("refresh token is invalid or expired", Cause.REFRESH_TOKEN_INVALID),
)


class TikTok(Platform):
    slug = "tiktok"
    name = "TikTok"
    authorize_url = "https://www.tiktok.com/v2/auth/authorize/"
    token_url = f"{API}/oauth/token/"
    scope_delimiter = ","
    client_id_parameter = "client_key"
    authorize_extra = {"disable_auto_auth": "1"}
    renewal = Renewal(fraction=0.75, rotates=True)
    lifetime_words = "2 hours, renewed by itself for up to 180 days"
    permissions = (
        Permission("user.info.basic", "See your profile", "checking the account"),
        Permission("video.publish", "Publish videos", "publishing"),
    )

    def whoami(self, client: OAuthClient, token: Secret) -> Request:
        # One field without its scope fails the whole call: only those of user.info.basic.
        fields = {"fields": "open_id,union_id,avatar_url,display_name"}
        return Request("GET", client.at(f"{API}/user/info/"), params=fields, bearer=token)

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.whoami(client, tokens.access)
        account_id = self.expect_user(answer)
        name = answer.text_at("data", "user", "display_name") or account_id
        return Access(account_id, name, tokens, (Account(account_id, name),), tokens.scopes)

    def expect_user(self, answer: Response) -> str:
        if answer.text_at("error", "code") not in {"ok", ""}:
            self.refuse(answer)
        return self.expect(answer, "data", "user", "open_id")

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        answer = yield self.whoami(client, token)
        return Inspection(account_id=self.expect_user(answer))

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        form = self.token_request(client, {"token": access.reveal()}).form
        answer = yield Request("POST", client.at(f"{API}/oauth/revoke/"), Endpoint.TOKEN, form=form)
        if not answer.ok or isinstance(answer.at("error"), str):
            self.refuse(answer)
        return True

    def read_tokens(self, response: Response) -> TokenSet:
        if isinstance(response.at("error"), str) and response.at("error"):
            self.refuse(response)
        return super().read_tokens(response)

    def read_error(self, response: Response) -> Cause:
        if isinstance(response.at("error"), str):
            text = self.read_message(response).lower()
            known = next((cause for part, cause in OAUTH_TEXTS if part in text), None)
            return known or OAUTH_ERRORS.get(response.text_at("error")) or general_cause(response)
        return CODES.get(self.read_code(response)) or general_cause(response)

    def read_code(self, response: Response) -> str:
        wrapped = response.text_at("error", "code") or response.text_at("code")
        return wrapped or response.text_at("error")

    def read_message(self, response: Response) -> str:
        return (
            response.text_at("error_description")
            or response.text_at("error", "message")
            or response.text_at("message")
        )

    def read_request_id(self, response: Response) -> str:
        return (
            response.text_at("error", "log_id")
            or response.text_at("log_id")
            or super().read_request_id(response)
        )
