"""Doors for what platforms push. Whoever forges one learns nothing but "Not accepted."."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections.models import Deletion, PlatformApp
from connections.pushes.doors import Door, doors_of
from connections.pushes.erase import erase_on_request
from connections.pushes.news import CannotVerify, Delivery, NotGenuine
from connections.pushes.receive import believe, recipient_of, refuse, take

MAX_BYTES = 64 * 1024
View = Callable[..., HttpResponse]


class TooLarge(Exception):
    """More was sent than any platform sends."""


def pushed(view: View) -> View:
    """Open a view to platforms, which have neither a session nor our forms' CSRF token."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooLarge:
            return _say("Too large.", 413)
        except NotGenuine:
            return _say("Not accepted.", 400)
        except CannotVerify:
            return _say("Not now. Send it again later.", 503)

    return csrf_exempt(login_not_required(answer))


def _say(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


@pushed
@require_POST
def news(request: HttpRequest, pk: UUID, door: str) -> HttpResponse:
    """Hear what a platform says about somebody's access."""
    app, entered = _enter(pk, door)
    now = timezone.now()
    take(app, believe(app, entered, _delivery(request), now), now)
    return HttpResponse(status=entered.accepted)


@pushed
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hear news, or prove the address to a platform that asks for that with GET."""
    if request.method == "POST":
        return news(request, pk, "webhook")
    app, entered = _enter(pk, "webhook")
    if entered.challenge is None:
        return HttpResponseNotAllowed(["POST"])
    try:
        recipient = recipient_of(app, entered)
        return JsonResponse(entered.challenge(request.GET.get("crc_token", ""), recipient))
    except NotGenuine as refusal:
        refuse(app, str(refusal), timezone.now())
        raise


@pushed
@require_POST
def data_deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Erase a login's data and say where its owner can see that it was done."""
    app, entered = _enter(pk, "data-deletion")
    now = timezone.now()
    (asked,) = believe(app, entered, _delivery(request), now)
    deletion = erase_on_request(app=app, news=asked, now=now)
    address = settings.PUBLIC_URL + deletion.get_absolute_url()
    return JsonResponse({"url": address, "confirmation_code": deletion.code})


@login_not_required
@require_safe
def deletion(request: HttpRequest, code: str) -> HttpResponse:
    """Show what became of a request to erase data, to whoever holds its code."""
    found = get_object_or_404(Deletion.objects.select_related("app"), code=code)
    answer = render(request, "connections/deletion.html", {"deletion": found})
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "no-store"
    return answer


def _enter(pk: UUID, door: str) -> tuple[PlatformApp, Door]:
    """Return an app and one of its doors; whatever does not exist is simply not found."""
    app = get_object_or_404(PlatformApp, pk=pk)
    entered = doors_of(app.platform).get(door)
    if entered is None:
        raise Http404
    return app, entered


def _delivery(request: HttpRequest) -> Delivery:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    # Judged before a byte is read.
    if not (declared.isascii() and declared.isdigit()) or int(declared[:12]) > MAX_BYTES:
        raise TooLarge
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(request.body, headers)
