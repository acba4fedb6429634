"""Facebook: people, Pages and the Graph API.

Sources: https://developers.facebook.com/docs/facebook-login/guides/access-tokens and
https://developers.facebook.com/docs/graph-api/reference/debug_token.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any

from . import directory, meta_posts, tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate, redeem_code
from .meta import (
    VERSION,
    MetaPlatform,
    caller,
    chosen_fields,
    debug_token,
    debugging_app,
    live_token,
)
from .meta_errors import REDIRECT_MISMATCH, UNKNOWN_APP, UNPARSABLE, WRONG_SECRET, envelope
from .platform import KILLING, NO_FALSE_WORD, NO_REFRESH_TOKEN, Route
from .tokens import Token

GRAPH = r"graph\.facebook\.com"
TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
PAGE_SCOPES = ("pages_", "business_")
LARGEST_PAGE = 100


def exchange(call: Call) -> Answer:
    grant_type = call.params.get("grant_type")
    if grant_type == "client_credentials":
        app = authenticate(call)
        token = f"{app.client_id}|{app.secret}"
        return Answer({"access_token": token, "token_type": "bearer"})
    if grant_type == "fb_exchange_token":
        return extend(call)
    code = redeem_code(call, authenticate(call))
    ends = call.now + call.lifetime("data_access")
    facts = {**code.facts, "data_access_expires_at": ends}
    return _answer(call, code, call.lifetime("access"), facts)


def extend(call: Call) -> Answer:
    """Exchange a valid user token for a long-lived one; the data access clock goes on."""
    app = authenticate(call)
    token = live_token(call, call.params.get("fb_exchange_token"))
    if token.client_id != app.client_id or token.facts.get("page"):
        raise RefusedError(UNPARSABLE)
    return _answer(call, token, call.lifetime("long"), {**token.facts, "long": True})


def _answer(call: Call, like: Token, life: float, facts: dict[str, Any]) -> Answer:
    text = "EAAB" + secrets.token_hex(60)
    scopes = tokens.granted(call, like)
    tokens.issue(call, text, like, "access", life, facts=facts, scopes=scopes)
    return Answer({"access_token": text, "token_type": "bearer", "expires_in": int(life)})


def me(call: Call) -> Answer:
    token = caller(call)
    if token.facts.get("page"):
        page = tokens.bound_account(call, token)
        values = {"id": page["account"], "name": page["name"]}
    else:
        person = directory.find_login(call.store, "facebook", token.login)
        number = tokens.shown_id(call, directory.subject(token.login))
        values = {"id": number, "name": person["name"]}
    return Answer({"id": values["id"], **chosen_fields(call, values, "id,name")})


def debug(call: Call) -> Answer:
    app = debugging_app(call)
    answer = debug_token(call, app)
    token = tokens.find(call, call.params.get("input_token"), "access")
    if token and (ends := _data_access_ends(call, token)):
        answer.body["data"]["data_access_expires_at"] = int(ends)
        answer.body["data"]["granular_scopes"] = _granular(answer.body["data"], token)
    return answer


def _data_access_ends(call: Call, token: Token) -> float | None:
    """Return when the person's 90 days end, a minute before now where they ended by a fault."""
    for effect in tokens.effects(call, token):
        if effect["fault"] == "expire_data_access":
            return effect["at"] - 60
    return token.facts.get("data_access_expires_at")


def _granular(data: dict[str, Any], token: Token) -> list[dict[str, Any]]:
    pages = token.facts["pages"]
    return [
        {"scope": scope, "target_ids": pages} if scope.startswith(PAGE_SCOPES) else {"scope": scope}
        for scope in data["scopes"]
    ]


def accounts(call: Call) -> Answer:
    """List the ticked Pages whose role the person still has, by cursor."""
    token = caller(call)
    pages = _pages(call, token)
    size, first = _limit(call), _cursor(call, [page["account"] for page in pages])
    shown = pages[first : first + size]
    body: dict[str, Any] = {"data": [_page(call, token, page) for page in shown]}
    if shown:
        body["paging"] = _paging(call, shown, more=first + size < len(pages), size=size)
    return Answer(body)


def _pages(call: Call, token: Token) -> list[Any]:
    if "pages_show_list" not in tokens.granted(call, token) or token.facts.get("page"):
        return []
    lost = {
        row["account"]
        for row in call.store.rows(
            "SELECT account FROM effect WHERE platform = 'facebook' AND client_id = ?"
            " AND login = ? AND fault IN ('lose_role', 'delete_account')",
            token.client_id,
            token.login,
        )
    }
    owned = directory.accounts_of(call.store, "facebook", token.login)
    ticked = set(token.facts["pages"]) - lost
    return [page for page in owned if page["account"] in ticked]


