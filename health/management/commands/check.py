"""manage.py check: Django's own checks, or with ids or --all a check of connections.

Runs in its own process: no worker is needed. Exit status 0 when all work, 1 when
something is broken, 2 when an id is unknown.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.core.management.commands.check import Command as DjangoCheck
from django.utils import timezone

from connections.models import Connection
from health.checks import check_now
from health.facts import diagnose_connection

AT_A_TIME = 50
BAR_WIDTH = 30


class Command(DjangoCheck):
    help = "Check connections now (ids, or --all); with neither, Django's system check."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="check every connection")

    def handle(self, *args: Any, **options: Any) -> None:
        if not args and not options["all"]:
            super().handle(*args, **options)
            self.stdout.write(
                "That was Django's check of this installation. To check the accounts, give ids, "
                "or --all."
            )
            return
        ids = (
            known_ids(args)
            if args
            else list(Connection.objects.connected().of_current_clients().ids())
        )
        for done in self.in_parts(ids):
            self.draw_bar(done, len(ids))
        if self.report(ids):
            sys.exit(1)

    def in_parts(self, ids: Sequence[UUID]) -> Iterator[int]:
        for start in range(0, len(ids), AT_A_TIME):
            check_now(ids[start : start + AT_A_TIME])
            yield min(start + AT_A_TIME, len(ids))

    def draw_bar(self, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        filled = BAR_WIDTH * done // total
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        self.stderr.write(f"\r[{bar}] {done} of {total} checked", ending="")
        if done == total:
            self.stderr.write("")

    def report(self, ids: Sequence[UUID]) -> int:
        """Print what each connection is now; return how many are broken."""
        now, broken = timezone.now(), 0
        for connection in Connection.objects.connected().with_parts().with_ids(ids):
            diagnosis = diagnose_connection(connection, now, may_count=True)
            broken += diagnosis.is_broken
            name = f"{connection.client.name}, {connection}"
            self.stdout.write(f"{connection.pk}  {diagnosis.label:<20} {name}")
        self.stdout.write(f"{len(ids)} checked, {broken} broken.")
        return broken


def known_ids(args: Sequence[str]) -> list[UUID]:
    """Return the ids given; an id that is none of ours ends the command with status 2."""
    try:
        ids = [UUID(arg) for arg in args]
    except ValueError:
        bad = next(arg for arg in args if not _is_uuid(arg))
        raise CommandError(f"There is no connection {bad!r}.", returncode=2) from None
    known = set(Connection.objects.connected().with_ids(ids).ids())
    for pk in ids:
        if pk not in known:
            raise CommandError(f"There is no connection '{pk}'.", returncode=2)
    return ids


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
