"""The page "Explain an error": an answer in, its diagnosis out, and nothing kept."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import role_required
from accounts.models import AgencyRequest, Role
from connections.platforms.wire import Cause
from health.diagnosis import Diagnosis
from health.displayed import SHOWN, Shown
from health.explain_form import ExplainForm
from health.explainer import explain_answer
from health.statuses import Displayed
from health.weighing import Confidence

# Where a status of a connection would say more, or less, than one answer can.
SHOWN_OF_CAUSE = {
    "": Shown("ok", "Nothing wrong", "circle-check", "ok"),
    Cause.UNKNOWN: Shown("unknown", "Not understood", "circle-question-mark", "idle"),
    Cause.CODE_REJECTED: Shown("code", "Sign-in not finished", "circle-question-mark", "idle"),
    Cause.RATE_LIMITED: Shown("limited", "Limited for now", "cloud-off", "info"),
}
CONFIDENCE = {
    Confidence.CERTAIN: "Certain: the answer says so in words that mean nothing else.",
    Confidence.LIKELY: "Likely: it is the usual meaning of such an answer.",
    Confidence.UNCLEAR: "Unclear: the answer does not say, and nothing else tells.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.STAFF)
def explain_error(request: AgencyRequest) -> HttpResponse:
    # The result is the answer to the POST itself: a redirect would have to store what was pasted.
    form = ExplainForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    status = 200
    if form.is_bound:
        if form.is_valid():
            context |= _result(explain_answer(form.question, timezone.now()))
        else:
            status = 400
        form.hide_credentials()
    return render(request, "health/explain.html", context, status=status)


def _result(diagnosis: Diagnosis) -> dict[str, object]:
    usual = replace(SHOWN[Displayed(diagnosis.code)], label=diagnosis.label)
    return {
        "diagnosis": diagnosis,
        "shown": SHOWN_OF_CAUSE.get(diagnosis.cause, usual),
        "confidence": CONFIDENCE[Confidence(diagnosis.confidence)],
    }
