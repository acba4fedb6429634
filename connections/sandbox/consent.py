"""The page where a person chooses a login and says yes or no."""

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from . import conditions, directory, events, guard, tokens
from .call import Call
from .control_error import ControlError
from .directory import App
from .pages import page
from .tokens import Token

SEARCH_ABOVE = 20


@dataclass(frozen=True)
class Wish:
    """What an authorization request asks for."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]


async def respond(request: web.Request, call: Call) -> web.StreamResponse:
    """Show the page, or carry out what the person decided."""
    try:
        wish = read_wish(call)
    except ControlError as reason:
        return page("refused.html", 400, platform=call.platform, reason=str(reason))
    if request.method == "GET":
        return show(call, wish)
    if guard.from_elsewhere(request):
        raise web.HTTPForbidden(text="This came from another site.")
    return await _decide(request, call, wish)


def read_wish(call: Call) -> Wish:
    """Check an authorization request; raises ControlError with the sentence for the person."""
    platform, query = call.platform, call.query
    client_id = query.get(platform.client_field, "")
    app = directory.app(call.store, platform.slug, client_id)
    if app is None:
        raise ControlError(
            f"{platform.name} knows no app with the {platform.client_field} “{client_id}”."
        )
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise ControlError(f"{app.name} has not registered the redirect address “{redirect_uri}”.")
    if query.get("response_type", "code") != "code":
        raise ControlError("Only response_type=code is offered.")
    _check_challenge(call)
    return Wish(app, redirect_uri, _scopes(call))


def _check_challenge(call: Call) -> None:
    challenge = call.query.get("code_challenge")
    if call.platform.pkce_required and not challenge:
        raise ControlError(f"{call.platform.name} requires PKCE: code_challenge is missing.")
    if challenge and call.query.get("code_challenge_method", "plain") not in ("S256", "plain"):
        raise ControlError("code_challenge_method is S256 or plain.")


def _scopes(call: Call) -> tuple[str, ...]:
    scopes = call.platform.split_scopes(call.query.get("scope", ""))
    if wrong := [scope for scope in scopes if re.search(r"[\s,]", scope)]:
        raise ControlError(f"{call.platform.name} does not separate scopes that way: “{wrong[0]}”.")
    return scopes


def show(call: Call, wish: Wish, problem: str = "", status: int = 200) -> web.Response:
    """Show step 1 (who?) while several logins are possible, then step 2 (what?)."""
    login = _chosen_login(call)
    if login is None:
        return _show_logins(call, wish)
    return page(
        "consent.html",
        status,
        platform=call.platform,
        app=wish.app,
        scopes=wish.scopes,
        login=login,
        accounts=directory.accounts_of(call.store, call.platform.slug, login["login"]),
        action=_address(call, dict(call.query)),
        problem=problem,
        another=_address(call, _without(call, "login")) if _several(call) else "",
    )


def _show_logins(call: Call, wish: Wish) -> web.Response:
    search = call.query.get("find", "")
    slug = call.platform.slug
    logins = directory.logins(call.store, slug, search)
    hint = call.query.get("login_hint", "").lower()
    chosen = next((row["login"] for row in logins if row["login"].lower() == hint), None)
    return page(
        "login.html",
        platform=call.platform,
        app=wish.app,
        logins=logins,
        find=search,
        chosen=chosen or (logins[0]["login"] if logins else ""),
        searchable=len(directory.logins(call.store, slug)) > SEARCH_ABOVE,
        kept=_without(call, "login", "find"),
    )


def _several(call: Call) -> bool:
    return len(directory.logins(call.store, call.platform.slug)) > 1


def _chosen_login(call: Call) -> Any:
    name = call.form.get("login") or call.query.get("login")
    if name or _several(call):
        return directory.find_login(call.store, call.platform.slug, name)
    return next(iter(directory.logins(call.store, call.platform.slug)), None)


def _without(call: Call, *names: str) -> dict[str, str]:
    return {name: value for name, value in call.query.items() if name not in names}


def _address(call: Call, query: dict[str, str]) -> str:
    return f"/{call.platform.slug}/{call.host}{call.path}?{urlencode(query)}"


async def _decide(request: web.Request, call: Call, wish: Wish) -> web.StreamResponse:
    decision = call.form.get("decision")
    if decision == "cancel":
        return _redirect(call, wish, call.platform.denial())
    login = _chosen_login(call)
    if decision != "approve" or login is None:
        return show(call, wish, "Choose a login, then approve or cancel.", 400)
    form = await request.post()
    try:
        code = _approval(call, wish, login["login"], form)
    except ControlError as reason:
        return show(call, wish, str(reason), 400)
    call.client_id, call.login, call.account = code.client_id, code.login, code.account
    conditions.meet(call)
    text = secrets.token_urlsafe(32)
    with call.store.transaction():
        tokens.issue(call, text, code, "code", call.lifetime("code"))
        accounts = code.facts["pages"] or [code.account]
        events.undo_events(call.store, call.platform, code.client_id, code.login, accounts)
    return _redirect(call, wish, {"code": text, **call.platform.redirect_extra(code.scopes)})


def _approval(call: Call, wish: Wish, login: str, form: Any) -> Token:
    """Build the code's content from the ticked boxes; raises ControlError."""
    platform = call.platform
    owned = [row["account"] for row in directory.accounts_of(call.store, platform.slug, login)]
    picked = [one for one in owned if one in form.getall("page", [])]
    if platform.pick != "pages":
        picked = picked or owned
        if len(picked) != 1:
            raise ControlError("Choose one channel.")
    ticked = wish.scopes if platform.all_or_nothing else form.getall("scope", [])
    scopes = tuple(scope for scope in wish.scopes if scope in ticked)
    account = None if platform.pick == "pages" else picked[0]
    earlier = _earlier_scopes(call, wish, login, account)
    facts = {
        "pages": picked if platform.pick == "pages" else [],
        "declined": [scope for scope in wish.scopes if scope not in scopes],
        "redirect_uri": wish.redirect_uri,
        "challenge": call.query.get("code_challenge"),
        "method": call.query.get("code_challenge_method", "plain"),
        "offline": _offline(call, first=earlier is None),
        "consented_at": call.now,
    }
    if earlier and call.query.get("include_granted_scopes") == "true":
        scopes = tuple(dict.fromkeys([*scopes, *earlier]))
    return Token("code", wish.app.client_id, login, account, scopes, call.now, None, facts=facts)


