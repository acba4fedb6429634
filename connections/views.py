"""Doors: starting a sign-in at a platform, coming back from it, ending and moving."""

from typing import Any
from uuid import UUID

from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.models import AgencyRequest, Client, Role
from connections import disconnect as ending_flow
from connections import oauth
from connections.forms import ConnectForm, MoveForm, read_choices, with_choices
from connections.messages import after_check, say
from connections.models import Connection, Grant, PlatformApp
from connections.oauth import Ending, Result
from connections.platforms import Platform
from connections.platforms.contract import Access
from connections.platforms.wire import Cause, Refusal
from connections.providers.adapter import provider_for
from connections.vault import VaultError

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
@role_required(Role.STAFF)
def connect(request: AgencyRequest) -> HttpResponse:
    """Choose a platform and go there to sign in."""
    asked = {"app": request.GET["app"]} if "app" in request.GET else None
    form = ConnectForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        return _go(request, form.cleaned_data["app"], connection=None)
    status = 422 if form.is_bound else 200
    context = {"form": form, "apps": PlatformApp.objects.usable()}
    return render(request, "connections/connect.html", context, status=status)


@require_POST
@role_required(Role.STAFF)
def reconnect(request: AgencyRequest, pk: UUID) -> HttpResponse:
    connection = get_object_or_404(
        Connection.objects.visible_to(request.user).connected().with_parts(), pk=pk
    )
    warning = connection.adapter.upgrade_warning
    if warning and connection.asks_for_more and "confirmed" not in request.POST:
        context = {"connection": connection, "warning": warning}
        return render(request, "connections/warning.html", context)
    return _go(request, connection.app, connection=connection)


def _go(request: AgencyRequest, app: PlatformApp, *, connection: Connection | None) -> HttpResponse:
    """Redirect to the platform, our own data in allauth's state."""
    try:
        provider = provider_for(request, app.platform, str(app.pk))
    except VaultError:
        messages.error(
            request,
            f"The secret of {app} cannot be opened: its key is missing from TOKEN_KEYS. An admin "
            f"gives it anew with manage.py platform_app rotate-secret {app.pk}.",
        )
        return redirect(connection or "connect")
    if provider is None:
        messages.error(request, f"{app} is not in use any more. Move the connection to another.")
        return redirect(connection or "connect")
    data = {"app": str(app.pk), "actor": str(request.user.pk)}
    params = app.adapter.authorize_params(provider.app.oauth_client)
    if connection:
        data["connection"] = str(connection.pk)
    answer = provider.redirect(
        request,
        AuthProcess.REDIRECT,
        data=data,
        auth_params=params,
        scope=app.requested_scopes,
    )
    if app.adapter.authorize_url:
        return answer
    # The policy on forms cannot name an address that only this app knows: a page leads there.
    return render(request, "connections/leaving.html", {"app": app, "address": answer["Location"]})


def signed_in(request: HttpRequest, data: dict[str, Any], access: Access) -> HttpResponse:
    """End a flow that brought tokens: store them if they are the right ones."""
    app, connection = _begun_with(request, data)
    if app is None:
        return _lost(request)
    now = timezone.now()
    if connection is None:
        ending = oauth.finish_connect(app=app, access=access, actor=request.user, now=now)
    else:
        ending = oauth.finish_reconnect(
            connection=connection, access=access, actor=request.user, now=now
        )
        connection.refresh_from_db()
    return _return(request, app, ending)