def _limit(call: Call) -> int:
    text = call.params.get("limit", "25")
    return min(int(text), LARGEST_PAGE) if text.isdecimal() and int(text) else 25


def _cursor(call: Call, ids: list[str]) -> int:
    """Return the index after the ``after`` cursor; an unknown cursor is refused."""
    after = call.params.get("after")
    if not after:
        return 0
    cursors = [cursor_of(page) for page in ids]
    if after not in cursors:
        raise RefusedError(envelope("(#100) Invalid cursor", 100))
    return cursors.index(after) + 1


def cursor_of(page: str) -> str:
    return base64.urlsafe_b64encode(page.encode()).decode().rstrip("=")


def _paging(call: Call, shown: list[Any], *, more: bool, size: int) -> dict[str, Any]:
    first, last = cursor_of(shown[0]["account"]), cursor_of(shown[-1]["account"])
    paging: dict[str, Any] = {"cursors": {"before": first, "after": last}}
    if more:
        address = f"{call.origin}/facebook/{call.host}{call.path}"
        paging["next"] = f"{address}?limit={size}&after={last}"
    return paging


def _page(call: Call, token: Token, page: Any) -> dict[str, Any]:
    values = {
        "id": page["account"],
        "name": page["name"],
        "category": "Local business",
        "tasks": TASKS,
        "access_token": page_token(call, token, page["account"]),
    }
    return chosen_fields(call, values, "id,name,category,access_token,tasks")


def page_token(call: Call, token: Token, page: str) -> str:
    """Derive a Page's token: the same each time, endless when the user token is long-lived."""
    seed = (token.digest + page).encode()
    text = "EAAP" + hmac.new(call.store.seed(), seed, hashlib.sha256).hexdigest()
    ends = None if token.facts.get("long") else token.expires_at
    facts = {**token.facts, "page": True}
    return tokens.issue(
        call, text, token, "access", None, account=page, facts=facts, expires_at=ends
    )


def permissions(call: Call) -> Answer:
    token = caller(call)
    granted = tokens.granted(call, token)
    lost = [one for one in token.scopes if one not in granted]
    rows = [{"permission": one, "status": "granted"} for one in granted]
    rows += [
        {"permission": one, "status": "declined"}
        for one in [*lost, *token.facts.get("declined", [])]
    ]
    return Answer({"data": rows})


def remove_app(call: Call) -> Answer:
    token = caller(call)
    if call.match["person"] not in ("me", directory.subject(token.login)):
        message = "(#200) The person of this token is somebody else"
        raise RefusedError(envelope(message, 200, 403))
    tokens.revoke(call, token)
    return Answer({"success": True})


class Facebook(MetaPlatform):
    slug = "facebook"
    name = "Facebook"
    kills = KILLING | {"lose_role", "delete_account"}
    lacks = {"false_revoked": NO_FALSE_WORD, "kill_refresh": NO_REFRESH_TOKEN}
    pick = "pages"
    account_kind = "page"
    token_errors = {
        "unknown_client": UNKNOWN_APP,
        "bad_secret": WRONG_SECRET,
        "code_unknown": envelope("Invalid verification code format.", 100, kind="invalid_code"),
        "code_used": envelope(
            "This authorization code has been used.", 100, subcode=36009, kind="invalid_code"
        ),
        "code_expired": envelope(
            "This authorization code has expired.", 100, subcode=36007, kind="invalid_code"
        ),
        "redirect_mismatch": envelope(REDIRECT_MISMATCH, 100, subcode=36008, kind="invalid_code"),
    }
    routes = (
        Route("GET POST", r"(www|m)\.facebook\.com", VERSION + "/dialog/oauth", None, "consent"),
        Route("GET POST", GRAPH, VERSION + "/oauth/access_token", exchange, "token"),
        Route("GET", GRAPH, VERSION + "/debug_token", debug),
        Route("GET", GRAPH, VERSION + "/me", me),
        Route("GET", GRAPH, VERSION + "/me/accounts", accounts),
        Route("GET", GRAPH, VERSION + "/me/permissions", permissions),
        Route("DELETE", GRAPH, VERSION + r"/(?P<person>me|\d+)/permissions", remove_app),
        *meta_posts.FACEBOOK_ROUTES,
    )

    def denial(self) -> dict[str, str]:
        return {
            "error": "access_denied",
            "error_code": "200",
            "error_description": "Permissions error",
            "error_reason": "user_denied",
        }
