"""The control page: the same levers as the control API, for a person with a browser."""

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDictProxy
from yarl import URL

from . import calls, clock, control, directory, faults, table
from .control_error import ControlError
from .pages import page
from .registry import PLATFORMS
from .store import Store

SHOWN_ACCOUNTS = 50
SHOWN_CALLS = 50
DONE = {
    "broken": "Done. The table of faults below says what Relink should notice, and when.",
    "undone": "Undone.",
    "clock": "The clock was moved forward.",
    "reset": "Every fault is gone, the clock is right and the log is empty.",
}
ADVANCES = {"3600": "1 hour", "86400": "1 day", "604800": "7 days", "4320000": "50 days"}


class ControlPage:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def show(self, request: web.Request) -> web.Response:
        return self._page(request, done=DONE.get(request.query.get("done", ""), ""))

    def _page(
        self, request: web.Request, *, done: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        chosen = request.query.get("platform", "")
        search = request.query.get("find", "")
        rows = [row for row in directory.listing(self.store) if _wanted(row, chosen, search)]
        apps = {(app.platform, app.client_id): app for app in directory.apps(self.store)}
        return page(
            "control.html",
            status,
            done=done,
            problem=problem,
            platforms=PLATFORMS,
            chosen=chosen,
            find=search,
            rows=rows[:SHOWN_ACCOUNTS],
            count=len(rows),
            apps=apps,
            active=faults.active(self.store),
            events=faults.EVENTS,
            modes=faults.MODES,
            now=clock.iso(clock.now(self.store)),
            advances=ADVANCES,
            back=_kept(request),
            calls=calls.latest(self.store, SHOWN_CALLS),
            table=_table(chosen),
            event=_is_event,
        )

    async def break_it(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            with self.store.transaction():
                made = faults.add(self.store, clock.now(self.store), _fault(form))
        except ControlError as reason:
            return self._page(request, problem=str(reason), status=422)
        if "secret" in made:
            name = PLATFORMS[form["platform"]].name
            return page("secret.html", name=name, secret=made["secret"])
        return _back(request, "broken")

    async def undo(self, request: web.Request) -> web.Response:
        number = str((await request.post()).get("id", ""))
        with self.store.transaction():
            if number.isascii() and number.isdecimal() and len(number) < 16:
                faults.remove(self.store, int(number))
        return _back(request, "undone")

    async def clock(self, request: web.Request) -> web.Response:
        seconds = _number((await request.post()).get("advance"))
        try:
            with self.store.transaction():
                clock.advance(self.store, seconds)
        except ControlError as reason:
            return self._page(request, problem=str(reason), status=422)
        return _back(request, "clock")

    async def reset(self, request: web.Request) -> web.Response:
        with self.store.transaction():
            control.reset(self.store)
        return _back(request, "reset")


def _wanted(row: dict[str, Any], platform: str, search: str) -> bool:
    words = " ".join((row["name"], row["handle"], row["login"], row["account"]))
    return platform in ("", row["platform"]) and search.lower() in words.lower()


def _table(platform: str) -> list[table.Row]:
    return [row for row in table.rows() if platform in ("", row["platform"])]


def _is_event(fault: str) -> bool:
    return fault in faults.EVENTS


def _fault(form: MultiDictProxy[Any]) -> dict[str, Any]:
    """Read a fault's form; empty fields were not meant."""
    given = {name: value for name, value in form.items() if isinstance(value, str) and value}
    numbers = ("seconds", "retry_after", "count")
    return {name: _number(value) if name in numbers else value for name, value in given.items()}


def _number(text: Any) -> int | float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _filters(request: web.Request) -> dict[str, str]:
    return {name: request.query[name] for name in ("platform", "find") if name in request.query}


def _kept(request: web.Request) -> str:
    """Return the query that keeps the filters across a form."""
    filters = _filters(request)
    return f"?{urlencode(filters)}" if filters else ""


def _back(request: web.Request, done: str) -> web.Response:
    raise web.HTTPSeeOther(URL("/control").with_query({**_filters(request), "done": done}))


def routes(store: Store) -> list[web.RouteDef]:
    shown = ControlPage(store)
    return [
        web.get("/control", shown.show),
        web.post("/control/page/fault", shown.break_it),
        web.post("/control/page/undo", shown.undo),
        web.post("/control/page/clock", shown.clock),
        web.post("/control/page/reset", shown.reset),
    ]
