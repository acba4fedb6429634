"""What people change about clients, each change on the audit trail."""

from datetime import datetime

from django.db import transaction

from accounts.models import Client, User, record


@transaction.atomic
def create_client(client: Client, *, actor: User) -> Client:
    """Save a new client; whoever creates one without seeing all of them works for it."""
    client.save()
    if not actor.is_admin:
        client.staff.add(actor)
    record(actor, "added a client", client, client.name)
    return client


@transaction.atomic
def change_client(client: Client, *, actor: User) -> None:
    client.save()
    record(actor, "changed a client", client, client.name)


@transaction.atomic
def archive_client(client: Client, *, actor: User, now: datetime) -> None:
    """Stop looking at a client's connections; what is known of them is kept."""
    client.archived_at = client.archived_at or now
    client.save(update_fields=["archived_at"])
    record(actor, "archived a client", client, client.name)


@transaction.atomic
def restore_client(client: Client, *, actor: User) -> None:
    client.archived_at = None
    client.save(update_fields=["archived_at"])
    record(actor, "restored a client", client, client.name)
