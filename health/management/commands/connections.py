"""manage.py connections: what the grid shows, for terminals and scripts."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connections.models import Connection
from connections.platforms import PLATFORMS
from health.diagnosis import Diagnosis
from health.facts import diagnose_connection
from health.statuses import Displayed


class Command(BaseCommand):
    help = "List the connections, worst first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--status", help=", ".join(Displayed))
        parser.add_argument("--platform", help=", ".join(PLATFORMS))
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        status, platform = options["status"], options["platform"]
        if status and status not in list(Displayed):
            raise CommandError(
                f"There is no status {status!r}. Known: {', '.join(Displayed)}.", returncode=2
            )
        if platform and platform not in PLATFORMS:
            raise CommandError(
                f"There is no platform {platform!r}. Known: {', '.join(PLATFORMS)}.", returncode=2
            )
        rows = self.rows(status, platform)
        if options["as_json"]:
            self.stdout.write(json.dumps([as_json(*row) for row in rows], indent=2))
            return
        for connection, diagnosis in rows:
            self.stdout.write(
                f"{connection.pk}  {diagnosis.label:<20} {connection.adapter.name:<10} "
                f"{connection.label:<28} {connection.client.name}"
            )

    def rows(self, status: str | None, platform: str | None) -> list[tuple[Connection, Diagnosis]]:
        now = timezone.now()
        connections = (
            Connection.objects.connected().of_current_clients().with_parts().on_platform(platform)
        )
        rows = [(c, diagnose_connection(c, now, may_count=True)) for c in connections]
        rows = [row for row in rows if status in {None, row[1].code}]
        return sorted(rows, key=lambda row: (row[1].severity, row[0].client.name))


def as_json(connection: Connection, diagnosis: Diagnosis) -> dict[str, Any]:
    ends_at, checked_at = connection.expires_at, connection.last_good_check_at
    return {
        "id": str(connection.pk),
        "client": connection.client.name,
        "platform": connection.app.platform,
        "handle": connection.handle or connection.name,
        "external_id": connection.external_id,
        "status": diagnosis.code,
        "cause": diagnosis.cause or None,
        "expires_at": utc(ends_at),
        "last_good_check_at": utc(checked_at),
    }


def utc(at: datetime | None) -> str | None:
    """Return ISO 8601 in UTC, as every machine-readable output of Relink."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
