"""What people may ask for, checked before anything is changed."""

from typing import Any

from django import forms

from accounts.models import Client, User
from connections.models import Connection, PlatformApp


class ConnectForm(forms.Form):
    """Which of our apps a new account is connected with."""

    app = forms.ModelChoiceField(PlatformApp.objects.none(), label="Platform", empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["app"].queryset = PlatformApp.objects.usable()
        self.fields["app"].label_from_instance = describe_app


class MoveForm(forms.Form):
    """Where a connection goes: another client, another of our apps at its platform."""

    client = forms.ModelChoiceField(Client.objects.none(), empty_label=None)
    app = forms.ModelChoiceField(PlatformApp.objects.none(), label="App", empty_label=None)

    def __init__(self, *args: Any, connection: Connection, user: User, **kwargs: Any) -> None:
        initial = {"client": connection.client_id, "app": connection.app_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.connection = connection
        self.fields["client"].queryset = Client.objects.visible_to(user).current()
        self.fields["app"].queryset = PlatformApp.objects.for_platform(connection.app.platform)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, app = cleaned.get("client"), cleaned.get("app")
        if not client or not app:
            return cleaned
        if (client.pk, app.pk) == (self.connection.client_id, self.connection.app_id):
            raise forms.ValidationError("It is there already. Choose another client or app.")
        held = Connection.objects.holding(client, app, self.connection.external_id)
        if held and held.is_connected:
            raise forms.ValidationError(f"{client} already has {self.connection} with this app.")
        if held:
            raise forms.ValidationError(
                f"{client} had {self.connection} before, and its history is there. Disconnect it "
                f"here and connect it for {client} again."
            )
        return cleaned


def describe_app(app: PlatformApp) -> str:
    """Name an app with its platform, once."""
    name = app.adapter.name
    return app.name if app.name.startswith(name) else f"{name} ({app.name})"


def read_choices(
    data: Any, *, found: list[dict[str, str]], clients: list[Client]
) -> tuple[dict[str, Client], list[str]]:
    """Read which account goes to which client; return them and what is wrong, in words."""
    names = {account["external_id"]: account["name"] for account in found}
    by_id = {str(client.pk): client for client in clients}
    ticked = list(dict.fromkeys(data.getlist("account")))
    if not ticked:
        return {}, ["Tick at least one account."]
    choices, errors = {}, []
    for external_id in ticked:
        client = by_id.get(data.get(f"client_{external_id}", ""))
        if external_id not in names:
            errors.append("One of the accounts was not part of this sign-in.")
        elif client is None:
            errors.append(f"Choose the client that {names[external_id]} belongs to.")
        else:
            choices[external_id] = client
    return choices, errors


def with_choices(found: list[dict[str, str]], data: Any) -> list[dict[str, object]]:
    """Return accounts with what was ticked and chosen for them, to show a form again."""
    ticked = set(data.getlist("account"))
    return [
        {
            **account,
            "is_ticked": account["external_id"] in ticked,
            "client": data.get(f"client_{account['external_id']}", ""),
        }
        for account in found
    ]
