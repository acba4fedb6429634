"""Error pages: what happened, what to do, and a reference to quote."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
THEMES = {"light", "dark"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what Django itself will not read: a form of megabytes, an odd host name."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, reason=str(exception or ""))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is missing or old."""
    return _page(request, 403, stale_form=True)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without the database, the session or a context processor: any may be what broke."""
    reference = _note(request, 500)
    theme = request.COOKIES.get("theme")
    context = {"reference": reference, "theme": theme if theme in THEMES else "auto"}
    return HttpResponse(render_to_string("500.html", context), status=500)


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    reference = _note(request, status)
    context = {"status": status, "reference": reference, **context}
    return render(request, f"{status}.html", context, status=status)


def _note(request: HttpRequest, status: int) -> str:
    """Log an answer under a new reference; by route, because a path may carry a secret link."""
    reference = secrets.token_hex(4)
    match = request.resolver_match
    place = match.route if match else "an unknown address"
    log.info("answered %s at %s, reference %s", status, place, reference)
    return reference
