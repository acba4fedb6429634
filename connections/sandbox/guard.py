"""Keep other sites, and other machines' names, away from the sandbox's pages and controls."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDictProxy
from yarl import URL

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def for_host(bound_to: str) -> Middleware:
    """Build the middleware; a sandbox bound elsewhere on purpose has no name to check."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/control"):
            if bound_to in LOOPBACK and not _loopback(request):
                raise web.HTTPForbidden(text="The sandbox answers to 127.0.0.1 only.")
            if request.method not in ("GET", "HEAD") and from_elsewhere(request):
                raise web.HTTPForbidden(text="This came from another site.")
        return await handler(request)

    return guard


def _loopback(request: web.Request) -> bool:
    try:
        return URL(f"http://{request.host}").host in LOOPBACK
    except ValueError:
        return False


def from_elsewhere(request: web.Request) -> bool:
    """Say whether a browser sent this from another site; other clients send neither header."""
    headers: CIMultiDictProxy[str] = request.headers
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.host}"
