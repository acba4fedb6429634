"""Who works here: for admins."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import staff as flow
from accounts.access import role_required
from accounts.forms import ColleagueForm
from accounts.models import AgencyRequest, Invitation, Role, User
from accounts.views.answers import form_again


@require_safe
@role_required(Role.ADMIN)
def staff_list(request: AgencyRequest) -> HttpResponse:
    context = {
        "people": User.objects.for_list(),
        "invitations": Invitation.objects.open(timezone.now()).for_list(),
    }
    return render(request, "accounts/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def staff_member(request: AgencyRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.for_list(), pk=pk)
    form = ColleagueForm(request.POST or None, person=person)
    context = {"person": person, "form": form}
    if not form.is_bound:
        return render(request, "accounts/staff_member.html", context)
    if not (form.is_valid() and _change(form, person, request.user)):
        return form_again(request, "accounts/staff_member.html", context)
    messages.success(request, f"Saved what {person} may do.")
    return redirect("staff")


def _change(form: ColleagueForm, person: User, actor: User) -> bool:
    role, clients = form.cleaned_data["role"], form.cleaned_data["clients"]
    try:
        flow.change_person(person, role=role, clients=clients, actor=actor)
    except flow.LastAdminError as error:
        form.add_error("role", str(error))
        return False
    return True


@require_POST
@role_required(Role.ADMIN)
def deactivate_member(request: AgencyRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        flow.deactivate(person, actor=request.user)
    except flow.LastAdminError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{person} can no longer sign in and was signed out everywhere.")
    return redirect("staff_member", person.pk)


@require_POST
@role_required(Role.ADMIN)
def reactivate_member(request: AgencyRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    flow.reactivate(person, actor=request.user)
    messages.success(request, f"{person} can sign in again, with the same password as before.")
    return redirect("staff_member", person.pk)
