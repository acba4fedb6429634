"""What people may type, and the sentence that says why it cannot be taken."""

import zoneinfo
from functools import cache
from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.forms.utils import pretty_name

from accounts.models import Client, Invitation, Role, User


class Spoken:
    """A form that says which field is missing, and in one line what a password needs."""

    fields: dict[str, forms.Field]
    advised = "password1"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = field.label or pretty_name(name)
            field.error_messages["required"] = f"{label} is missing. Fill it in."
        if self.advised in self.fields:
            self.fields[self.advised].help_text = " ".join(password_validators_help_texts())


class Reworded(Spoken):
    """One of allauth's forms with our labels; a label needs no placeholder beside it."""

    words: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.words.items():
            field = self.fields[name]
            field.label = label
            field.error_messages["required"] = f"{label} is missing. Fill it in."
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Reworded, LoginForm):
    words = {
        "login": "E-mail address",
        "password": "Password",
        "remember": "Stay signed in on this computer",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The name password managers look for; the page links to the reset by itself.
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class NewPasswordForm(Reworded, ChangePasswordForm):
    words = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class ForgottenPasswordForm(Reworded, ResetPasswordForm):
    words = {"email": "E-mail address"}


class PasswordFromLinkForm(Reworded, ResetPasswordKeyForm):
    words = {"password1": "New password", "password2": "New password again"}


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return the zones people name by place, and UTC."""
    places = sorted(
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *places]]


class PersonalSettingsForm(Spoken, forms.ModelForm):
    time_zone = forms.ChoiceField(
        label="Time zone", choices=time_zones, help_text="All times you see are in this zone."
    )

    class Meta:
        model = User
        fields = ["name", "time_zone"]
        labels = {"name": "Your name"}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


def _clients_field() -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        queryset=Client.objects.none(),
        required=False,
        label="Clients",
        widget=forms.CheckboxSelectMultiple,
        help_text="Viewers and staff see these clients only. Admins see every client.",
    )


class ColleagueForm(Spoken, forms.Form):
    """Somebody's role and the clients they work for."""

    role = forms.ChoiceField(
        choices=Role,
        initial=Role.STAFF,
        help_text=(
            "Viewers look. Staff connect, reconnect and edit clients. "
            "Admins also manage people, apps and archives."
        ),
    )
    clients = _clients_field()

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        if person:
            kwargs["initial"] = {"role": person.role, "clients": person.clients.all()}
        super().__init__(*args, **kwargs)
        self.fields["clients"].queryset = Client.objects.assignable_to(person)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class InvitationForm(ColleagueForm):
    email = forms.EmailField(label="E-mail address", max_length=254)
    field_order = ["email", "role", "clients"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        person = User.objects.filter(email__iexact=email).first()
        if person and not person.is_active:
            raise forms.ValidationError(
                f"{email} worked here before. Open their page under Staff and reactivate them."
            )
        if person:
            raise forms.ValidationError(f"{email} works here already. Nobody was invited.")
        return email


class JoinForm(Spoken, forms.Form):
    """What an invited colleague fills in; the address is the invitation's."""

    advised = "password"

    # Shown, so that a password manager stores the right name; what comes back is not read.
    email = forms.CharField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"readonly": True, "autocomplete": "username"}),
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.initial["email"] = invitation.email

    def clean_email(self) -> str:
        return self.invitation.email

    def clean(self) -> dict[str, Any]:
        password = self.cleaned_data.get("password")
        if password and password != self.cleaned_data.get("password_again", password):
            self.add_error("password_again", "The two passwords differ. Type both again.")
        elif password:
            self._judge(password)
        return self.cleaned_data

    def _judge(self, password: str) -> None:
        person = User(email=self.invitation.email, name=self.cleaned_data.get("name", ""))
        try:
            validate_password(password, person)
        except forms.ValidationError as error:
            self.add_error("password", error)


class ClientForm(Spoken, forms.ModelForm):
    class Meta:
        model = Client
        fields = ["name", "contact_name", "contact_email"]
        labels = {
            "name": "Client name",
            "contact_name": "Contact person",
            "contact_email": "Contact e-mail",
        }
        help_texts = {"contact_email": "Who is asked to sign in again when an account breaks."}
        error_messages = {
            "name": {"unique": "Another client has this name. Choose one that tells them apart."}
        }

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = Client.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(self._meta.error_messages["name"]["unique"])
        return name
