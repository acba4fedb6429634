"""Threads.

Short-lived to long-lived is ``GET /access_token``; ``GET /refresh_access_token`` only
renews a token that is long-lived already and at least a day old.
Reference: https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
"""

from collections.abc import Generator

from connections.platforms.contract import Access, Account, Inspection, Permission, TokenSet
from connections.platforms.meta import SelfRenewing
from connections.platforms.readings import read_scopes, read_time
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

DEFAULT_HOST = "graph.threads.net"


class Threads(SelfRenewing):
    slug = "threads"
    name = "Threads"
    authorize_url = "https://threads.com/oauth/authorize"
    token_url = f"https://{DEFAULT_HOST}/oauth/access_token"
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
        )

    def read_error(self, response: Response) -> Cause:
        cause = super().read_error(response)
        # A token past its end can no longer renew itself: that is what was refused here.
        if response.endpoint == Endpoint.TOKEN and cause == Cause.EXPIRED:
            return Cause.REFRESH_TOKEN_INVALID
        return cause
