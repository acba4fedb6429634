"""What admins change about their colleagues. One active admin always remains."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import Client, Role, User, record


class LastAdminError(Exception):
    """The change would leave the agency without an admin."""

    def __init__(self, person: User) -> None:
        super().__init__(
            f"{person} is the last active admin. Make somebody else an admin first; "
            "nothing was changed."
        )


@transaction.atomic
def change_person(person: User, *, role: Role, clients: Collection[Client], actor: User) -> None:
    """Give somebody a role and clients; raises ``LastAdminError``."""
    person = _locked(person)
    if role != Role.ADMIN:
        _keep_an_admin_besides(person)
    before = Role(person.role)
    person.role = role
    person.save(update_fields=["role"])
    person.clients.set(clients)
    change = role.label if before == role else f"{before.label} to {role.label}"
    names = ", ".join(client.name for client in clients) or "no clients"
    record(actor, "changed a colleague", person, f"{person.email}: {change}; {names}")


@transaction.atomic
def deactivate(person: User, *, actor: User) -> None:
    """Shut somebody out and end their sessions; raises ``LastAdminError``."""
    person = _locked(person)
    _keep_an_admin_besides(person)
    person.deactivate()
    person.save(update_fields=["is_active", "session_epoch"])
    record(actor, "deactivated a colleague", person, person.email)


@transaction.atomic
def reactivate(person: User, *, actor: User) -> None:
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(actor, "reactivated a colleague", person, person.email)


def _locked(person: User) -> User:
    """Lock every active admin, so that two admins cannot demote each other at once."""
    list(User.objects.active_admins().order_by("pk").select_for_update())
    return User.objects.select_for_update().get(pk=person.pk)


def _keep_an_admin_besides(person: User) -> None:
    others = User.objects.active_admins().exclude(pk=person.pk)
    if person.is_admin and person.is_active and not others.exists():
        raise LastAdminError(person)
