"""The accounts we hold keys to: apps at platforms, logins' grants, and connections."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Client, User
from connections import vault
from connections.platforms import PLATFORMS, Platform
from connections.platforms.base import OAuthClient, Secret
from connections.vault import SealedField

# A renewal whose lease ran out without a result is one whose outcome nobody knows.
RENEWAL_LEASE = timedelta(seconds=45)
# Longer than a sweep may run, so that a lease that ended means a worker that died.
CHECK_LEASE = timedelta(seconds=100)


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    SANDBOX = "sandbox", "Sandbox"


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


class PlatformAppQuerySet(models.QuerySet["PlatformApp"]):
    def usable(self) -> Self:
        return self.filter(retired_at=None)

    def for_platform(self, platform: str) -> Self:
        return self.usable().filter(platform=platform).order_by("created_at")

    def authorize_origins(self) -> list[str]:
        """Return the origins of sign-in pages that apps bring in their settings."""
        addresses = self.usable().filter(settings__has_key="authorize_url")
        found = addresses.values_list("settings__authorize_url", flat=True)
        parts = [urlsplit(str(address)) for address in found]
        return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc})

    def with_counts(self) -> Self:
        """Add how many accounts each app holds, for the page that lists the apps."""
        live = Q(connections__disconnected_at=None)
        counted = self.annotate(connection_count=models.Count("connections", filter=live))
        return counted.order_by("platform", "created_at")  # grouping drops Meta's order


class PlatformApp(models.Model):
    """Our registration at a platform (RFC 6749: the client). A grant belongs to one app."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    platform = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    environment = models.CharField(max_length=10, choices=Environment)
    client_id = models.CharField(max_length=255)
    client_secret = SealedField()
    settings = models.JSONField(default=dict, blank=True)
    secret_rotated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = PlatformAppQuerySet.as_manager()

    class Meta:
        ordering = ["platform", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "client_id"], name="one_app_per_client_id")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def adapter(self) -> Platform:
        return PLATFORMS[self.platform]

    @property
    def is_sandbox(self) -> bool:
        return self.environment == Environment.SANDBOX

    @property
    def redirect_uri(self) -> str:
        """Return the one callback address of this platform, from PUBLIC_URL, not the request."""
        return settings.PUBLIC_URL + reverse(f"{self.platform}_callback")

    def oauth_client(self) -> OAuthClient:
        """Return what adapters need of this app, with its secret opened."""
        base = f"{settings.SANDBOX_URL}/{self.platform}" if self.is_sandbox else ""
        return OAuthClient(
            client_id=self.client_id,
            client_secret=vault.open_field(self, "client_secret") or Secret(""),
            redirect_uri=self.redirect_uri,
            base_url=base,
            settings=self.settings,
        )


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> Self:
        return self.exclude(access_token="")

    def signed_in_by(self, user: User) -> Self:
        """Return the grants this person brought, which only they may hand out to clients."""
        return self.filter(connected_by=user)

    def free_to_renew(self, now: datetime) -> Self:
        """Return live grants that nobody is renewing just now."""
        return self.live().filter(Q(renewal_lease_until=None) | Q(renewal_lease_until__lt=now))

    def due_for_renewal(self, now: datetime) -> Self:
        """Return grants whose time to renew has come, or whose renewal was cut off."""
        cut_off = Q(renewal_sent_at__isnull=False, renewal_lease_until__lt=now)
        return self.free_to_renew(now).filter(Q(renew_at__lte=now) | cut_off)

    def claim_for_renewal(
        self, now: datetime, owner: uuid.UUID, limit: int, *, skip_locked: bool = True
    ) -> "list[Grant]":
        """Lease grants of this queryset to ``owner`` and note the intent, in one transaction.

        The intent (``renewal_sent_at``) is committed before any refresh token is sent;
        where it was set already, an earlier renewal never told how it ended.
        """
        with transaction.atomic():
            taken = self.select_for_update(skip_locked=skip_locked, of=("self",))
            ids = list(taken.order_by("renew_at").values_list("pk", flat=True)[:limit])
            self.model.objects.filter(pk__in=ids).update(
                renewal_owner=owner,
                renewal_lease_until=now + RENEWAL_LEASE,
                renewal_cut_off_at=Coalesce("renewal_sent_at", "renewal_cut_off_at"),
                renewal_sent_at=now,
            )
        return list(self.model.objects.filter(pk__in=ids).select_related("app"))

    def abandoned(self, before: datetime) -> Self:
        """Return live grants that a first connect left without any connection."""
        return self.live().filter(connections=None, issued_at__lt=before)


