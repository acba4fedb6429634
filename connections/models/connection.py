"""One managed account of one client: what we know of it, and when we look again."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Client, User
from connections import vault
from connections.models.grant import Grant
from connections.models.platform_app import PlatformApp
from connections.platforms import Platform
from connections.platforms.wire import Secret
from connections.vault import SealedField

# Longer than one look takes (two calls), so that a lease that ended means a worker that died.
CHECK_LEASE = settings.PLATFORM_TIMEOUT * 2 + timedelta(seconds=10)
# Longer than a publish test takes (three calls), so that one not ended by then is lost.
PUBLISH_TEST_TIME = max(timedelta(seconds=60), settings.PLATFORM_TIMEOUT * 4)


class Status(models.TextChoices):
    """What we hold to be true of a connection, worst first."""

    APP = "app", "Setup problem"
    REVOKED = "revoked", "Access removed"
    EXPIRED = "expired", "Expired"
    ROLE = "role", "No page role"
    SCOPE = "scope", "Permission missing"
    EXPIRING = "expiring", "Expires soon"
    OK = "ok", "Working"


BROKEN = frozenset({Status.APP, Status.REVOKED, Status.EXPIRED, Status.ROLE, Status.SCOPE})


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the connections of clients this person works for, archived ones left out."""
        clients = Client.objects.visible_to(user).current()
        return self.filter(client__in=clients)

    def in_history_of(self, user: User | AnonymousUser) -> Self:
        """Return what this person may look back at: archived clients' connections too."""
        return self.filter(client__in=Client.objects.visible_to(user))

    def connected(self) -> Self:
        return self.filter(disconnected_at=None)

    def with_history(self) -> Self:
        """Fetch connected ones first, then those that only their history is left of."""
        ended_last = F("disconnected_at").asc(nulls_first=True)
        return self.with_parts().order_by(ended_last, "app__platform", "name")

    def of_current_clients(self) -> Self:
        return self.filter(client__archived_at=None)

    def with_parts(self) -> Self:
        """Fetch what a page about connections shows, in the same query."""
        return self.select_related(
            "client", "app", "grant", "grant__app", "grant__connected_by", "checks_paused_by"
        )

    def of_grant(self, grant: Grant) -> Self:
        return self.connected().filter(grant=grant)

    def of_app(self, app: PlatformApp) -> Self:
        return self.filter(app=app)

    def with_ids(self, ids: Iterable[uuid.UUID]) -> Self:
        return self.filter(pk__in=list(ids))

    def extend_lease(self, now: datetime) -> None:
        """Hold connections for another look; a claim that was lost stays lost by its epoch."""
        self.update(check_lease_until=now + CHECK_LEASE)

    def ids(self) -> "models.QuerySet[Connection, uuid.UUID]":
        return self.order_by("client__name", "pk").values_list("pk", flat=True)

    def on_platform(self, platform: str | None) -> Self:
        return self.filter(app__platform=platform) if platform else self

    def sharing_login(self, connection: "Connection") -> Self:
        """Return the other connections that one reconnect of this one repairs too."""
        if connection.grant_id is None:
            return self.none()
        return self.connected().filter(grant=connection.grant_id).exclude(pk=connection.pk)

    def start_publish_test(self, now: datetime) -> bool:
        """Note that a publish test begins; False where one is under way already."""
        lost = Q(publish_test_started_at__lte=now - PUBLISH_TEST_TIME)
        idle = Q(publish_test_started_at=None) | lost
        return bool(self.filter(idle).update(publish_test_started_at=now))

    def forget_publish_test(self) -> None:
        """Let the next publish test begin."""
        self.update(publish_test_started_at=None)

    def with_access_of(self, grant: Grant) -> Self:
        """Return what still works with a grant as it was read: no newer tokens were stored."""
        return self.connected().filter(grant=grant, grant__generation=grant.generation)

    def held_up_by(self, apps: Iterable[uuid.UUID]) -> Self:
        """Return what only waits for one of these apps to work again."""
        return self.connected().filter(app__in=list(apps), status=Status.APP)

    def newly_broken(self, apps: Iterable[uuid.UUID], since: datetime) -> Self:
        """Return what of these apps was judged broken since then."""
        broken = self.connected().filter(app__in=list(apps), status__in=BROKEN)
        return broken.filter(status_since__gte=since)

    def holding(self, client: Client, app: PlatformApp, external_id: str) -> "Connection | None":
        """Return a client's row for an account, connected now or before."""
        return self.filter(client=client, app=app, external_id=external_id).first()

    def due(self, now: datetime) -> Self:
        """Return what a sweep must check: due, unpaused, not being checked already."""
        return self.connected().filter(
            Q(check_lease_until=None) | Q(check_lease_until__lt=now),
            Q(checks_paused_until=None) | Q(checks_paused_until__lte=now),
            next_check_at__lte=now,
            client__archived_at=None,
        )

    def claim(self, now: datetime, *, limit: int) -> "list[Connection]":
        """Lease up to ``limit`` connections of this queryset, the longest due first.

        Only the lease in the row decides who checks: a message lost or doubled is
        harmless, and the new epoch fences whoever still holds an older claim.
        """
        with transaction.atomic():
            taken = self.select_for_update(skip_locked=True, of=("self",)).order_by("next_check_at")
            ids = list(taken.values_list("pk", flat=True)[:limit])
            self.model.objects.filter(pk__in=ids).update(
                check_lease_until=now + CHECK_LEASE, check_epoch=F("check_epoch") + 1
            )
        return list(self.model.objects.filter(pk__in=ids).with_parts())


