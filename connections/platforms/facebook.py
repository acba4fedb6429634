"""Facebook: Pages through the Graph API.

One login reaches many Pages, each with a token derived from the login's. The long-lived
user token lasts about 60 days and cannot be renewed without the person.
Reference: https://developers.facebook.com/docs/facebook-login/guides/access-tokens
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
from connections.platforms.meta import (
    GRAPH_RETIRES_ON,
    GRAPH_VERSION,
    MetaPlatform,
    data_access_ended,
    draft_text,
)
from connections.platforms.meta_envelope import find_fault
from connections.platforms.readings import EACH, read_scopes, read_time
from connections.platforms.wire import Endpoint, OAuthClient, Request, Response, Secret

GRAPH = "https://graph.facebook.com"
MAX_PAGES_OF_ACCOUNTS = 50

TAKEN = "Facebook took an unpublished post on the Page"
UNSEEN = "Whether a published post appears to everybody was not tried."
LEFT = "An unpublished post may be left on the Page. Delete it there; nobody else sees it."
DELETED_POST = PublishTest((f"{TAKEN} and deleted it again.",), (UNSEEN,))
KEPT_POST = PublishTest((f"{TAKEN}.",), ("Facebook did not delete it again.", UNSEEN), LEFT)
UNREADABLE_POST = PublishTest((), ("Facebook's answer to the post could not be read.",), LEFT)


class Facebook(MetaPlatform):
    slug = "facebook"
    name = "Facebook"
    authorize_url = "https://www.facebook.com/dialog/oauth"
    token_url = f"{GRAPH}/oauth/access_token"
    account_noun = "Page"
    lifetime_words = "60 days, to a Page as long as access to data lasts"
    api_version = GRAPH_VERSION
    api_retires_on = GRAPH_RETIRES_ON
    reports_scopes = True
    account_at = (
        ("data", "user_id"),
        ("data", "granular_scopes", EACH, "target_ids", EACH),
        ("id",),
        ("data", EACH, "id"),
    )
    alias_at = (("username",),)
    scopes_at = (("data", "scopes"),)
    publish_test_words = "Makes a post on the Page that nobody sees and deletes it again."
    permissions = (
        Permission("pages_show_list", "See your Pages", "finding the Page"),
        Permission("pages_read_engagement", "Read Page content", "reading insights"),
        Permission("pages_manage_posts", "Publish on your Pages", "publishing"),
    )

    def graph(self, client: OAuthClient, path: str) -> str:
        return client.at(f"{GRAPH}/{self.version_in(client.settings)}/{path}")

    def authorize_address(self, client: OAuthClient) -> str:
        version = self.version_in(client.settings)
        return client.at(f"https://www.facebook.com/{version}/dialog/oauth")

    def authorize_params(self, client: OAuthClient) -> dict[str, str]:
        # Asks again for permissions that were declined the last time.
        return {"auth_type": "rerequest"}

    def token_request(self, client: OAuthClient, form: dict[str, str]) -> Request:
        # POST is accepted where the manual shows GET, and keeps secrets out of URLs.
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
        answer = yield self.token_request(
            client,
            {"grant_type": "fb_exchange_token", "fb_exchange_token": tokens.access.reveal()},
        )
        return self.read_tokens(answer)

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        me = yield Request(
            "GET", self.graph(client, "me"), params={"fields": "id,name"}, bearer=tokens.access
        )
        subject_id = self.expect(me, "id")
        inspection = yield from self.inspect(client, tokens.access, subject_id)
        accounts = yield from self.pages(client, tokens.access)
        return Access(
            subject_id=subject_id,
            subject_name=me.text_at("name"),
            tokens=tokens,
            accounts=accounts,
            scopes=inspection.scopes,
            expires_at=inspection.expires_at,
            data_access_expires_at=inspection.data_access_expires_at,
        )

    def pages(
        self, client: OAuthClient, token: Secret
    ) -> Generator[Request, Response, tuple[Account, ...]]:
        """Walk ``/me/accounts``: the Pages that were ticked at consent."""
        found: list[Account] = []
        params = {"fields": "id,name,username,access_token,tasks", "limit": "100"}
        for _ in range(MAX_PAGES_OF_ACCOUNTS):
            answer = yield Request(
                "GET", self.graph(client, "me/accounts"), params=params, bearer=token
            )
            if not answer.ok or not isinstance(rows := answer.at("data"), list):
                self.refuse(answer)
            found += [account for row in rows if (account := read_page(row))]
            after = answer.text_at("paging", "cursors", "after")
            if not rows or not after or not answer.at("paging", "next"):
                break
            params = {**params, "after": after}
        return tuple(found)

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        """Ask ``debug_token``, which answers for dead tokens too, and says why."""
        app_token = Secret(f"{client.client_id}|{client.client_secret.reveal()}")
        answer = yield Request(
            "GET",
            self.graph(client, "debug_token"),
            Endpoint.DEBUG,
            params={"input_token": token.reveal()},
            bearer=app_token,
        )
        if not answer.ok or answer.at("data", "is_valid") is not True or data_access_ended(answer):
            self.refuse(answer)
        return Inspection(
            account_id=answer.text_at("data", "profile_id") or answer.text_at("data", "user_id"),
            scopes=scopes_for(answer, account_id),
            expires_at=read_time(answer.at("data", "expires_at")),
            data_access_expires_at=read_time(answer.at("data", "data_access_expires_at")),
            app_id=answer.text_at("data", "app_id") or None,
        )

    def accounts_in(self, response: Response) -> tuple[str, ...]:
        """Name the Page alone where access is a Page's; else the person, and the Pages ticked."""
        page = response.text_at("data", "profile_id")
        named = (page,) if page else super().accounts_in(response)
        return tuple(account for account in named if "_" not in account)  # PAGE_POST is a post

    def scopes_in(self, response: Response) -> tuple[str, ...] | None:
        """Read ``debug_token``, for the Page it describes, or the rows of ``me/permissions``."""
        rows = response.at("data")
        if isinstance(rows, list) and any(isinstance(r, dict) and "permission" in r for r in rows):
            granted = [r for r in rows if isinstance(r, dict) and r.get("status") == "granted"]
            return read_scopes([r.get("permission") for r in granted])
        return scopes_for(response, response.text_at("data", "profile_id"))

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Make an unpublished post, which only the Page's managers could find, and delete it."""
        post = yield Request(
            "POST",
            self.graph(client, f"{quote(account_id, safe='')}/feed"),
            form={"message": draft_text(), "published": "false"},
            bearer=token,
        )
        if not post.ok or find_fault(post):
            self.refuse(post)
        post_id = post.text_at("id")
        if not post_id:
            return UNREADABLE_POST
        url = self.graph(client, quote(post_id, safe=""))
        deleted = yield Request("DELETE", url, bearer=token)
        gone = deleted.ok and not find_fault(deleted) and deleted.at("success") is not False
        return DELETED_POST if gone else KEPT_POST

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        answer = yield Request("DELETE", self.graph(client, "me/permissions"), bearer=access)
        if not answer.ok:
            self.refuse(answer)
        return True


def scopes_for(answer: Response, account_id: str) -> tuple[str, ...] | None:
    """Return the scopes that hold for one account: some are granted for ticked Pages only."""
    scopes = read_scopes(answer.at("data", "scopes"))
    granular = answer.at("data", "granular_scopes")
    if scopes is None or not isinstance(granular, list) or answer.text_at("data", "type") != "PAGE":
        return scopes
    elsewhere = {
        entry.get("scope")
        for entry in granular
        if isinstance(entry, dict)
        and isinstance(entry.get("target_ids"), list)
        and account_id not in [str(target) for target in entry["target_ids"]]
    }
    return tuple(scope for scope in scopes if scope not in elsewhere)


def read_page(row: object) -> Account | None:
    if not isinstance(row, dict) or not row.get("id") or not row.get("access_token"):
        return None
    return Account(
        external_id=str(row["id"]),
        name=str(row.get("name") or row["id"]),
        handle=str(row.get("username") or ""),
        kind="Page",
        token=Secret(str(row["access_token"])),
    )
