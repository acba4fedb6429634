"""The audit trail, for admins."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.models import AgencyRequest, AuditEvent, Role

EVENTS_PER_PAGE = 50
LONGEST_NUMBER = 18  # digits that fit into PostgreSQL's bigint


@require_safe
@role_required(Role.ADMIN)
def audit(request: AgencyRequest) -> HttpResponse:
    before = _number(request.GET.get("before", ""))
    events = list(AuditEvent.objects.newest_first(before)[: EVENTS_PER_PAGE + 1])
    shown = events[:EVENTS_PER_PAGE]
    context = {
        "events": shown,
        "older": shown[-1].pk if len(events) > EVENTS_PER_PAGE else None,
        "is_first_page": before is None,
    }
    return render(request, "accounts/audit.html", context)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None
