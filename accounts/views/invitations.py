"""Inviting a colleague, and the public page where they join."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations as flow
from accounts.access import role_required
from accounts.forms import InvitationForm, JoinForm
from accounts.models import AgencyRequest, Invitation, InvitationState, Role
from accounts.views.answers import form_again, keep_private

# Carries the link from the POST to the page that shows it once; it is stored nowhere.
LINK_COOKIE = "relink_invitation"
LINK_COOKIE_SECONDS = 300
GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def invite(request: AgencyRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if not form.is_bound:
        return render(request, "accounts/invite.html", {"form": form})
    if not form.is_valid():
        return form_again(request, "accounts/invite.html", {"form": form})
    now = timezone.now()
    invitation, token = flow.invite(**form.cleaned_data, invited_by=request.user, now=now)
    outcome = flow.send_invitation(invitation, token)
    tell = messages.success if outcome.sent else messages.warning
    tell(request, outcome.sentence)
    return _showing_link_once(invitation, token)


def _showing_link_once(invitation: Invitation, token: str) -> HttpResponse:
    response = redirect("invitation", invitation.pk)
    response.set_signed_cookie(
        LINK_COOKIE,
        token,
        max_age=LINK_COOKIE_SECONDS,
        path=reverse("invitation", args=[invitation.pk]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


@require_safe
@role_required(Role.ADMIN)
def invitation_page(request: AgencyRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.for_list(), pk=pk)
    token = request.get_signed_cookie(LINK_COOKIE, default="", max_age=LINK_COOKIE_SECONDS)
    state = invitation.state(timezone.now())
    context = {
        "invitation": invitation,
        "state": state.label,
        "is_open": state == InvitationState.OPEN,
        "link": flow.join_url(token) if token else "",
    }
    response = render(request, "accounts/invitation.html", context)
    response.delete_cookie(LINK_COOKIE, path=request.path)
    return keep_private(response)


@require_POST
@role_required(Role.ADMIN)
def withdraw_invitation(request: AgencyRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        flow.withdraw(invitation, actor=request.user, now=timezone.now())
    except flow.InvitationClosedError as error:
        state = error.state.label.lower()
        messages.error(request, f"This invitation is {state} already; nothing was changed.")
    else:
        messages.success(request, f"The link sent to {invitation.email} no longer works.")
    return redirect("staff")


@login_not_required
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited colleague in; only a POST uses the invitation up."""
    invitation = get_object_or_404(Invitation.objects.of_token(token))
    state = invitation.state(timezone.now())
    if state != InvitationState.OPEN:
        return _closed(request, state.value)
    form = JoinForm(request.POST or None, invitation=invitation)
    context = {"invitation": invitation, "form": form, "agency": settings.AGENCY_NAME}
    if not form.is_bound:
        return keep_private(render(request, "accounts/join.html", context))
    if not form.is_valid():
        return keep_private(form_again(request, "accounts/join.html", context))
    return _join(request, invitation, form)


def _join(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    try:
        person = flow.accept(invitation, name=name, password=password, now=timezone.now())
    except flow.InvitationClosedError as error:
        return _closed(request, error.state.value)
    except flow.AlreadyMemberError:
        return _closed(request, "member")
    login(request, person)
    messages.success(request, f"Welcome, {person}.")
    return keep_private(redirect("/"))


def _closed(request: HttpRequest, state: str) -> HttpResponse:
    context = {"state": state, "agency": settings.AGENCY_NAME}
    return keep_private(render(request, "accounts/join_closed.html", context, status=GONE))
