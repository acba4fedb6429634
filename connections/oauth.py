"""Connect and reconnect: allauth runs the flow, this module decides what is stored.

Only a finished sign-in by the right login with every permission changes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from accounts.models import Client, User, record
from connections import signals, vault
from connections.models import Connection, Grant, PlatformApp
from connections.platforms.contract import Access, Account
from connections.platforms.wire import Refusal, Secret
from connections.refresh import RELEASED, next_renewal
from connections.vault import put_secret


class Result(StrEnum):
    """How a sign-in at a platform ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    WRONG_ACCOUNT = "wrong_account"
    ACCOUNT_LEFT_OUT = "account_left_out"
    PARTIAL = "partial"
    STATE_LOST = "state_lost"
    PLATFORM_ERROR = "platform_error"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the person is told when they come back."""

    result: Result
    grant: Grant | None = None
    connection: Connection | None = None
    repaired: int = 0
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    signed_in_as: str = ""
    refusal: Refusal | None = None


def finish_connect(*, app: PlatformApp, access: Access, actor: User, now: datetime) -> Ending:
    """Store a first sign-in's grant; its accounts are given to clients on the next page."""
    if missing := app.adapter.missing(app.oauth_client(), access.scopes):
        return Ending(Result.PARTIAL, missing=missing)
    with transaction.atomic():
        grant = store_grant(app=app, access=access, actor=actor, now=now)
        offer_accounts(grant, access)
        repaired = attach(grant, access, _connections_of(grant, access), now)
        record(actor, "signed in at a platform", grant, str(grant))
    _announce(grant, repaired, first=False, actor=actor)
    return Ending(Result.DONE, grant=grant)


def finish_reconnect(
    *, connection: Connection, access: Access, actor: User, now: datetime
) -> Ending:
    """Replace what a connection works with, if the same account signed in."""
    reached = {account.external_id for account in access.accounts}
    same_login = connection.grant and connection.grant.subject_id == access.subject_id
    if connection.external_id not in reached:
        result = Result.ACCOUNT_LEFT_OUT if same_login else Result.WRONG_ACCOUNT
        return Ending(result, connection=connection, signed_in_as=access.subject_name)
    if missing := connection.adapter.missing(connection.app.oauth_client(), access.scopes):
        return Ending(Result.PARTIAL, connection=connection, missing=missing)
    with transaction.atomic():
        grant = store_grant(app=connection.app, access=access, actor=actor, now=now)
        siblings = _connections_of(grant, access)
        repaired = attach(grant, access, [*siblings, connection], now)
        record(actor, "reconnected", connection, str(connection))
    _announce(grant, repaired, first=False, actor=actor)
    # What this person may not see is repaired too, and neither named nor counted.
    seen = Connection.objects.visible_to(actor).of_grant(grant)
    done = [one.pk for one in repaired]
    left_out = tuple(one.label for one in seen if one.pk not in done)
    return Ending(
        Result.DONE,
        grant=grant,
        connection=connection,
        repaired=seen.with_ids(done).count(),
        left_out=left_out,
    )


def _connections_of(grant: Grant, access: Access) -> list[Connection]:
    """Return the connections on this login, and disconnected ones it reaches stay so."""
    reached = [account.external_id for account in access.accounts]
    return list(Connection.objects.of_grant(grant).filter(external_id__in=reached))


def store_grant(*, app: PlatformApp, access: Access, actor: User, now: datetime) -> Grant:
    """Seal and store what a sign-in gave, over an older grant of the same login.

    The row is locked and its generation counted up, so that a renewal still on its way
    stores nothing. A refresh token that the platform did not send again is kept.
    """
    grant = (
        Grant.objects.select_for_update()
        .filter(app=app, subject_id=access.subject_id)
        .select_related(None)
        .first()
    )
    if grant is None:
        grant = Grant(app=app, subject_id=access.subject_id, generation=0)
    grant.app = app
    _fill(grant, access, actor, now)
    grant.generation += 1
    grant.save()
    return grant


def _fill(grant: Grant, access: Access, actor: User, now: datetime) -> None:
    tokens = access.tokens
    put_secret(grant, "access_token", tokens.access)
    if tokens.refresh:
        grant.put_refresh(tokens.refresh)
    if tokens.refresh or tokens.refresh_expires_in:
        life = tokens.refresh_expires_in
        grant.refresh_expires_at = now + life if life else None
    expires_in = tokens.expires_in
    grant.expires_at = access.expires_at or (now + expires_in if expires_in else None)
    grant.data_access_expires_at = access.data_access_expires_at
    grant.subject_name = access.subject_name
    granted = access.scopes if access.scopes is not None else grant.app.requested_scopes
    grant.scopes = list(granted)
    grant.issued_at = grant.consented_at = now
    grant.connected_by = actor
    grant.renewal_failures, grant.renewal_cause, grant.renewal_cut_off_at = 0, "", None
    grant.told_gone_at, grant.told_gone_as, grant.told_gone_cause = None, "", ""
    for name, value in RELEASED.items():
        setattr(grant, name, value)
    grant.renew_at = next_renewal(grant)


