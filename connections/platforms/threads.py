"""Threads.

Short-lived to long-lived is ``GET /access_token``; ``GET /refresh_access_token`` only
renews a token that is long-lived already and at least a day old.
Reference: https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
"""

from collections.abc import Generator
from urllib.parse import quote

from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    Permission,
    PublishTest,
    TokenSet,
)
from connections.platforms.meta import SelfRenewing, draft_text, read_limit
from connections.platforms.meta_envelope import find_fault
from connections.platforms.readings import read_scopes, read_time
from connections.platforms.wire import Endpoint, OAuthClient, Request, Response, Secret

DEFAULT_HOST = "graph.threads.net"
LEFT = "A prepared post that is never published. Threads drops it after a day."
PREPARED = {
    "FINISHED": "Threads took the text of a post that is never published and prepared it.",
    "IN_PROGRESS": "Threads took the text of a post that is never published.",
}
NOT_PREPARED = {
    "IN_PROGRESS": "Whether the post could be published: it was still being prepared.",
    "ERROR": "Threads could not prepare the post of the test.",
}
UNSEEN = "Whether a published post appears to everybody was not tried."


class Threads(SelfRenewing):
    slug = "threads"
    name = "Threads"
    authorize_url = "https://threads.com/oauth/authorize"
    token_url = f"https://{DEFAULT_HOST}/oauth/access_token"
    reports_scopes = True
    account_at = (("user_id",), ("data", "user_id"), ("id",))
    alias_at = (("username",),)
    scopes_at = (("data", "scopes"), ("scope",))
    publish_test_words = "Prepares a text post that is never published."
    permissions = (
        Permission("threads_basic", "See your profile", "everything"),
        Permission("threads_content_publish", "Publish posts", "publishing"),
    )

    def graph(self, client: OAuthClient, path: str) -> str:
        """Return an address on the API host, which moved from .net to .com in 2026."""
        return client.at(f"https://{client.settings.get('graph_host', DEFAULT_HOST)}/{path}")

    def token_request(self, client: OAuthClient, form: dict[str, str]) -> Request:
        form = {
            **form,
            "client_id": client.client_id,
            "client_secret": client.client_secret.reveal(),
        }
        url = self.graph(client, "oauth/access_token")
        return Request("POST", url, Endpoint.TOKEN, form=form)

    def lengthen(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, TokenSet]:
        answer = yield Request(
            "GET",
            self.graph(client, "access_token"),
            Endpoint.TOKEN,
            params={
                "grant_type": "th_exchange_token",
                "client_secret": client.client_secret.reveal(),
                "access_token": tokens.access.reveal(),
            },
        )
        return self.read_tokens(answer)

    def renewal_request(
        self, client: OAuthClient, access: Secret, refresh: Secret | None
    ) -> Request:
        params = {"grant_type": "th_refresh_token", "access_token": access.reveal()}
        return Request(
            "GET", self.graph(client, "refresh_access_token"), Endpoint.TOKEN, params=params
        )

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        me = yield Request(
            "GET",
            self.graph(client, "v1.0/me"),
            params={"fields": "id,username,name"},
            bearer=tokens.access,
        )
        account_id, handle = self.expect(me, "id"), me.text_at("username")
        inspection = yield from self.inspect(client, tokens.access, account_id)
        account = Account(account_id, me.text_at("name") or handle or account_id, handle)
        return Access(
            subject_id=account_id,
            subject_name=handle or account_id,
            tokens=tokens,
            accounts=(account,),
            scopes=inspection.scopes,
            expires_at=inspection.expires_at,
        )

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        app_token = Secret(f"TH|{client.client_id}|{client.client_secret.reveal()}")
        answer = yield Request(
            "GET",
            self.graph(client, "debug_token"),
            Endpoint.DEBUG,
            params={"input_token": token.reveal()},
            bearer=app_token,
        )
        if not answer.ok or answer.at("data", "is_valid") is False or not answer.at("data"):
            self.refuse(answer)
        return Inspection(
            account_id=answer.text_at("data", "user_id") or None,
            scopes=read_scopes(answer.at("data", "scopes")),
            expires_at=read_time(answer.at("data", "expires_at")),
            app_id=answer.text_at("data", "app_id") or None,
        )

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Read the limit on posts and prepare a post, which ``threads_publish`` would publish."""
        limit = yield Request(
            "GET",
            self.graph(client, "v1.0/me/threads_publishing_limit"),
            params={"fields": "quota_usage,config"},
            bearer=token,
        )
        if not limit.ok or find_fault(limit):
            self.refuse(limit)
        proven, not_proven = read_limit(self.name, limit)
        status = yield from self.prepare(client, token)
        proven += [PREPARED[status]] if status in PREPARED else []
        not_proven += [NOT_PREPARED[status]] if status in NOT_PREPARED else []
        return PublishTest(tuple(proven), (*not_proven, UNSEEN), LEFT)

    def prepare(self, client: OAuthClient, token: Secret) -> Generator[Request, Response, str]:
        """Make a container and return its status."""
        # With auto_publish_text, as in Meta's own sample, this call would publish.
        container = yield Request(
            "POST",
            self.graph(client, "v1.0/me/threads"),
            form={"media_type": "TEXT", "text": draft_text()},
            bearer=token,
        )
        container_id = self.expect(container, "id")
        answer = yield Request(
            "GET",
            self.graph(client, f"v1.0/{quote(container_id, safe='')}"),
            params={"fields": "id,status,error_message"},
            bearer=token,
        )
        return self.expect(answer, "status")
