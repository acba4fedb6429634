"""Threads.

Source: https://developers.facebook.com/docs/threads/get-started. The refresh is GET only.
"""

from typing import Any

from . import meta_posts, tokens
from .call import Answer, Call, RefusedError
from .exchange import authenticate
from .meta import MetaPlatform, caller, chosen_fields, debug_token, debugging_app
from .meta_errors import (
    NO_PERMISSION,
    REDIRECT_MISMATCH,
    UNKNOWN_APP,
    USED_OR_UNKNOWN,
    WRONG_SECRET,
    flat,
)
from .platform import Route
from .profiles import lengthen, redeem, renew
from .tokens import Token

BASIC = "threads_basic"
GRAPH = r"graph\.threads\.(net|com)"
PREFIX = "THQV"
VERSION = r"(?:/v1\.0)?"


def exchange(call: Call) -> Answer:
    code, text = redeem(call, PREFIX)
    body = {
        "access_token": text,
        "token_type": "bearer",
        "user_id": int(tokens.shown_id(call, code.account)),
    }
    return Answer(body)


def app_token(call: Call) -> Answer:
    app = authenticate(call)
    return Answer({"access_token": f"TH|{app.client_id}|{app.secret}", "token_type": "bearer"})


def lengthen_token(call: Call) -> Answer:
    return lengthen(call, "th_exchange_token", PREFIX, WRONG_SECRET)


def renew_token(call: Call) -> Answer:
    return Answer(renew(call, "th_refresh_token", PREFIX, BASIC)[1])


def me(call: Call) -> Answer:
    token = caller(call)
    if BASIC not in tokens.granted(call, token):
        raise RefusedError(NO_PERMISSION)
    return Answer(chosen_fields(call, _profile(call, token), "id,username"))


def _profile(call: Call, token: Token) -> dict[str, Any]:
    row = tokens.bound_account(call, token)
    return {
        "id": row["account"],
        "username": row["handle"].removeprefix("@"),
        "name": row["name"],
        "threads_profile_picture_url": "https://scontent.example/picture.jpg",
        "is_verified": False,
    }


def debug(call: Call) -> Answer:
    return debug_token(call, debugging_app(call, prefix="TH|"))


class Threads(MetaPlatform):
    slug = "threads"
    name = "Threads"
    numeric_accounts = True
    redirect_suffix = "#_"
    site = "www.instagram.com"
    token_errors = {
        "unknown_client": UNKNOWN_APP,
        "bad_secret": WRONG_SECRET,
        "code_unknown": flat(USED_OR_UNKNOWN),
        "redirect_mismatch": flat(REDIRECT_MISMATCH),
    }
    routes = (
        Route("GET POST", r"(www\.)?threads\.(net|com)", "/oauth/authorize/?", None, "consent"),
        Route("POST", GRAPH, VERSION + "/oauth/access_token", exchange, "token"),
        Route("GET", GRAPH, VERSION + "/oauth/access_token", app_token, "token"),
        Route("GET", GRAPH, VERSION + "/access_token", lengthen_token, "token"),
        Route("GET", GRAPH, VERSION + "/refresh_access_token", renew_token, "token"),
        Route("GET", GRAPH, VERSION + "/debug_token", debug),
        Route("GET", GRAPH, VERSION + "/me", me),
        *meta_posts.THREADS_ROUTES,
    )
