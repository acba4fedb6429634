"""Instagram: the API with Instagram Login.

Source: https://developers.facebook.com/documentation/instagram-platform. It has no
debug_token, and names a password change on the API but not at the refresh.
"""

from typing import Any

from . import directory, meta_posts, tokens
from .call import Answer, Call, RefusedError
from .meta import VERSION, MetaPlatform, business_usage, caller, chosen_fields
from .meta_errors import (
    NO_PERMISSION,
    REDIRECT_MISMATCH,
    USED_OR_UNKNOWN,
    envelope,
    explain,
    flat,
)
from .platform import KILLING, Route
from .profiles import lengthen, redeem, renew
from .tokens import Token, Trouble

BASIC = "instagram_business_basic"
GRAPH = r"graph\.instagram\.com"
PREFIX = "IGAA"
WRONG_SECRET = envelope("Error validating client secret", 100)


def exchange(call: Call) -> Answer:
    code, text = redeem(call, PREFIX)
    account = tokens.shown_id(call, code.account)
    app = directory.app(call.store, call.platform.slug, code.client_id)
    if app.settings.get("nested"):
        permissions = ",".join(code.scopes)
        row = {"access_token": text, "user_id": account, "permissions": permissions}
        return Answer({"data": [row]})
    body = {"access_token": text, "user_id": int(account), "permissions": list(code.scopes)}
    return Answer(body)


def lengthen_token(call: Call) -> Answer:
    return lengthen(call, "ig_exchange_token", PREFIX, WRONG_SECRET)


def renew_token(call: Call) -> Answer:
    token, body = renew(call, "ig_refresh_token", PREFIX, BASIC)
    return Answer({**body, "permissions": ",".join(tokens.granted(call, token))})


def me(call: Call) -> Answer:
    token = caller(call)
    if BASIC not in tokens.granted(call, token):
        raise RefusedError(NO_PERMISSION)
    body = chosen_fields(call, _profile(call, token), "user_id,username")
    app = directory.app(call.store, call.platform.slug, token.client_id)
    return Answer({"data": [body]} if app.settings.get("nested") else body)


def _profile(call: Call, token: Token) -> dict[str, Any]:
    row = tokens.bound_account(call, token)
    return {
        "id": directory.subject(token.client_id + token.login, digits=17),
        "user_id": row["account"],
        "username": row["handle"].removeprefix("@"),
        "name": row["name"],
        "account_type": "BUSINESS",
        "profile_picture_url": "https://scontent.example/picture.jpg",
    }


class Instagram(MetaPlatform):
    slug = "instagram"
    name = "Instagram"
    numeric_accounts = True
    redirect_suffix = "#_"
    site = "www.instagram.com"
    kills = KILLING | {"delete_account"}
    lacks = {fault: why for fault, why in MetaPlatform.lacks.items() if fault != "delete_account"}
    token_errors = {
        "unknown_client": flat("Invalid platform app"),
        "bad_secret": WRONG_SECRET,
        "code_unknown": flat(USED_OR_UNKNOWN),
        "redirect_mismatch": flat(REDIRECT_MISMATCH),
    }
    routes = (
        Route("GET POST", r"(www|api)\.instagram\.com", "/oauth/authorize/?", None, "consent"),
        Route("POST", r"api\.instagram\.com", "/oauth/access_token/?", exchange, "token"),
        Route("GET", GRAPH, VERSION + "/access_token", lengthen_token, "token"),
        Route("GET", GRAPH, VERSION + "/refresh_access_token", renew_token, "token"),
        Route("GET", GRAPH, VERSION + "/me", me),
        *meta_posts.INSTAGRAM_ROUTES,
    )

    def trouble_answer(self, call: Call, token: Token, trouble: Trouble) -> Answer:
        message = explain(call, token, trouble).message
        if trouble.cause == "change_password":
            status, subcode = (400, None) if call.kind == "token" else (401, 460)
            return envelope(message, 190, status, subcode=subcode, kind="invalid_token")
        if trouble.cause in ("expire", "expired"):
            return envelope(message, 190, kind="invalid_token")
        return super().trouble_answer(call, token, trouble)

    def rate_limited(self, call: Call, seconds: float) -> Answer:
        message = (
            "(#80002) There have been too many calls to this Instagram account. Wait a bit and "
            "try again. For more info, please refer to "
            "https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
        )
        return envelope(message, 80002, **business_usage(call, seconds))
