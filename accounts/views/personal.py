"""What each person sets for themselves, and the theme, which needs no sign-in."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts import mail
from accounts.access import role_required
from accounts.forms import PersonalSettingsForm
from accounts.models import AgencyRequest, Role, User
from accounts.views.answers import form_again

THEMES = ("auto", "light", "dark")
THEME_LIFE = timedelta(days=365)


@require_http_methods(["GET", "HEAD", "POST"])
def personal_settings(request: AgencyRequest) -> HttpResponse:
    # A row of its own: a rejected form must not rename the person the page greets.
    person = User.objects.get(pk=request.user.pk)
    form = PersonalSettingsForm(request.POST or None, instance=person)
    if not form.is_bound:
        return render(request, "accounts/settings.html", {"form": form})
    if not form.is_valid():
        return form_again(request, "accounts/settings.html", {"form": form})
    form.save()
    messages.success(request, "Saved.")
    return redirect("settings")


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest("Choose the theme auto, light or dark.")
    response = redirect(_way_back(request))
    response.set_cookie(
        "theme",
        chosen,
        max_age=THEME_LIFE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _way_back(request: HttpRequest) -> str:
    """Return the page the person came from, unless it is somebody else's."""
    target = request.POST.get("next") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else "/"


@require_POST
@role_required(Role.ADMIN)
def test_email(request: AgencyRequest) -> HttpResponse:
    outcome = mail.send(
        to=request.user.email,
        subject="Test message from Relink",
        body=f"This is the test message you asked for. Relink at {settings.PUBLIC_URL}\n",
    )
    tell = messages.success if outcome.sent else messages.error
    tell(request, outcome.sentence)
    return redirect("settings")
