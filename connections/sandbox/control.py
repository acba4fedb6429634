"""The control API: set up apps and accounts, break things, read the log."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from . import calls, clock, directory, faults, posts, table
from .control_error import ControlError
from .pushes import orders, targets
from .pushes.news import news_of
from .pushes.outbox import Outbox
from .store import Store

Door = Callable[[web.Request], Awaitable[web.Response]]
LARGEST_ID = 2**53


class Control:
    """The doors of /control; each answers 422 with a sentence where it cannot do as told."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self.store, self.outbox = store, outbox

    async def accounts(self, request: web.Request) -> web.Response:
        rows = directory.listing(self.store)
        hidden = ("name",)
        return web.json_response(
            [{key: row[key] for key in row if key not in hidden} for row in rows]
        )

    async def keep_accounts(self, request: web.Request) -> web.Response:
        wanted = await _body(request, list | dict)
        people = wanted if isinstance(wanted, list) else [wanted]
        if not all(isinstance(person, dict) for person in people):
            raise ControlError("Each login is an object.")
        with self.store.transaction():
            kept = [
                directory.keep_login(
                    self.store, faults.known_platform(person.get("platform")), person
                )
                for person in people
            ]
        return web.json_response({"logins": kept}, status=201)

    async def apps(self, request: web.Request) -> web.Response:
        return web.json_response([_shown(self.store, app) for app in directory.apps(self.store)])

    async def keep_app(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        with self.store.transaction():
            platform = faults.known_platform(wanted.get("platform"))
            app = directory.keep_app(self.store, platform, wanted)
        return web.json_response(_shown(self.store, app), status=201)

    async def break_it(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        with self.store.transaction():
            made = faults.add(self.store, clock.now(self.store), wanted)
            news = news_of(self.store, made)
        self.outbox.post(*news)
        return web.json_response(made.shown(), status=201)

    async def undo(self, request: web.Request) -> web.Response:
        number = request.query.get("id")
        with self.store.transaction():
            if number is None:
                faults.remove_conditions(self.store)
            elif not faults.remove(self.store, _whole(number, "id")):
                return web.json_response({"error": f"There is no fault {number}."}, status=404)
        return web.Response(status=204)

    async def calls(self, request: web.Request) -> web.Response:
        after = _whole(request.query.get("after", "0"), "after")
        return web.json_response(calls.after(self.store, after))

    async def clock(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        with self.store.transaction():
            offset = clock.advance(self.store, wanted.get("advance"))
        now = clock.iso(clock.now(self.store))
        return web.json_response({"now": now, "offset": offset})

    async def reset(self, request: web.Request) -> web.Response:
        with self.store.transaction():
            reset(self.store)
        return web.Response(status=204)

    async def pushes(self, request: web.Request) -> web.Response:
        return web.json_response([delivery.shown() for delivery in self.outbox.sent])

    async def push(self, request: web.Request) -> web.Response:
        """Send a push now, and say what was answered each time."""
        wanted = await _body(request)
        with self.store.transaction():
            order = orders.read(self.store, wanted)
        told = order.delivery
        await self.outbox.repeat(told, order.times)
        return web.json_response({"status": told.statuses, "body": told.answer})

    async def public(self, request: web.Request) -> web.Response:
        return web.json_response(posts.listing(self.store))

    async def table(self, request: web.Request) -> web.Response:
        return web.json_response(table.rows())


def reset(store: Store) -> None:
    """End every fault, forget calls and posts, set the clock right; accounts and tokens stay."""
    for statement in ("DELETE FROM fault", "DELETE FROM call", "DELETE FROM post"):
        store.run(statement)
    store.keep_setting("clock_offset", "0")


def _shown(store: Store, app: directory.App) -> dict[str, Any]:
    target = targets.find(store, app.platform, app.client_id)
    return {
        "platform": app.platform,
        "client_id": app.client_id,
        "name": app.name,
        "redirect_uris": list(app.redirect_uris),
        "settings": app.settings,
        "push_url": target.url if target else None,
    }


async def _body(request: web.Request, kind: Any = dict) -> Any:
    """Read a JSON body; a browser form cannot send this content type across sites."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(
            text=json.dumps({"error": "Send application/json."}), content_type="application/json"
        )
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "The body is not JSON."}), content_type="application/json"
        ) from None
    if not isinstance(body, kind):
        raise ControlError("The body is not a JSON object.")
    return body


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_ID:
        raise ControlError(f"{name} is a whole number.")
    return int(text)


def answered(door: Door) -> Door:
    """Turn ControlError into 422 with its sentence."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await door(request)
        except ControlError as reason:
            return web.json_response({"error": str(reason)}, status=422)

    return answer


def routes(store: Store, outbox: Outbox) -> list[web.RouteDef]:
    control = Control(store, outbox)
    return [
        web.get("/control/accounts", control.accounts),
        web.post("/control/accounts", answered(control.keep_accounts)),
        web.get("/control/apps", control.apps),
        web.post("/control/apps", answered(control.keep_app)),
        web.post("/control/faults", answered(control.break_it)),
        web.delete("/control/faults", answered(control.undo)),
        web.get("/control/calls", answered(control.calls)),
        web.post("/control/clock", answered(control.clock)),
        web.post("/control/reset", answered(control.reset)),
        web.get("/control/pushes", control.pushes),
        web.post("/control/pushes", answered(control.push)),
        web.get("/control/public", control.public),
        web.get("/control/table", control.table),
    ]