def _earlier_scopes(
    call: Call, wish: Wish, login: str, account: str | None
) -> tuple[str, ...] | None:
    """Return the scopes of a live earlier consent; None where there is none."""
    probe = Token("probe", wish.app.client_id, login, account, (), call.now, None)
    row = call.store.row(
        "SELECT scopes FROM consent WHERE platform = ? AND client_id = ? AND login = ?"
        " AND account IS ? AND live",
        call.platform.slug,
        probe.client_id,
        login,
        account,
    )
    if row is None or tokens.trouble(call, probe):
        return None
    return tuple(json.loads(row["scopes"]))


def _offline(call: Call, *, first: bool) -> bool:
    """Google gives a refresh token for offline access, at the first consent or when prompted."""
    if call.query.get("access_type") != "offline":
        return False
    return first or "consent" in call.query.get("prompt", "").split()


def _redirect(call: Call, wish: Wish, values: dict[str, str]) -> web.Response:
    if (state := call.query.get("state")) is not None:
        values = {**values, "state": state}
    glue = "&" if urlsplit(wish.redirect_uri).query else "?"
    address = f"{wish.redirect_uri}{glue}{urlencode(values)}{call.platform.redirect_suffix}"
    headers = {"Location": address, "Cache-Control": "no-store"}
    return web.Response(status=302, headers=headers)
