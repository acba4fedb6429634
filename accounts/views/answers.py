"""The shapes of answer that several pages share."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

CANNOT_TAKE_THIS = 422


def form_again(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Show a form once more with what is wrong; nothing was changed."""
    return render(request, template, context, status=CANNOT_TAKE_THIS)


def keep_private(response: HttpResponse) -> HttpResponse:
    """Keep an answer to a secret link out of caches, search engines and referrers."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
