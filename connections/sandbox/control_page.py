"""The control page: the same levers as the control API, for a person with a browser."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDictProxy
from yarl import URL

from . import calls, clock, control, directory, fault_kinds, faults, table
from .control_error import ControlError
from .pages import page
from .pushes.news import news_of
from .pushes.outbox import Outbox
from .registry import PLATFORMS
from .store import Store

SHOWN_ACCOUNTS = 20
SHOWN_MATCHES = 50
SHOWN_CALLS = 50
DONE = {
    "undone": "That fault was over already.",
    "clock": "The clock was moved forward.",
    "reset": "Every fault is gone, the clock is right and the log is empty.",
}
FILTERS = ("platform", "find", "all")
ADVANCES = {"3600": "1 hour", "86400": "1 day", "604800": "7 days", "4320000": "50 days"}


class ControlPage:
    def __init__(self, store: Store, outbox: Outbox) -> None:
        self.store, self.outbox = store, outbox

    async def show(self, request: web.Request) -> web.Response:
        return self._page(request, done=self._done(request))

    def _page(
        self, request: web.Request, *, done: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        chosen = request.query.get("platform", "")
        search = request.query.get("find", "")
        rows = [row for row in directory.listing(self.store) if _wanted(row, chosen, search)]
        shown = len(rows) if "all" in request.query else _most(chosen, search)
        apps = {(app.platform, app.client_id): app for app in directory.apps(self.store)}
        return page(
            "control.html",
            status,
            done=done,
            problem=problem,
            platforms=PLATFORMS,
            chosen=chosen,
            find=search,
            rows=rows[:shown],
            count=len(rows),
            apps=apps,
            active=[self._named(fault) for fault in faults.active(self.store)],
            kinds=fault_kinds,
            offered=_offered,
            now=clock.iso(clock.now(self.store)),
            advances=ADVANCES,
            back=_kept(_filters(request)),
            everything=f"/control{_kept({**_filters(request), 'all': '1'})}#accounts-title",
            calls=calls.latest(self.store, SHOWN_CALLS),
            table=_table(chosen),
        )

    async def break_it(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            with self.store.transaction():
                made = faults.add(self.store, clock.now(self.store), _fault(form))
                news = news_of(self.store, made)
        except ControlError as reason:
            return self._page(request, problem=str(reason), status=422)
        self.outbox.post(*news)
        if made.secret:
            name = PLATFORMS[form["platform"]].name
            back = _kept(_filters(request))
            return page("secret.html", name=name, secret=made.secret, back=back)
        return _back(request, "on", **_subject(form))

    async def undo(self, request: web.Request) -> web.Response:
        number = str((await request.post()).get("id", ""))
        with self.store.transaction():
            found = [one for one in faults.active(self.store) if str(one["id"]) == number]
            for fault in found:
                faults.remove(self.store, fault["id"])
        return _back(request, "off", **_subject(found[0])) if found else _back(request, "undone")

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

    def _done(self, request: web.Request) -> str:
        """Say what the last form did; a fault is told by what the address names, if it exists."""
        done, fault = request.query.get("done", ""), request.query.get("fault", "")
        platform = PLATFORMS.get(request.query.get("at", ""))
        if done not in ("on", "off"):
            return DONE.get(done, "")
        if platform is None or fault not in fault_kinds.LABELS:
            return ""
        account = request.query.get("account")
        row = directory.find_account(self.store, platform.slug, account)
        if account and row is None:
            return ""
        return f"{fault} is {done} for {row['name'] + ' at ' if row else 'all of '}{platform.name}."

    def _named(self, fault: dict[str, Any]) -> dict[str, Any]:
        """Add the name and handle of the account a fault is about, if it is about one."""
        row = directory.find_account(self.store, fault["platform"], fault["account"])
        return {**fault, "name": row["name"] if row else "", "handle": row["handle"] if row else ""}


def _most(platform: str, search: str) -> int:
    """Return how many accounts are shown; more once somebody said which."""
    return SHOWN_MATCHES if platform or search else SHOWN_ACCOUNTS


def _subject(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of an address that say which fault, and where."""
    names = {"fault": "fault", "at": "platform", "account": "account"}
    return {part: str(given[name]) for part, name in names.items() if given.get(name)}


def _wanted(row: dict[str, Any], platform: str, search: str) -> bool:
    words = " ".join((row["name"], row["handle"], row["login"], row["account"]))
    return platform in ("", row["platform"]) and search.lower() in words.lower()


def _table(platform: str) -> list[table.Row]:
    return [row for row in table.rows() if platform in ("", row["platform"])]


def _offered(fault: str) -> dict[str, str]:
    """Return the platforms that can have a fault, name by slug."""
    able = (one for one in PLATFORMS.values() if fault not in one.unsupported)
    return {platform.slug: platform.name for platform in able}


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
    return {name: request.query[name] for name in FILTERS if name in request.query}


def _kept(filters: dict[str, str]) -> str:
    """Return the query that keeps the filters across a form."""
    return f"?{urlencode(filters)}" if filters else ""


def _back(request: web.Request, done: str, **subject: str) -> web.Response:
    query = {**_filters(request), "done": done, **subject}
    raise web.HTTPSeeOther(URL("/control").with_query(query))


def routes(store: Store, outbox: Outbox) -> list[web.RouteDef]:
    shown = ControlPage(store, outbox)
    return [
        web.get("/control", shown.show),
        web.post("/control/page/fault", shown.break_it),
        web.post("/control/page/undo", shown.undo),
        web.post("/control/page/clock", shown.clock),
        web.post("/control/page/reset", shown.reset),
    ]