def cancelled(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    return _ended(request, data, Result.CANCELLED)


def platform_answered(request: HttpRequest, data: dict[str, Any], word: str) -> HttpResponse:
    """End a flow that the platform sent back with an error of its own."""
    refusal = Refusal(Cause.UNKNOWN, code=word or "no code", endpoint="authorize")
    return platform_refused(request, data, refusal)


def platform_refused(request: HttpRequest, data: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """End a flow in which the platform refused the exchange, or did not answer."""
    app, connection = _begun_with(request, data)
    if app is None:
        return _lost(request)
    ending = oauth.refused(app, refusal, connection)
    if refusal.cause == Cause.PERMISSION_MISSING:
        ending = Ending(Result.PARTIAL, connection=connection)
    return _return(request, app, ending)


def partial(request: HttpRequest, data: dict[str, Any], missing: tuple[str, ...]) -> HttpResponse:
    """End a flow in which permissions were left out."""
    return _ended(request, data, Result.PARTIAL, missing=missing)


def state_lost(request: HttpRequest, platform: Platform) -> HttpResponse:
    """End a flow whose state this session does not hold, or holds no longer."""
    return _lost(request)


def not_a_sign_in(request: HttpRequest) -> HttpResponse:
    messages.error(request, "Accounts of clients cannot be used to sign in here.")
    return redirect("account_login")


def _ended(
    request: HttpRequest, data: dict[str, Any], result: Result, missing: tuple[str, ...] = ()
) -> HttpResponse:
    app, connection = _begun_with(request, data)
    if app is None:
        return _lost(request)
    return _return(request, app, Ending(result, connection=connection, missing=missing))


def _begun_with(
    request: HttpRequest, data: dict[str, Any]
) -> tuple[PlatformApp | None, Connection | None]:
    """Return what a flow was for, if the same person still may do it; else no app."""
    user = request.user
    if not user.is_authenticated or data.get("actor") != str(user.pk):
        return None, None
    app = PlatformApp.objects.usable().filter(pk=data.get("app")).first()
    if app is None or not user.has_role(Role.STAFF):
        return None, None
    if "connection" not in data:
        return app, None
    visible = Connection.objects.visible_to(user).connected().with_parts()
    connection = visible.filter(pk=data["connection"], app=app).first()
    return (app, connection) if connection else (None, None)


def _return(request: HttpRequest, app: PlatformApp, ending: Ending) -> HttpResponse:
    text = say(request, app, ending)
    if ending.connection:
        oauth.note_attempt(ending, text, request.user)
        return redirect(ending.connection)
    if ending.grant:
        return redirect("choose_accounts", pk=ending.grant.pk)
    return redirect("connect")


def _lost(request: HttpRequest) -> HttpResponse:
    app = PlatformApp()
    say(request, app, Ending(Result.STATE_LOST))
    return redirect("grid")


@require_http_methods(GET_OR_POST)
@role_required(Role.STAFF)
def choose_accounts(request: AgencyRequest, pk: UUID) -> HttpResponse:
    """Say which of the accounts a sign-in reached belong to which client."""
    grants = Grant.objects.live().signed_in_by(request.user)
    grant = get_object_or_404(grants.select_related("app"), pk=pk)
    clients = list(Client.objects.visible_to(request.user).current())
    errors: list[str] = []
    if request.method == "POST":
        choices, errors = read_choices(request.POST, found=grant.reachable, clients=clients)
        if not errors:
            return _assign(request, grant, choices)
    found = with_choices(oauth.describe_reachable(grant, request.user), request.POST)
    context = {"grant": grant, "found": found, "clients": clients, "errors": errors}
    status = 422 if errors else 200
    return render(request, "connections/choose_accounts.html", context, status=status)


def _assign(request: AgencyRequest, grant: Grant, choices: dict[str, Client]) -> HttpResponse:
    try:
        made = oauth.assign_accounts(
            grant=grant, choices=choices, actor=request.user, now=timezone.now()
        )
    except Grant.DoesNotExist:
        messages.error(request, "This sign-in was given back meanwhile. Start again.")
        return redirect("connect")
    for connection in made:
        connection.refresh_from_db()
        messages.success(request, f"Connected {connection.label}. {after_check(connection)}")
    return redirect(made[0]) if len(made) == 1 else redirect("grid")


@require_http_methods(GET_OR_POST)
@role_required(Role.STAFF)
def disconnect(request: AgencyRequest, pk: UUID) -> HttpResponse:
    """Ask once, then end a connection."""
    visible = Connection.objects.visible_to(request.user).connected().with_parts()
    connection = get_object_or_404(visible, pk=pk)
    if request.method == "POST":
        outcome = ending_flow.disconnect(
            connection=connection, actor=request.user, now=timezone.now()
        )
        messages.success(request, f"Disconnected {connection}. {outcome} Its history is kept.")
        return redirect("client", pk=connection.client_id)
    others = visible.sharing_login(connection)
    context = {"connection": connection, "others": others}
    return render(request, "connections/disconnect.html", context)


@require_http_methods(GET_OR_POST)
@role_required(Role.STAFF)
def move(request: AgencyRequest, pk: UUID) -> HttpResponse:
    """Give a connection to another client or app, its history with it."""
    visible = Connection.objects.visible_to(request.user).connected().with_parts()
    connection = get_object_or_404(visible, pk=pk)
    form = MoveForm(request.POST or None, connection=connection, user=request.user)
    if request.method == "POST" and form.is_valid():
        ending_flow.move(
            connection=connection,
            client=form.cleaned_data["client"],
            app=form.cleaned_data["app"],
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, f"Moved {connection} to {form.cleaned_data['client']}.")
        return HttpResponseRedirect(connection.get_absolute_url())
    status = 422 if form.is_bound else 200
    context = {"connection": connection, "form": form}
    return render(request, "connections/move.html", context, status=status)


@require_GET
@role_required(Role.ADMIN)
def platform_apps(request: AgencyRequest) -> HttpResponse:
    apps = PlatformApp.objects.usable().with_counts().with_news(timezone.now())
    return render(request, "connections/apps.html", {"apps": apps})
