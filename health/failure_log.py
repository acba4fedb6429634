"""The auth-failure log's filters and pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.http import QueryDict

from accounts.models import Client, User
from connections.platforms import PLATFORMS
from connections.platforms.wire import Cause
from health.models import AuthFailure, AuthFailureQuerySet

FAILURES_A_PAGE = 50
CAUSES = [(cause.value, cause.value.replace("_", " ").capitalize()) for cause in Cause]
NO_PAGE = "There is no such page of the log."


def _time_field(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    error = {"invalid": "Give a date and a time, such as 2027-01-31 14:00."}
    return forms.DateTimeField(required=False, label=label, widget=widget, error_messages=error)


class LogFilters(forms.Form):
    """What the log is narrowed to, validated; times are in the reader's zone."""

    client = forms.ModelChoiceField(Client.objects.none(), required=False, empty_label="Any")
    platform = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *((p.slug, p.name) for p in PLATFORMS.values())],
    )
    cause = forms.ChoiceField(required=False, choices=[("", "Any"), *CAUSES])
    endpoint = forms.CharField(required=False, max_length=200, label="Endpoint contains")

    def __init__(self, query: QueryDict, user: User | AnonymousUser) -> None:
        super().__init__(query)
        self.fields["client"].queryset = Client.objects.visible_to(user)
        # The address says from= and to=, which Python cannot name as attributes.
        self.fields["from"] = _time_field("From")
        self.fields["to"] = _time_field("To")
        self.fields["before"] = forms.IntegerField(
            required=False,
            widget=forms.HiddenInput,
            validators=[RegexValidator(r"^\d{1,18}$", NO_PAGE)],
            error_messages={"invalid": NO_PAGE},
        )

    def clean(self) -> dict[str, object]:
        values = super().clean()
        begin, end = values.get("from"), values.get("to")
        if begin and end and end < begin:
            self.add_error("to", "This is earlier than From. Choose a later time.")
        return values

    def narrow(self, failures: AuthFailureQuerySet) -> AuthFailureQuerySet:
        """Return the failures that match the valid filters, newest first."""
        lookups = {
            "client": "client",
            "platform": "platform",
            "cause": "cause",
            "endpoint": "endpoint__icontains",
            "from": "at__gte",
            "to": "at__lte",
            "before": "id__lt",
        }
        values = {name: self.cleaned_data.get(name) for name in lookups}
        return failures.filter(**{lookups[name]: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class FailurePage:
    failures: list[AuthFailure]
    older: str  # the query string of the next page, "" on the last


def find_failures(user: User | AnonymousUser, filters: LogFilters, query: QueryDict) -> FailurePage:
    """Return one page of what this person may see, in one query."""
    failures = filters.narrow(AuthFailure.objects.visible_to(user).newest_first())
    page = list(failures[: FAILURES_A_PAGE + 1])
    older = ""
    if len(page) > FAILURES_A_PAGE:
        page = page[:FAILURES_A_PAGE]
        older = "?" + urlencode({**_given(query), "before": page[-1].pk})
    return FailurePage(page, older)


def _given(query: QueryDict) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