class Grant(models.Model):
    """What one person's login gave us: tokens, permissions and how long they last."""

    # Set before sealing: the ciphertext is bound to it.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="grants")
    subject_id = models.CharField(max_length=255)
    subject_name = models.CharField(max_length=255, blank=True)
    access_token = SealedField()
    refresh_token = SealedField()
    scopes = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    data_access_expires_at = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField()
    connected_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # Counts every stored change: the compare-and-set that a slow writer loses.
    generation = models.PositiveBigIntegerField(default=1)
    # Accounts that a first connect found and nobody has assigned to a client yet.
    reachable = models.JSONField(default=list, blank=True)

    renew_at = models.DateTimeField(null=True, blank=True, db_index=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    renewal_failures = models.PositiveSmallIntegerField(default=0)
    # Why the last renewal failed; empty after a good one.
    renewal_cause = models.CharField(max_length=40, blank=True)
    # When a renewal was sent whose end nobody saw, and that may have spent the token.
    renewal_cut_off_at = models.DateTimeField(null=True, blank=True)
    renewal_owner = models.UUIDField(null=True, blank=True)
    renewal_lease_until = models.DateTimeField(null=True, blank=True)
    renewal_sent_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "subject_id"], name="one_grant_per_login")
        ]

    def __str__(self) -> str:
        return f"{self.subject_name or self.subject_id} at {self.app.adapter.name}"

    @property
    def is_live(self) -> bool:
        return bool(self.access_token)

    @property
    def renews_by_itself(self) -> bool:
        """Say whether a renewal without the person is possible, by rule and by what we hold."""
        rule = self.app.adapter.renewal
        return bool(rule and (rule.uses_access_token or self.refresh_token))

    @property
    def renewal_given_up(self) -> bool:
        """Say whether the platform refused to renew for a reason that only a person ends."""
        return bool(self.renewal_cause) and self.renew_at is None

    @property
    def ends_at(self) -> datetime | None:
        """Return when access ends unless a person signs in; None where it has no end."""
        ends = [self.refresh_expires_at if self.renews_by_itself else self.expires_at]
        ends.append(self.data_access_expires_at)
        if self.renews_by_itself and self.app.adapter.renewal.uses_access_token:
            ends = []
        return min((end for end in ends if end), default=None)

    def access(self) -> Secret | None:
        return vault.open_field(self, "access_token")

    def refresh(self) -> Secret | None:
        return vault.open_field(self, "refresh_token")


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the connections of clients this person works for, archived ones left out."""
        clients = Client.objects.visible_to(user).current()
        return self.filter(client__in=clients)

    def connected(self) -> Self:
        return self.filter(disconnected_at=None)

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

    def ids(self) -> "models.QuerySet[Connection, uuid.UUID]":
        return self.order_by("client__name", "pk").values_list("pk", flat=True)

    def on_platform(self, platform: str | None) -> Self:
        return self.filter(app__platform=platform) if platform else self

    def sharing_login(self, connection: "Connection") -> Self:
        """Return the other connections that one reconnect of this one repairs too."""
        if connection.grant_id is None:
            return self.none()
        return self.connected().filter(grant=connection.grant_id).exclude(pk=connection.pk)

    def is_taken(self, client: Client, app: PlatformApp, external_id: str) -> bool:
        return self.filter(client=client, app=app, external_id=external_id).exists()

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
    next_check_at = models.DateTimeField(db_index=True)
    check_lease_until = models.DateTimeField(null=True, blank=True)
    # Fences late writers: a check writes only under the epoch it was claimed with.
    check_epoch = models.PositiveBigIntegerField(default=0)
    checks_paused_until = models.DateTimeField(null=True, blank=True)
    checks_paused_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
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
            )
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
        asked = set(self.app.settings.get("scopes") or self.adapter.scopes)
        return bool(self.grant) and not asked <= set(self.grant.scopes) | set(self.required_scopes)

    @property
    def missing_scopes(self) -> list[str]:
        granted = set(self.grant.scopes) if self.grant else set()
        return [scope for scope in self.required_scopes if scope not in granted]

    def token(self) -> Secret | None:
        """Return the token this account is used with: its own, else its login's."""
        own = vault.open_field(self, "derived_token")
        return own or (self.grant.access() if self.grant else None)