class Connection(models.Model):
    """One managed account (Page, profile, channel) of one client."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="connections")
    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="connections")
    grant = models.ForeignKey(
        Grant, null=True, blank=True, on_delete=models.SET_NULL, related_name="connections"
    )
    external_id = models.CharField(max_length=255)
    handle = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=40, default="profile")
    # A token the platform derives for this account alone (a Facebook Page's).
    derived_token = SealedField()
    required_scopes = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.OK)
    cause = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    status_since = models.DateTimeField()
    unverified_since = models.DateTimeField(null=True, blank=True)
    unverified_cause = models.CharField(max_length=40, blank=True)
    last_check_at = models.DateTimeField(null=True, blank=True)
    last_good_check_at = models.DateTimeField(null=True, blank=True)
    # The last time the account itself was read; a renewal proves less.
    inspected_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(db_index=True)
    check_lease_until = models.DateTimeField(null=True, blank=True)
    # Fences late writers: a check writes only under the epoch it was claimed with.
    check_epoch = models.PositiveBigIntegerField(default=0)
    checks_paused_until = models.DateTimeField(null=True, blank=True)
    checks_paused_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # How the last rehearsal of publishing ended: at, passed, proven, not_proven, left, refusal.
    publish_test = models.JSONField(default=dict, blank=True)
    publish_tested_at = models.DateTimeField(null=True, blank=True)
    # Set while one is under way.
    publish_test_started_at = models.DateTimeField(null=True, blank=True)
    publishing_paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "app", "external_id"], name="one_connection_per_account"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                name="due_connections",
                condition=Q(disconnected_at=None),
            ),
            models.Index(
                fields=["app", "-last_check_at"],
                name="latest_looks_of_app",
                condition=Q(disconnected_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adapter.name} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("connection", args=[self.pk])

    @property
    def adapter(self) -> Platform:
        return self.app.adapter

    @property
    def label(self) -> str:
        return f"@{self.handle}" if self.handle else self.name

    @property
    def is_connected(self) -> bool:
        return self.disconnected_at is None

    @property
    def expires_at(self) -> datetime | None:
        """Return when the token in use ends, renewed or not; None where it has no end."""
        if not self.grant or self.derived_token:
            return None
        return self.grant.expires_at

    @property
    def ends_at(self) -> datetime | None:
        """Return when this account's access ends unless a person signs in; None if never.

        A Page's own token outlives its login's: only the data access clock ends it.
        """
        if not self.grant:
            return None
        return self.grant.data_access_expires_at if self.derived_token else self.grant.ends_at

    @property
    def renews_by_itself(self) -> bool:
        return bool(self.grant and not self.derived_token and self.grant.renews_by_itself)

    @property
    def asks_for_more(self) -> bool:
        """Say whether a reconnect would ask for permissions the login never gave."""
        asked = set(self.app.requested_scopes)
        return bool(self.grant) and not asked <= set(self.grant.scopes) | set(self.required_scopes)

    @property
    def missing_scopes(self) -> list[str]:
        if "missing" in self.evidence:
            return list(self.evidence["missing"])
        granted = set(self.grant.scopes) if self.grant else set()
        return [scope for scope in self.required_scopes if scope not in granted]

    def token(self) -> Secret | None:
        """Return the token this account is used with: its own, else its login's."""
        own = vault.open_field(self, "derived_token")
        return own or (self.grant.access() if self.grant else None)
