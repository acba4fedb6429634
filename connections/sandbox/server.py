"""The web server: finds the platform a call is for, applies conditions, keeps the log."""

import asyncio
import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from aiohttp import web

from . import calls, clock, conditions, consent, control, control_page, guard, pages, tokens
from .call import Answer, Call, RefusedError
from .platform import Platform, Route
from .pushes.outbox import Outbox
from .registry import PLATFORMS
from .store import Store

STORE = web.AppKey("store", Store)
HANG_SECONDS = 60
LARGEST_BODY = 256 * 1024
HALF_JSON = b'{"data":{"id":"17841400'
OUTAGE_PAGE = "<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"
NONSENSE = {
    "html": Answer(
        b"<!DOCTYPE html><html><body><p>Please wait.</p></body></html>",
        outcome="garbled",
        content_type="text/html",
    ),
    "empty": Answer(b"", outcome="garbled"),
    "wrong_shape": Answer({"data": [True], "next": None}, outcome="garbled"),
}
UNKNOWN = {"error": "not_found", "error_description": "The sandbox has nothing at this address."}
TOKEN_PARAMETERS = (
    "refresh_token",
    "fb_exchange_token",
    "access_token",
    "input_token",
    "token",
    "code",
)


def create_app(store: Store, host: str) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[guard.for_host(host)])
    app[STORE] = store
    outbox = Outbox()
    app.add_routes(control.routes(store, outbox))
    app.add_routes(control_page.routes(store, outbox))
    app.add_routes(pages.routes())
    app.router.add_route("*", r"/{platform:[a-z]+}/{host:[^/]+}{path:/.*}", simulate)
    return app


async def simulate(request: web.Request) -> web.StreamResponse:
    """Answer as the platform named by the address."""
    platform = PLATFORMS.get(request.match_info["platform"])
    if platform is None:
        return web.json_response(UNKNOWN, status=404)
    call = await _call(request, platform)
    route = _route(call)
    if isinstance(route, Route) and route.kind == "consent":
        return await consent.respond(request, call)
    return await _answer_call(request, call, route)


async def _call(request: web.Request, platform: Platform) -> Call:
    form = await request.post()
    store = request.app[STORE]
    return Call(
        store=store,
        platform=platform,
        now=clock.now(store),
        method=request.method,
        host=request.match_info["host"],
        path=request.match_info["path"],
        query=dict(request.query),
        form=_texts(form),
        headers=request.headers,
        origin=f"{request.scheme}://{request.host}",
        body=await request.read(),
    )


def _texts(form: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _route(call: Call) -> Route | Answer:
    """Find the route, or the answer to an unknown address or method."""
    found: Route | Answer = Answer(UNKNOWN, 404, "not_found")
    for route in call.platform.routes:
        if not (match := route.match(call.host, call.path)):
            continue
        if call.method in route.methods.split():
            call.match, call.kind = match.groupdict(), route.kind
            return route
        found = call.platform.not_allowed(call)
    return found


async def _answer_call(
    request: web.Request, call: Call, route: Route | Answer
) -> web.StreamResponse:
    _identify(call)
    conditions.meet(call)
    if slow := call.met.get("slow"):
        await asyncio.sleep(slow["seconds"])
        call.now += slow["seconds"]
    if outage := call.met.get("outage"):
        return await _outage(request, call, outage["mode"])
    with call.store.transaction():
        answer = _answer(call, route)
        if lost := conditions.loses(call, answer):
            answer = Answer(status=calls.NO_ANSWER, outcome="answer_lost")
        calls.record(call, answer)
    return _reset(request) if lost else response(call, answer)


def _answer(call: Call, route: Route | Answer) -> Answer:
    if isinstance(route, Answer):
        return route
    try:
        return _refusal(call) or route.handler(call)
    except RefusedError as refusal:
        return refusal.answer


def _refusal(call: Call) -> Answer | None:
    """Return what the conditions make the platform answer, whatever was asked."""
    met, platform = call.met, call.platform
    if garble := met.get("garble"):
        return NONSENSE[garble["mode"]]
    if "disable_app" in met:
        return platform.app_disabled(call)
    if limit := met.get("rate_limit"):
        return platform.rate_limited(call, limit["retry_after"])
    # Only questions are called malformed: a refused renewal would be another story.
    if "reject_request" in met and call.kind != "token":
        return platform.malformed(call)
    if "block_publishing" in met and call.kind == "publish":
        return platform.publishing_refused(call)
    return None


def _identify(call: Call) -> None:
    """Note whose call this is, before any condition is looked at."""
    named = call.params.get(call.platform.client_field) or (call.basic or ("",))[0]
    call.client_id = named or _app_token(call) or None
    for name in TOKEN_PARAMETERS:
        tokens.find(call, call.params.get(name))
    tokens.find(call, call.bearer)


def _app_token(call: Call) -> str:
    text = (call.bearer or call.params.get("access_token", "")).removeprefix("TH|")
    client_id, bar, _ = text.partition("|")
    return client_id if bar else ""


async def _outage(request: web.Request, call: Call, mode: str) -> web.StreamResponse:
    status = {"503_html": 503, "half_json": 200}.get(mode, calls.NO_ANSWER)
    with call.store.transaction():
        calls.record(call, Answer(status=status, outcome=f"outage_{mode}"))
    if mode == "503_html":
        return web.Response(text=OUTAGE_PAGE, status=503, content_type="text/html")
    if mode == "half_json":
        return web.Response(body=HALF_JSON, content_type="application/json")
    if mode == "timeout":
        await asyncio.sleep(HANG_SECONDS)
    return _reset(request)


def _reset(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


def response(call: Call, answer: Answer) -> web.Response:
    headers = {
        "Cache-Control": "no-store",
        "X-Sandbox": "simulation",
        # The machine's time, as with any server; a moved sandbox clock is our secret.
        "Date": formatdate(time.time() + conditions.ahead(call), usegmt=True),
        **answer.headers,
    }
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    return web.Response(
        body=body, status=answer.status, headers=headers, content_type=answer.content_type
    )
