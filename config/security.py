"""The content security policy on every answer."""

import time
from collections.abc import Callable
from functools import cache, lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connections.models import PlatformApp
from connections.platforms import PLATFORMS

REMEMBER = 60  # seconds, for the addresses that apps bring along


@lru_cache(maxsize=1)
def configured_origins(minute: int) -> tuple[str, ...]:
    """Return the sign-in pages of generic apps, which only the database knows."""
    return tuple(PlatformApp.objects.authorize_origins())


@cache
def policy(configured: tuple[str, ...] = ()) -> str:
    """Return the policy: our own origin only, and forms may lead to the platforms.

    Chromium applies ``form-action`` to the redirect a form's POST answers with, so the
    platforms' sign-in pages must be named or Reconnect is silently dead.
    """
    origins = {f"https://{urlsplit(p.authorize_url).netloc}" for p in PLATFORMS.values()}
    sandbox = [settings.SANDBOX_URL] if settings.DEMO else []
    known = sorted((origins | set(configured)) - {"https://"})
    targets = " ".join(["'self'", *known, *sandbox])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; object-src 'none'; form-action {targets}"
    )


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Content-Security-Policy" not in response:
            signed_in = hasattr(request, "user") and request.user.is_authenticated
            configured = configured_origins(int(time.time() // REMEMBER)) if signed_in else ()
            response["Content-Security-Policy"] = policy(configured)
        return response

    return middleware
