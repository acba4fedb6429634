"""manage.py explain_error: what a platform's answer means, as one JSON object.

The answer comes on standard input. Exit status 0 for whatever is in it, 2 where an option
cannot be used. No database and no queue is asked.
"""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.platforms import PLATFORMS
from connections.platforms.wire import Endpoint
from health.explainer import Question, as_json, explain_answer, split_scopes
from health.pasted import LONGEST, UnreadableHeaders, parse_headers


class Command(BaseCommand):
    help = (
        "Explain what a platform answered. The answer is read from standard input: its body, or "
        "all of it as curl -i prints it. Without a status, only what the body says is read."
    )
    # Whoever asks what an error means may be looking at a database that is down.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--platform", required=True, metavar="P", help=", ".join(PLATFORMS))
        parser.add_argument(
            "--endpoint", default=Endpoint.API, metavar="KIND", help=", ".join(Endpoint)
        )
        parser.add_argument("--status", metavar="N", help="the HTTP status, 100 to 599")
        parser.add_argument("--headers", metavar="JSON", help="a JSON object of HTTP headers")
        parser.add_argument("--expected-account", default="", metavar="ID")
        parser.add_argument(
            "--required-scopes", default="", metavar="LIST", help="separated by commas or spaces"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["platform"].strip().lower()
        platform = PLATFORMS.get(name) or unusable("platform", options["platform"], PLATFORMS)
        question = Question(
            platform=platform,
            endpoint=read_endpoint(options["endpoint"]),
            status=read_status(options["status"]),
            headers=read_headers(options["headers"]),
            expected_account=options["expected_account"].strip(),
            required_scopes=split_scopes(options["required_scopes"]),
            body=self.read_body(),
        )
        found = explain_answer(question, datetime.now(UTC))
        self.stdout.write(json.dumps(as_json(found), indent=2, ensure_ascii=False))

    def read_body(self) -> bytes:
        if sys.stdin.isatty():
            self.stderr.write("Paste the answer, then press Ctrl-D.")
        source = getattr(sys.stdin, "buffer", sys.stdin)
        found = source.read(LONGEST + 1)
        return found if isinstance(found, bytes) else found.encode("utf-8", "replace")


def unusable(what: str, given: str, known: Any) -> Any:
    raise CommandError(f"There is no {what} {given!r}. Known: {', '.join(known)}.", returncode=2)


def read_endpoint(text: str) -> Endpoint:
    return Endpoint(text) if text in list(Endpoint) else unusable("endpoint", text, Endpoint)


def read_status(text: str | int | None) -> int | None:
    if text is None:
        return None
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) == 3 and "100" <= digits < "600"):
        raise CommandError(
            f"--status {digits!r} is no HTTP status: give a number from 100 to 599.", returncode=2
        )
    return int(digits)


def read_headers(text: str | None) -> dict[str, str]:
    try:
        return parse_headers(text) if text is not None else {}
    except UnreadableHeaders as error:
        raise CommandError(f"--headers cannot be read: {error}.", returncode=2) from None
