"""Clients: the list, one client's page, and what is changed on it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clients as flow
from accounts.access import role_required
from accounts.forms import ClientForm
from accounts.models import AgencyRequest, Client, Role
from accounts.views.answers import form_again

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def client_list(request: AgencyRequest) -> HttpResponse:
    visible = Client.objects.visible_to(request.user)
    archived = request.GET.get("show") == "archived"
    shown = visible.archived() if archived else visible.current()
    context = {"clients": shown.for_list(), "archived": archived}
    return render(request, "accounts/clients.html", context)


@require_safe
def client_page(request: AgencyRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    context = {
        "client": client,
        "connections": client.connections.with_history(),
        "people": client.staff.active(),
        "may_edit": request.user.has_role(Role.STAFF),
    }
    return render(request, "accounts/client.html", context)


@require_form
@role_required(Role.STAFF)
def new_client(request: AgencyRequest) -> HttpResponse:
    form = ClientForm(request.POST or None)
    if not form.is_bound:
        return render(request, "accounts/client_form.html", {"form": form})
    if not form.is_valid():
        return form_again(request, "accounts/client_form.html", {"form": form})
    client = flow.create_client(form.save(commit=False), actor=request.user)
    messages.success(request, f"{client.name} was added. Connect its first account next.")
    return redirect("client", client.pk)


@require_form
@role_required(Role.STAFF)
def edit_client(request: AgencyRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    form = ClientForm(request.POST or None, instance=client)
    # A rejected form has already put its words into the instance: the title keeps the old name.
    context = {"form": form, "client": client, "title": client.name}
    if not form.is_bound:
        return render(request, "accounts/client_form.html", context)
    if not form.is_valid():
        return form_again(request, "accounts/client_form.html", context)
    flow.change_client(form.save(commit=False), actor=request.user)
    messages.success(request, "Saved.")
    return redirect("client", client.pk)


@require_POST
@role_required(Role.ADMIN)
def archive_client(request: AgencyRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    flow.archive_client(client, actor=request.user, now=timezone.now())
    messages.success(
        request,
        f"{client.name} is archived. Its connections are no longer checked; "
        "their history is kept, and you can restore the client at any time.",
    )
    return redirect("client", client.pk)


@require_POST
@role_required(Role.ADMIN)
def restore_client(request: AgencyRequest, pk: UUID) -> HttpResponse:
    client = _client(request, pk)
    flow.restore_client(client, actor=request.user)
    messages.success(request, f"{client.name} is back. Its connections are checked again.")
    return redirect("client", client.pk)


def _client(request: AgencyRequest, pk: UUID) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
