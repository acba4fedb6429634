"""Inviting a colleague: issue a link, withdraw it, accept it."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import mail
from accounts.models import Client, Invitation, InvitationState, Role, User, record


class InvitationClosedError(Exception):
    """The invitation was accepted, withdrawn, or has expired."""

    def __init__(self, state: InvitationState) -> None:
        super().__init__(state.label)
        self.state = state


class AlreadyMemberError(Exception):
    """Somebody with this e-mail address works here already."""


@transaction.atomic
def invite(
    *, email: str, role: Role, clients: Iterable[Client], invited_by: User | None, now: datetime
) -> tuple[Invitation, str]:
    """Issue an invitation in place of any older one; return it with its token."""
    Invitation.objects.open(now).filter(email=email.lower()).update(withdrawn_at=now)
    invitation, token = Invitation.issue(email=email, role=role, invited_by=invited_by)
    invitation.clients.set(clients)
    record(invited_by, "invited", invitation, f"{invitation.email} as {role.label}")
    return invitation, token


def join_url(token: str) -> str:
    return settings.PUBLIC_URL + reverse("join", args=[token])


def send_invitation(invitation: Invitation, token: str) -> mail.Outcome:
    sender = invitation.invited_by or settings.AGENCY_NAME
    return mail.send(
        to=invitation.email,
        subject=f"{settings.AGENCY_NAME} invites you to Relink",
        body=(
            f"Hello,\n\n{sender} invites you to join {settings.AGENCY_NAME} in Relink, where the "
            "team watches over its clients' social accounts.\n\n"
            f"Choose your password here:\n{join_url(token)}\n\n"
            f"The link works once, until {invitation.expires_at:%d %B %Y, %H:%M} UTC. "
            "If you did not expect it, ignore this message.\n"
        ),
    )


@transaction.atomic
def withdraw(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Close an invitation that nobody has used; raises ``InvitationClosedError`` otherwise."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open(now):
        raise InvitationClosedError(invitation.state(now))
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    record(actor, "withdrew an invitation", invitation, invitation.email)


def accept(invitation: Invitation, *, name: str, password: str, now: datetime) -> User:
    """Create the invited person; raises when the invitation closed or the address is taken."""
    try:
        return _accept(invitation, name=name, password=password, now=now)
    except IntegrityError:
        raise AlreadyMemberError from None


@transaction.atomic
def _accept(invitation: Invitation, *, name: str, password: str, now: datetime) -> User:
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open(now):
        raise InvitationClosedError(invitation.state(now))
    person = User.objects.create_user(invitation.email, password, name=name, role=invitation.role)
    person.clients.set(invitation.clients.all())
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    record(person, "joined", person, f"as {Role(invitation.role).label}")
    return person
