"""Instagram: professional accounts through Instagram Login.

Reference: https://developers.facebook.com/documentation/instagram-platform
"""

from collections.abc import Generator, Mapping

from connections.platforms.contract import Access, Account, Inspection, Permission, TokenSet
from connections.platforms.meta import SelfRenewing
from connections.platforms.readings import read_duration, read_scopes
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

GRAPH = "https://graph.instagram.com"
DEFAULT_VERSION = "v22.0"


class Instagram(SelfRenewing):
    slug = "instagram"
    name = "Instagram"
    authorize_url = "https://www.instagram.com/oauth/authorize"
    token_url = "https://api.instagram.com/oauth/access_token"
    authorize_extra = {"force_authentication": "1"}
    permissions = (
        Permission("instagram_business_basic", "See your profile", "everything"),
        Permission("instagram_business_content_publish", "Publish posts", "publishing"),
    )

    def read_tokens(self, response: Response) -> TokenSet:
        """Read the flat answer that is live and the nested one that is documented."""
        nested = response.at("data", 0)
        found = nested if isinstance(nested, Mapping) else response.json
        if not response.ok or not isinstance(found, Mapping) or not found.get("access_token"):
            self.refuse(response)
        return TokenSet(
            access=Secret(str(found["access_token"])),
            expires_in=read_duration(found.get("expires_in")),
            scopes=read_scopes(found.get("permissions")),
        )

    def lengthen(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, TokenSet]:
        # The manual knows these two as GET with the token in the query only.
        answer = yield Request(
            "GET",
            client.at(f"{GRAPH}/access_token"),
            Endpoint.TOKEN,
            params={
                "grant_type": "ig_exchange_token",
                "client_secret": client.client_secret.reveal(),
                "access_token": tokens.access.reveal(),
            },
        )
        longer = self.read_tokens(answer)
        return TokenSet(
            longer.access, None, longer.expires_in, None, longer.scopes or tokens.scopes
        )

    def renewal_request(
        self, client: OAuthClient, access: Secret, refresh: Secret | None
    ) -> Request:
        params = {"grant_type": "ig_refresh_token", "access_token": access.reveal()}
        return Request(
            "GET", client.at(f"{GRAPH}/refresh_access_token"), Endpoint.TOKEN, params=params
        )

    def whoami(self, client: OAuthClient, token: Secret) -> Request:
        version = client.settings.get("api_version", DEFAULT_VERSION)
        fields = {"fields": "user_id,username,name,account_type"}
        return Request("GET", client.at(f"{GRAPH}/{version}/me"), params=fields, bearer=token)

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.whoami(client, tokens.access)
        profile = self.read_profile(answer)
        account_id = str(profile["user_id"])
        handle = str(profile.get("username") or "")
        name = str(profile.get("name") or handle or account_id)
        account = Account(account_id, name, handle, kind="profile")
        return Access(account_id, handle or name, tokens, (account,), tokens.scopes)

    def read_profile(self, answer: Response) -> Mapping[str, object]:
        """Read the flat answer that is live, and the documented one wrapped in a list."""
        nested = answer.at("data", 0)
        profile = nested if isinstance(nested, Mapping) else answer.json
        if not answer.ok or not isinstance(profile, Mapping) or not profile.get("user_id"):
            self.refuse(answer)
        return profile

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        answer = yield self.whoami(client, token)
        profile = self.read_profile(answer)
        return Inspection(account_id=str(profile["user_id"]))

    def read_error(self, response: Response) -> Cause:
        # Seen for a token too old to refresh: the method is said to be unsupported.
        unsupported = "Unsupported request - method type: get" in self.read_message(response)
        if unsupported and response.endpoint == Endpoint.TOKEN:
            return Cause.REFRESH_TOKEN_INVALID
        return super().read_error(response)
