"""Invite somebody from the command line: the way in for the first admin."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import invitations
from accounts.forms import InvitationForm
from accounts.models import Role


class Command(BaseCommand):
    help = "Invite a colleague and print the link, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.STAFF.value)

    def handle(self, *args: Any, email: str, role: str, **options: Any) -> None:
        form = InvitationForm({"email": email, "role": role})
        if not form.is_valid():
            problems = [problem for errors in form.errors.values() for problem in errors]
            raise CommandError(" ".join(problems))
        invitation, token = invitations.invite(
            **form.cleaned_data, invited_by=None, now=timezone.now()
        )
        self.stdout.write(invitations.join_url(token))
        self.stderr.write(
            f"Give this link to {invitation.email}. It works once, until "
            f"{invitation.expires_at:%d %B %Y, %H:%M} UTC, and is not shown again."
        )