def offer_accounts(grant: Grant, access: Access) -> None:
    """Keep what a first sign-in reached, each with its sealed token, until clients are chosen."""
    grant.reachable = [describe(account) for account in access.accounts]
    for description, account in zip(grant.reachable, access.accounts, strict=True):
        if account.token:
            description["sealed"] = vault.seal(
                account.token, table="reachable", row=str(grant.pk), field=account.external_id
            )
    grant.save(update_fields=["reachable"])


def describe(account: Account) -> dict[str, str]:
    return {
        "external_id": account.external_id,
        "name": account.name,
        "handle": account.handle,
        "kind": account.kind,
    }


# Columns, not rows: a check that writes its verdict meanwhile is not overwritten.
ATTACHED = (
    "grant",
    "name",
    "handle",
    "kind",
    "derived_token",
    "required_scopes",
    "disconnected_at",
    "next_check_at",
)


def attach(
    grant: Grant, access: Access, connections: Sequence[Connection], now: datetime
) -> list[Connection]:
    """Put connections on a grant, each with its own token where the platform gives one."""
    accounts = {account.external_id: account for account in access.accounts}
    attached = {connection.pk: connection for connection in connections}
    for connection in attached.values():
        account = accounts[connection.external_id]
        _place(connection, grant, describe(account), account.token, now)
    # A login may carry forty Pages: one statement for all.
    Connection.objects.bulk_update(attached.values(), ATTACHED)
    return list(attached.values())


def _place(
    connection: Connection,
    grant: Grant,
    account: dict[str, str],
    token: Secret | None,
    now: datetime,
) -> None:
    """Put one connection on a grant, due to be checked; the caller stores ``ATTACHED``."""
    connection.grant = grant
    connection.name, connection.handle = account["name"], account["handle"]
    connection.kind = account["kind"]
    put_secret(connection, "derived_token", token)
    connection.required_scopes = list(grant.app.requested_scopes)
    connection.disconnected_at, connection.next_check_at = None, now


@transaction.atomic
def assign_accounts(
    *, grant: Grant, choices: dict[str, Client], actor: User, now: datetime
) -> list[Connection]:
    """Make connections of the accounts a sign-in reached, each for its client.

    Raises ``Grant.DoesNotExist`` where the sign-in was given back meanwhile.
    """
    grant = Grant.objects.select_for_update(of=("self",)).live().get(pk=grant.pk)
    found = {account["external_id"]: account for account in grant.reachable}
    made = []
    for external_id, client in choices.items():
        account = found[external_id]
        connection, _ = Connection.objects.get_or_create(
            client=client,
            app=grant.app,
            external_id=external_id,
            defaults={"name": account["name"], "status_since": now, "next_check_at": now},
        )
        token = None
        if sealed := account.get("sealed"):
            token = vault.unseal(sealed, table="reachable", row=str(grant.pk), field=external_id)
        _place(connection, grant, account, token, now)
        record(actor, "connected", connection, f"{connection} for {client}")
        made.append(connection)
    Connection.objects.bulk_update(made, ATTACHED)
    # Accounts that nobody chose are none of ours: their tokens are not kept.
    Grant.objects.filter(pk=grant.pk).update(reachable=[])
    transaction.on_commit(lambda: _announce(grant, made, first=True, actor=actor))
    return made


def _announce(
    grant: Grant, connections: Sequence[Connection], *, first: bool, actor: User | None
) -> None:
    signals.grant_connected.send(
        Grant, grant=grant, connections=list(connections), first=first, actor=actor
    )


def refused(app: PlatformApp, refusal: Refusal, connection: Connection | None) -> Ending:
    """Tell upward that a sign-in ended with the platform's refusal, and say so."""
    grant = connection.grant if connection else None
    signals.call_refused.send(
        PlatformApp,
        app=app,
        grant=grant,
        connection=connection,
        operation="connect",
        refusal=refusal,
    )
    return Ending(Result.PLATFORM_ERROR, connection=connection, refusal=refusal)


def describe_reachable(grant: Grant, user: User) -> list[dict[str, str]]:
    """Return the accounts a sign-in reached, without tokens, and who has them already.

    Clients this person may not see are not named.
    """
    taken: dict[str, list[str]] = {}
    visible = Connection.objects.visible_to(user).connected().of_app(grant.app)
    for connection in visible.select_related("client"):
        taken.setdefault(connection.external_id, []).append(connection.client.name)
    return [
        {
            **{name: account[name] for name in ("external_id", "name", "handle", "kind")},
            "taken_by": ", ".join(taken.get(account["external_id"], [])),
        }
        for account in grant.reachable
    ]


def note_attempt(ending: Ending, text: str, actor: User) -> None:
    """Put a reconnect that changed nothing on the connection's timeline."""
    if ending.result != Result.DONE:
        signals.connection_changed.send(
            Connection, connection=ending.connection, kind="attempt", text=text, actor=actor
        )
