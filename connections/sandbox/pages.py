"""Pages for people: templates, their style sheet and their headers."""

from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, **context: Any) -> web.Response:
    text = environment.get_template(template).render(context)
    return web.Response(text=text, status=status, headers=HEADERS, content_type="text/html")


async def _style_sheet(css: str, request: web.Request) -> web.Response:
    return web.Response(text=css, content_type="text/css", headers={"Cache-Control": "no-cache"})


async def _home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/control")


def routes() -> list[web.RouteDef]:
    css = (HERE / "assets" / "sandbox.css").read_text()
    return [web.get("/", _home), web.get("/sandbox.css", partial(_style_sheet, css))]
