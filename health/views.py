"""The health pages: the grid, one connection, the failure log, and our own vitals."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from kombu.exceptions import OperationalError

from accounts.access import role_required
from accounts.models import AgencyRequest, Role, record
from connections.models import Connection, PlatformApp
from health.api_versions import retiring_versions
from health.connection_page import build_connection_page
from health.displayed import NEEDS_ACTION
from health.failure_log import LogFilters, find_failures
from health.grid import build_grid, find_columns
from health.grid_filters import UnknownFilterError, build_form, read_filters
from health.moments import day
from health.pause import pause, resume
from health.publish_panel import obstacle
from health.shared_problems import open_problems
from health.summary import summarise
from health.tasks import check_connections
from health.tasks import publish_test as run_publish_test
from health.vitals import take_vitals


@require_safe
@vary_on_headers("HX-Request")
def grid(request: AgencyRequest) -> HttpResponse:
    now = timezone.now()
    summary = summarise(request.user, now)
    apps = list(PlatformApp.objects.usable())
    columns = find_columns(summary.platforms, apps)
    request.need_action = summary.count(NEEDS_ACTION)  # the frame need not count once more
    try:
        filters = read_filters(request.GET)
        page = build_grid(request.user, filters, columns, now)
    except UnknownFilterError as error:
        return render(request, "health/unknown_filter.html", {"sentence": str(error)}, status=400)
    context = {
        "summary": summary,
        "columns": columns,
        "filters": filters,
        "form": build_form(filters),
        "grid": page,
        "chips": summary.chips(filters),
        "may_act": request.user.has_role(Role.STAFF),
        "problems": open_problems(summary),
        # Only an admin can do something about it.
        "retiring": retiring_versions(apps, timezone.localdate()) if request.user.is_admin else [],
    }
    return render(request, f"health/grid{_live(request)}.html", context)


def _live(request: AgencyRequest) -> str:
    """Name the template for a poll, which gets the changing parts and leaves messages alone."""
    return "_live" if request.htmx and not request.htmx.history_restore_request else ""


@require_safe
@vary_on_headers("HX-Request")
def connection(request: AgencyRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(Connection.objects.in_history_of(request.user).with_parts(), pk=pk)
    page = build_connection_page(shown, request.user, timezone.now())
    is_current = shown.is_connected and not shown.client.is_archived
    may_act = request.user.has_role(Role.STAFF) and is_current
    context = {"page": page, "may_act": may_act}
    return render(request, f"health/connection{_live(request)}.html", context)


@require_POST
@role_required(Role.STAFF)
def check_now(request: AgencyRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(Connection.objects.visible_to(request.user).connected(), pk=pk)
    try:
        check_connections.delay([str(shown.pk)])
    except OperationalError:
        messages.error(request, "The queue (Redis) does not answer, so no check was started.")
    else:
        messages.success(request, f"Checking {shown.label}. Reload in a moment to see the result.")
    return redirect(shown)


@require_POST
@role_required(Role.STAFF)
def publish_test(request: AgencyRequest, pk: UUID) -> HttpResponse:
    visible = Connection.objects.visible_to(request.user).connected()
    shown = get_object_or_404(visible.with_parts(), pk=pk)
    this = Connection.objects.with_ids([shown.pk])
    if reason := obstacle(shown):
        messages.error(request, reason)
    elif not this.start_publish_test(timezone.now()):
        messages.info(request, f"A publish test of {shown.label} is running already.")
    else:
        try:
            run_publish_test.delay(str(shown.pk), str(request.user.pk))
        except OperationalError:
            this.forget_publish_test()
            messages.error(request, "The queue (Redis) does not answer, so nothing was started.")
        else:
            text = f"Testing {shown.label}. Reload in a moment to see the result."
            messages.success(request, text)
    return redirect(shown)


@require_POST
@role_required(Role.STAFF)
@transaction.atomic
def pause_checks(request: AgencyRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(Connection.objects.visible_to(request.user).connected(), pk=pk)
    days = request.POST.get("days", "")
    is_number = days.isascii() and days.isdigit() and len(days) < 3
    if not is_number or not 1 <= int(days) <= 30:
        messages.error(request, "Checks can be paused for 1 to 30 days. Nothing was changed.")
        return redirect(shown)
    now = timezone.now()
    until = now + timedelta(days=int(days))
    pause(shown, until=until, actor=request.user, now=now)
    record(request.user, "checks paused", shown, f"until {until:%Y-%m-%d %H:%M} UTC")
    messages.success(request, f"Checks and alerts are off until {day(until, now)}.")
    return redirect(shown)


@require_POST
@role_required(Role.STAFF)
@transaction.atomic
def resume_checks(request: AgencyRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(Connection.objects.visible_to(request.user).connected(), pk=pk)
    resume(shown, actor=request.user, now=timezone.now())
    record(request.user, "checks resumed", shown)
    messages.success(request, f"Checks of {shown.label} are on again, beginning now.")
    return redirect(shown)


@require_safe
@role_required(Role.ADMIN)
def failure_log(request: AgencyRequest) -> HttpResponse:
    filters = LogFilters(request.GET, request.user)
    is_valid = filters.is_valid()
    page = find_failures(request.user, filters, request.GET) if is_valid else None
    context = {"form": filters, "page": page}
    return render(request, "health/failure_log.html", context, status=200 if is_valid else 400)


@login_not_required
@never_cache
@require_safe
def healthz(request: AgencyRequest) -> JsonResponse:
    is_well, vitals = take_vitals()
    return JsonResponse(vitals, status=200 if is_well else 503)
