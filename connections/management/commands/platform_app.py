"""manage.py platform_app add|list|rotate-secret|push-secret|set-version: apps at platforms."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import record
from connections.models import Environment, PlatformApp
from connections.platforms import PLATFORMS
from connections.platforms.generic import REQUIRED_SETTINGS
from connections.platforms.wire import Secret
from connections.trial import try_secret
from connections.vault import put_secret


class Command(BaseCommand):
    help = "Add, list and maintain our apps at the platforms. Secrets are read from stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        add = commands.add_parser("add", help="add an app; its secret is read from stdin")
        add.add_argument("platform")
        add.add_argument("client_id")
        add.add_argument("--name", default="")
        add.add_argument(
            "--environment", default=Environment.PRODUCTION, choices=Environment.values
        )
        add.add_argument("--settings", default="{}", help="JSON: api_version, scopes, URLs, …")
        listing = commands.add_parser("list", help="list the apps")
        listing.add_argument("--json", action="store_true", dest="as_json")
        rotate = commands.add_parser("rotate-secret", help="store a new secret, read from stdin")
        rotate.add_argument("id")
        push = commands.add_parser(
            "push-secret",
            help="store what the platform signs its messages with (X: the consumer secret)",
        )
        push.add_argument("id")
        version = commands.add_parser(
            "set-version", help="speak another version of the platform's API"
        )
        version.add_argument("id")
        version.add_argument("version")
        version.add_argument("--retires-on", help="YYYY-MM-DD, where Relink does not know it")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        actions = {
            "add": self.add,
            "list": self.list,
            "rotate-secret": self.rotate,
            "push-secret": self.store_push_secret,
            "set-version": self.set_version,
        }
        actions[action](options)

    def add(self, options: dict[str, Any]) -> None:
        platform = PLATFORMS.get(options["platform"])
        if platform is None:
            raise CommandError(
                f"There is no platform {options['platform']!r}. Known: {', '.join(PLATFORMS)}.",
                returncode=2,
            )
        settings = read_settings(options["settings"], platform.slug)
        if PlatformApp.objects.filter(
            platform=platform.slug, client_id=options["client_id"]
        ).exists():
            raise CommandError(f"{platform.name} has an app with that client id already.")
        app = PlatformApp(
            platform=platform.slug,
            name=options["name"] or platform.name,
            environment=options["environment"],
            client_id=options["client_id"],
            settings=settings,
        )
        put_secret(app, "client_secret", read_secret())
        app.save()
        record(None, "added an app", app, str(app))
        self.stdout.write(f"{app.pk}  {platform.name}  {app.name}")
        self.stdout.write(f"Redirect URI to enter at {platform.name}: {app.redirect_uri}")

    def list(self, options: dict[str, Any]) -> None:
        apps = PlatformApp.objects.usable().with_counts()
        if options["as_json"]:
            self.stdout.write(json.dumps([describe(app) for app in apps], indent=2))
            return
        for app in apps:
            self.stdout.write(
                f"{app.pk}  {app.platform:<10} {app.environment:<10} "
                f"{app.connection_count:>4} accounts  {app.name}"
            )

    def rotate(self, options: dict[str, Any]) -> None:
        app = find_app(options["id"])
        put_secret(app, "client_secret", read_secret())
        app.secret_rotated_at = timezone.now()
        app.save(update_fields=["client_secret", "secret_rotated_at"])
        record(None, "rotated an app's secret", app, str(app))
        try_secret(app, timezone.now())
        self.stdout.write(f"Stored a new secret for {app}. Its connections are checked next.")

    def set_version(self, options: dict[str, Any]) -> None:
        app = find_app(options["id"])
        # What was known of the old version's end says nothing of the new one's.
        kept = {name: value for name, value in app.settings.items() if name != "api_retires_on"}
        app.settings = {**kept, "api_version": options["version"]}
        if options["retires_on"]:
            app.settings["api_retires_on"] = read_date(options["retires_on"])
        app.save(update_fields=["settings"])
        record(None, "set an app's API version", app, options["version"])
        self.stdout.write(f"{app} speaks version {options['version']} from now on.")

    def store_push_secret(self, options: dict[str, Any]) -> None:
        app = find_app(options["id"])
        if not app.push_addresses:
            raise CommandError(f"{app.adapter.name} pushes nothing that Relink understands.")
        put_secret(app, "push_secret", read_secret())
        app.save(update_fields=["push_secret"])
        record(None, "stored an app's push secret", app, str(app))
        self.stdout.write(f"Stored what {app.adapter.name} signs its messages to {app} with.")


def find_app(pk: str) -> PlatformApp:
    try:
        return PlatformApp.objects.get(pk=pk)
    except (PlatformApp.DoesNotExist, ValidationError):
        raise CommandError(
            f"There is no app {pk!r}. See manage.py platform_app list.", returncode=2
        ) from None


def read_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandError(f"{text!r} is no date: write YYYY-MM-DD.", returncode=2) from None


def read_secret() -> Secret:
    secret = sys.stdin.readline().strip()
    if not secret.isprintable():
        raise CommandError("The secret on stdin holds characters that no platform gives out.")
    if not secret:
        raise CommandError("The secret is read from stdin, and stdin held none.")
    return Secret(secret)


def read_settings(text: str, platform: str) -> dict[str, Any]:
    try:
        settings = json.loads(text)
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise CommandError("--settings must be a JSON object.")
    missing = [name for name in REQUIRED_SETTINGS if name not in settings]
    if platform == "generic" and missing:
        raise CommandError(f"A generic app's --settings need {', '.join(missing)}.")
    return settings


def describe(app: PlatformApp) -> dict[str, Any]:
    return {
        "id": str(app.pk),
        "platform": app.platform,
        "name": app.name,
        "environment": app.environment,
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "push_addresses": [address for _, address in app.push_addresses],
        "connections": app.connection_count,
    }
