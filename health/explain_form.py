"""The form of the page "Explain an error"."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from accounts.forms import Spoken
from connections.platforms import PLATFORMS
from connections.platforms.wire import Endpoint
from connections.redaction import mask
from health.explainer import Question, split_scopes
from health.pasted import LONGEST, UnreadableHeaders, parse_header_lines

ENDPOINTS = (
    (Endpoint.API, "A call about the account, such as looking it up or posting"),
    (Endpoint.TOKEN, "Signing in or renewing access"),
    (Endpoint.DEBUG, "Asking the platform about an access (debug_token, introspection, tokeninfo)"),
)
NO_STATUS = "An HTTP status is a number from 100 to 599."
TOO_LONG = f"It is longer than {LONGEST:,} bytes. Paste the first part: errors are short."
NOTHING = "Paste what the platform answered, or give at least its HTTP status."


def _area(rows: int) -> forms.Textarea:
    plain = {"class": "paste", "rows": rows, "spellcheck": "false", "autocomplete": "off"}
    return forms.Textarea(attrs=plain)


class ExplainForm(Spoken, forms.Form):
    """What was answered, and what is known beside it. Shown again, it is masked."""

    platform = forms.ChoiceField(
        choices=[("", "Choose"), *((p.slug, p.name) for p in PLATFORMS.values())],
        error_messages={"invalid_choice": "There is no such platform. Choose one of the list."},
    )
    # No CharField: it refuses the zero bytes that a broken answer may hold.
    body = forms.Field(
        required=False,
        label="What the platform answered",
        help_text="The body, or all of it with its status line and headers. What looks like a "
        "credential is masked before it is shown again, and nothing is kept.",
        widget=_area(10),
    )
    endpoint = forms.ChoiceField(
        label="What was asked",
        choices=ENDPOINTS,
        initial=Endpoint.API,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the three kinds of question."},
    )
    status = forms.IntegerField(
        required=False,
        validators=[RegexValidator(r"^[1-5]\d\d$", NO_STATUS)],
        label="HTTP status",
        help_text="Such as 401. Without it, only what the text says is read.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": NO_STATUS},
    )
    headers = forms.CharField(
        required=False, help_text="One in a line, or a JSON object.", widget=_area(3)
    )
    expected_account = forms.CharField(
        required=False,
        max_length=200,
        label="Account that you expect",
        help_text="Its id at the platform. A good answer is compared with it.",
    )
    required_scopes = forms.CharField(
        required=False,
        max_length=2000,
        label="Permissions that are needed",
        help_text="As the platform writes them, separated by commas or spaces.",
    )

    def clean_body(self) -> bytes:
        body = (self.cleaned_data["body"] or "").encode("utf-8", "replace")
        if len(body) > LONGEST:
            raise forms.ValidationError(TOO_LONG)
        return body

    def clean_headers(self) -> dict[str, str]:
        try:
            return parse_header_lines(self.cleaned_data["headers"])
        except UnreadableHeaders as error:
            raise forms.ValidationError(f"These headers cannot be read: {error}.") from None

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        is_empty = "body" in values and not values["body"].strip()
        if is_empty and "status" in values and values["status"] is None:
            self.add_error("body", NOTHING)
        return values

    @property
    def question(self) -> Question:
        """Return what was asked; only of a valid form."""
        values = self.cleaned_data
        return Question(
            platform=PLATFORMS[values["platform"]],
            body=values["body"],
            endpoint=Endpoint(values["endpoint"]),
            status=values["status"],
            headers=values["headers"],
            expected_account=values["expected_account"],
            required_scopes=split_scopes(values["required_scopes"]),
        )

    def hide_credentials(self) -> None:
        """Mask what the form shows again, after it was read."""
        shown = QueryDict(mutable=True)
        for name in self.fields:
            shown[name] = mask(self.data.get(name, ""))[:LONGEST]
        self.data = shown
