"""The content security policy on every answer."""

from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connections.platforms import PLATFORMS


@cache
def policy() -> str:
    """Return the policy: our own origin only, and forms may lead to the platforms.

    Chromium applies ``form-action`` to the redirect a form's POST answers with, so the
    platforms' sign-in pages must be named or Reconnect is silently dead.
    """
    hosts = {urlsplit(platform.authorize_url).netloc for platform in PLATFORMS.values()} - {""}
    # The policy covers each hop, and sign-in pages send phones and old names elsewhere.
    kin = {f"https://*.{'.'.join(host.split('.')[-2:])}" for host in hosts}
    origins = {f"https://{host}" for host in hosts} | kin
    sandbox = [settings.SANDBOX_URL] if settings.DEMO else []
    targets = " ".join(["'self'", *sorted(origins), *sandbox])
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
        response.setdefault("Content-Security-Policy", policy())
        return response

    return middleware
