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
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import read_scopes
from connections.platforms.refusals import (
    MALFORMED,
    plain,
    read_challenge,
    read_status,
    rejected_grant,
    settle,
)
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

API = "https://open.tiktokapis.com/v2"
# Of the API, of its posting endpoints and of the token endpoint: one code means one thing on
# all three. Sources: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling and
# https://developers.tiktok.com/doc/oauth-error-handling
CODES = {
    "access_token_invalid": Cause.TOKEN_REJECTED,
    "invalid_token": Cause.TOKEN_REJECTED,
    "scope_not_authorized": Cause.PERMISSION_MISSING,
    "scope_permission_missed": Cause.PERMISSION_MISSING,
    "access_denied": Cause.PERMISSION_MISSING,
    "auth_removed": Cause.REVOKED,
    "rate_limit_exceeded": Cause.RATE_LIMITED,
    "spam_risk": Cause.RATE_LIMITED,
    "spam_risk_too_many_posts": Cause.RATE_LIMITED,
    "spam_risk_too_many_pending_share": Cause.RATE_LIMITED,
    "reached_active_user_cap": Cause.RATE_LIMITED,
    "spam_risk_user_banned_from_posting": Cause.CHECKPOINT,
    "unaudited_client_can_only_post_to_private_accounts": Cause.APP_DISABLED,
    "url_ownership_unverified": Cause.APP_DISABLED,
    "privacy_level_option_mismatch": Cause.MALFORMED_REQUEST,
    "token_not_authorized_for_specified_publish_id": Cause.MALFORMED_REQUEST,
    "invalid_publish_id": Cause.MALFORMED_REQUEST,
    "invalid_params": Cause.MALFORMED_REQUEST,
    "invalid_param": Cause.MALFORMED_REQUEST,
    "invalid_file_upload": Cause.MALFORMED_REQUEST,
    "internal_error": Cause.PLATFORM_OUTAGE,
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "unsupported_response_type": Cause.MALFORMED_REQUEST,
    "server_error": Cause.PLATFORM_OUTAGE,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
    # Numbers of version 1, which older hosts of TikTok still answer with.
    "2100004": Cause.PLATFORM_OUTAGE,
    "2100005": Cause.MALFORMED_REQUEST,
    "2100007": Cause.PERMISSION_MISSING,
    "2190001": Cause.RATE_LIMITED,
    "2190002": Cause.TOKEN_REJECTED,
    "2190003": Cause.PERMISSION_MISSING,
    "2190004": Cause.APP_DISABLED,
    "2190008": Cause.EXPIRED,
}
# These codes stand for several things, and only their text says which.
SPELT_OUT = {"invalid_grant", "invalid_request", "invalid_client"}
TEXTS = {
    "authorization code is expired": Cause.CODE_REJECTED,
    "authorization code is invalid": Cause.CODE_REJECTED,
    "redirect_uri is not matched with the uri when requesting code": Cause.REDIRECT_MISMATCH,
    "client key or secret is incorrect": Cause.APP_CREDENTIALS,
    "refresh token is invalid or expired": Cause.REFRESH_TOKEN_INVALID,
}
# Wrapped, as the token endpoint has it, flat, and as version 1 had it.
CODE_PATHS = (("error", "code"), ("error",), ("code",), ("data", "error_code"), ("error_code",))
AUDIENCES = {
    "PUBLIC_TO_EVERYONE": "public",
    "FOLLOWER_OF_CREATOR": "followers",
    "MUTUAL_FOLLOW_FRIENDS": "friends",
    "SELF_ONLY": "only me",
}


class TikTok(Platform):
    slug = "tiktok"
    name = "TikTok"
    account_at = (("data", "user", "open_id"), ("open_id",), ("data", "open_id"))
    alias_at = (
        ("data", "user", "union_id"),
        ("data", "user", "username"),
        ("data", "creator_username"),
    )
    scopes_at = (("scope",), ("data", "scope"))
    publish_test_words = "Asks TikTok what this account may publish now."
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

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Ask what this account may publish now: TikTok answers for bans and caps too."""
        # It only reads, for all that it is a POST, so that nothing is left where it is refused.
        url = client.at(f"{API}/post/publish/creator_info/query/")
        answer = yield Request("POST", url, Endpoint.DEBUG, json={}, bearer=token)
        if answer.text_at("error", "code") not in {"ok", ""}:
            self.refuse(answer)
        name = self.expect(answer, "data", "creator_username")
        options = read_scopes(answer.at("data", "privacy_level_options")) or ()
        known = [words for option, words in AUDIENCES.items() if option in options]
        proven, not_proven = [f"TikTok knows this access as @{name}."], []
        if known:
            audiences = ", ".join(known)
            proven.append(f"TikTok lets this account publish now, for: {audiences}.")
            not_proven.append("A video may still be refused when TikTok reviews it.")
        else:
            not_proven.append("TikTok did not name anybody that this account may publish for.")
        if known == ["only me"]:
            not_proven.append("Posts that others can see are not open to this account now.")
        return PublishTest(tuple(proven), tuple(not_proven))

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
        code = self.read_code(response)
        known = CODES.get(code)
        if code in SPELT_OUT:
            known = TEXTS.get(plain(self.read_message(response))) or known
        if code == "invalid_grant":
            known = known or rejected_grant(response)
        known = settle(known or read_challenge(response), response.status)
        # A 401 may be a missing scope too, so that one with an unknown code says neither.
        meanings = MALFORMED if code else {**MALFORMED, 401: Cause.TOKEN_REJECTED}
        return known or read_status(response, response.status, meanings)

    def read_code(self, response: Response) -> str:
        found = (response.text_at(*path) for path in CODE_PATHS)
        return next((code for code in found if code not in {"", "0", "ok"}), "")

    def read_message(self, response: Response) -> str:
        return (
            response.text_at("error_description")
            or response.text_at("error", "message")
            or response.text_at("data", "description")
            or response.text_at("message")
        )

    def read_request_id(self, response: Response) -> str:
        return (
            response.text_at("error", "log_id")
            or response.text_at("log_id")
            or super().read_request_id(response)
        )
