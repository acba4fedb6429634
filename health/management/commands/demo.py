"""manage.py demo: create the demo agency where it is missing. Only in the demo."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from health.demo import make_agency


class Command(BaseCommand):
    help = "Create the demo agency with real sign-ins at the sandbox (which must be running)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo agency exists only where RELINK_ENV=demo.")
        password = os.environ.get("RELINK_DEMO_PASSWORD", "")
        if not password:
            raise CommandError("RELINK_DEMO_PASSWORD is not set.")
        made = make_agency(password)
        self.stdout.write(f"{made} accounts connected." if made else "The demo agency is there.")
