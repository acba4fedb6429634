"""How a client connects, renews and checks at each platform."""

from dataclasses import dataclass, field

import requests

from tests.sandbox_process import ACCOUNTS, CHALLENGE, REDIRECT, VERIFIER, Sandbox, answered

SECRET = "s3cret"
APP_TOKEN = f"100|{SECRET}"
YOUTUBE = "https://www.googleapis.com/auth/youtube"


@dataclass
class Flow:
    """``scopes`` in the order asked; ``wanted`` is the rest of the authorization query."""

    authorize: str
    token: str
    scopes: tuple[str, ...]
    whoami: str
    separator: str = " "
    client_field: str = "client_id"
    basic: bool = False
    method: str = "POST"
    wanted: dict[str, str] = field(default_factory=dict)


FLOWS = {
    "facebook": Flow(
        "www.facebook.com/v22.0/dialog/oauth",
        "graph.facebook.com/v22.0/oauth/access_token",
        ("pages_show_list", "pages_manage_posts"),
        "graph.facebook.com/v22.0/me",
        separator=",",
        method="GET",
    ),
    "instagram": Flow(
        "www.instagram.com/oauth/authorize",
        "api.instagram.com/oauth/access_token",
        ("instagram_business_basic", "instagram_business_content_publish"),
        "graph.instagram.com/v22.0/me",
        separator=",",
    ),
    "threads": Flow(
        "threads.com/oauth/authorize",
        "graph.threads.net/oauth/access_token",
        ("threads_basic", "threads_content_publish"),
        "graph.threads.net/v1.0/me",
        separator=",",
    ),
    "x": Flow(
        "x.com/i/oauth2/authorize",
        "api.x.com/2/oauth2/token",
        ("tweet.read", "users.read", "tweet.write", "offline.access"),
        "api.x.com/2/users/me",
        basic=True,
        wanted={"code_challenge": CHALLENGE, "code_challenge_method": "S256"},
    ),
    "tiktok": Flow(
        "www.tiktok.com/v2/auth/authorize/",
        "open.tiktokapis.com/v2/oauth/token/",
        ("user.info.basic", "video.publish"),
        "open.tiktokapis.com/v2/user/info/?fields=open_id,display_name",
        separator=",",
        client_field="client_key",
    ),
    "linkedin": Flow(
        "www.linkedin.com/oauth/v2/authorization",
        "www.linkedin.com/oauth/v2/accessToken",
        ("openid", "profile", "w_member_social"),
        "api.linkedin.com/v2/userinfo",
    ),
    "youtube": Flow(
        "accounts.google.com/o/oauth2/v2/auth",
        "oauth2.googleapis.com/token",
        (YOUTUBE, YOUTUBE + ".upload"),
        "www.googleapis.com/youtube/v3/channels?part=id,snippet&mine=true",
        wanted={"access_type": "offline", "prompt": "consent"},
    ),
    "generic": Flow(
        "id.example/authorize",
        "id.example/token",
        ("profile", "post"),
        "id.example/userinfo",
        basic=True,
    ),
}


class Client:
    """An app at one platform, holding what its exchanges answered."""

    def __init__(self, sandbox: Sandbox, platform: str, secret: str = SECRET) -> None:
        self.sandbox, self.platform, self.secret = sandbox, platform, secret
        self.flow = FLOWS[platform]
        self.answer: dict = {}

    def query(self, **more: str) -> dict[str, str]:
        return {
            self.flow.client_field: "100",
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "state": "st",
            "scope": self.flow.separator.join(self.flow.scopes),
            **self.flow.wanted,
            **more,
        }

    def code(self, **form: object) -> str:
        pages = (
            ACCOUNTS[self.platform] if self.platform == "facebook" else ACCOUNTS[self.platform][:1]
        )
        form = {"scope": list(self.flow.scopes), "page": pages, **form}
        address = f"{self.platform}/{self.flow.authorize}"
        return answered(self.sandbox.decide(address, self.query(), **form))["code"]

    def token_call(self, **form: str) -> requests.Response:
        basic = ("100", self.secret) if self.flow.basic else None
        if not basic:
            form = {self.flow.client_field: "100", "client_secret": self.secret, **form}
        sent = {"params" if self.flow.method == "GET" else "data": form}
        address = f"{self.platform}/{self.flow.token}"
        return self.sandbox.call(self.flow.method, address, auth=basic, **sent)

    def exchange(self, code: str, **form: str) -> requests.Response:
        verifier = {"code_verifier": VERIFIER} if self.platform == "x" else {}
        return self.token_call(
            grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **verifier, **form
        )

    def connect(self, **form: object) -> "Client":
        self.answer = self.exchange(self.code(**form)).json()
        assert "access_token" in self.answer, self.answer
        if self.platform in ("facebook", "instagram", "threads"):
            self.answer |= self.lengthen().json()
        return self

    def lengthen(self) -> requests.Response:
        """Exchange Meta's token of an hour or two for the one of sixty days."""
        if self.platform == "facebook":
            return self.token_call(
                grant_type="fb_exchange_token", fb_exchange_token=self.answer["access_token"]
            )
        prefix = {"instagram": "ig", "threads": "th"}[self.platform]
        query = {
            "grant_type": f"{prefix}_exchange_token",
            "client_secret": self.secret,
            "access_token": self.answer["access_token"],
        }
        host = self.flow.whoami.split("/")[0]
        return self.sandbox.call("GET", f"{self.platform}/{host}/access_token", params=query)

    def renew(self) -> requests.Response:
        if self.platform == "facebook":
            return self.lengthen()
        if self.platform in ("instagram", "threads"):
            prefix = {"instagram": "ig", "threads": "th"}[self.platform]
            query = {
                "grant_type": f"{prefix}_refresh_token",
                "access_token": self.answer["access_token"],
            }
            host = self.flow.whoami.split("/")[0]
            address = f"{self.platform}/{host}/refresh_access_token"
            return self.sandbox.call("GET", address, params=query)
        return self.token_call(
            grant_type="refresh_token", refresh_token=self.answer["refresh_token"]
        )

    def whoami(self, token: str = "") -> requests.Response:
        bearer = {"Authorization": f"Bearer {token or self.answer['access_token']}"}
        return self.sandbox.call("GET", f"{self.platform}/{self.flow.whoami}", headers=bearer)

    def get(self, address: str, **query: str) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.answer['access_token']}"}
        return self.sandbox.call("GET", f"{self.platform}/{address}", params=query, headers=bearer)

    def pages(self) -> list[dict]:
        return self.get("graph.facebook.com/v22.0/me/accounts").json()["data"]

    def debug(self, token: str = "", app_token: str = APP_TOKEN) -> requests.Response:
        host = "graph.facebook.com/v22.0" if self.platform == "facebook" else "graph.threads.net"
        query = {
            "input_token": token or self.answer["access_token"],
            "access_token": app_token if self.platform == "facebook" else f"TH|{app_token}",
        }
        return self.sandbox.call("GET", f"{self.platform}/{host}/debug_token", params=query)

    def introspect(self) -> requests.Response:
        form = {
            "client_id": "100",
            "client_secret": self.secret,
            "token": self.answer["access_token"],
        }
        paths = {
            "linkedin": "www.linkedin.com/oauth/v2/introspectToken",
            "generic": "id.example/introspect",
        }
        address = f"{self.platform}/{paths[self.platform]}"
        return self.sandbox.call("POST", address, data=form)
