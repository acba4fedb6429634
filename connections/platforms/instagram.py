"""Instagram: professional accounts through Instagram Login.

Reference: https://developers.facebook.com/documentation/instagram-platform
"""

from collections.abc import Generator, Mapping
from urllib.parse import quote, urlsplit

from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    Permission,
    PublishTest,
    TokenSet,
)
from connections.platforms.meta import (
    GRAPH_RETIRES_ON,
    GRAPH_VERSION,
    SelfRenewing,
    draft_text,
    read_limit,
)
from connections.platforms.meta_envelope import Fault, find_fault
from connections.platforms.readings import EACH, read_duration, read_scopes
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

GRAPH = "https://graph.instagram.com"
UNSUPPORTED = "unsupported request - method type: get"
LEFT = "A prepared post that is never published. Instagram drops it after about a day."
NO_IMAGE = (
    "Whether Instagram takes a picture was not tried: that needs the address of a public JPEG "
    "in the app's setting publish_test_image_url."
)
PREPARED = {
    "FINISHED": "Instagram took a picture and prepared a post of it that is never published.",
    "IN_PROGRESS": "Instagram took the address of a picture for a post that is never published.",
}
NOT_PREPARED = {
    "IN_PROGRESS": "Whether the picture suits Instagram: it was still being prepared.",
    "ERROR": "Instagram could not prepare the picture of the test. The picture may be at fault.",
}
UNSEEN = "Whether a published post appears to everybody was not tried."


class Instagram(SelfRenewing):
    slug = "instagram"
    name = "Instagram"
    authorize_url = "https://www.instagram.com/oauth/authorize"
    token_url = "https://api.instagram.com/oauth/access_token"
    authorize_extra = {"force_authentication": "1"}
    api_version = GRAPH_VERSION
    api_retires_on = GRAPH_RETIRES_ON
    account_at = (("user_id",), ("data", EACH, "user_id"), ("id",), ("data", EACH, "id"))
    alias_at = (("username",), ("data", EACH, "username"))
    scopes_at = (("permissions",), ("data", 0, "permissions"), ("scope",))
    publish_test_words = "Reads the limit on posts and may prepare a post that is never published."
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

    def graph(self, client: OAuthClient, path: str) -> str:
        return client.at(f"{GRAPH}/{self.version_in(client.settings)}/{path}")

    def whoami(self, client: OAuthClient, token: Secret) -> Request:
        fields = {"fields": "id,user_id,username,name,account_type"}
        return Request("GET", self.graph(client, "me"), params=fields, bearer=token)

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
        # News from Meta may name the person by the id that belongs to the app alone.
        return Inspection(
            account_id=str(profile["user_id"]), login_id=str(profile.get("id") or "") or None
        )

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Read the limit on posts and, where a picture is set, prepare a post of it."""
        account = quote(account_id, safe="")
        limit = yield Request(
            "GET",
            self.graph(client, f"{account}/content_publishing_limit"),
            params={"fields": "quota_usage,config"},
            bearer=token,
        )
        if not limit.ok or find_fault(limit):
            self.refuse(limit)
        proven, not_proven = read_limit(self.name, limit)
        image = str(client.settings.get("publish_test_image_url") or "")
        if not image:
            return PublishTest(tuple(proven), (*not_proven, NO_IMAGE, UNSEEN))
        status = yield from self.prepare(client, token, account, image)
        proven += [PREPARED[status]] if status in PREPARED else []
        not_proven += [NOT_PREPARED[status]] if status in NOT_PREPARED else []
        return PublishTest(tuple(proven), (*not_proven, UNSEEN), LEFT)

    def prepare(
        self, client: OAuthClient, token: Secret, account: str, image: str
    ) -> Generator[Request, Response, str]:
        """Make a container, which ``media_publish`` alone would publish; return its status."""
        container = yield Request(
            "POST",
            self.graph(client, f"{account}/media"),
            form={"image_url": image, "caption": draft_text()},
            bearer=token,
        )
        container_id = self.expect(container, "id")
        answer = yield Request(
            "GET",
            self.graph(client, quote(container_id, safe="")),
            params={"fields": "status_code"},
            bearer=token,
        )
        return self.expect(answer, "status_code")

    def read_error(self, response: Response) -> Cause:
        fault = find_fault(response) if response.endpoint == Endpoint.TOKEN else None
        if fault and is_refused_renewal(fault, response):
            return Cause.REFRESH_TOKEN_INVALID
        return super().read_error(response)


def is_refused_renewal(fault: Fault, response: Response) -> bool:
    """Say whether Instagram calls the method unsupported, as seen for tokens too old to renew.

    At the exchange for a long-lived token the same words mean an account that the app may
    not serve: https://github.com/diwenne/openreply/pull/17.
    """
    path = urlsplit(response.request.url).path if response.request else ""
    return (
        fault.code in (0, 100)
        and response.status < 500
        and fault.text == UNSUPPORTED
        and not path.endswith("/access_token")
    )
