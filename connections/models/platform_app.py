"""Our registrations at the platforms."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.urls import reverse

from connections import vault
from connections.platforms import PLATFORMS, Platform
from connections.platforms.wire import OAuthClient, Secret
from connections.pushes.doors import doors_of
from connections.vault import SealedField


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    SANDBOX = "sandbox", "Sandbox"


A_DAY = timedelta(days=1)


class PlatformAppQuerySet(models.QuerySet["PlatformApp"]):
    def usable(self) -> Self:
        return self.filter(retired_at=None)

    def for_platform(self, platform: str) -> Self:
        return self.usable().filter(platform=platform).order_by("created_at")

    def with_counts(self) -> Self:
        """Add how many accounts each app holds, for the page that lists the apps."""
        live = Q(connections__disconnected_at=None)
        counted = self.annotate(connection_count=models.Count("connections", filter=live))
        return counted.order_by("platform", "created_at")  # grouping drops Meta's order

    def with_news(self, now: datetime) -> Self:
        """Add what each app's platform told us last, and how much of a day was not believed."""
        from connections.models.push import Push, RefusedPushes

        pushes = Push.objects.filter(app=OuterRef("pk")).order_by("-received_at")
        refused = RefusedPushes.objects.filter(app=OuterRef("pk"), hour__gt=now - A_DAY)
        total = refused.order_by().values("app").annotate(total=Sum("count")).values("total")
        return self.annotate(
            last_news_at=Subquery(pushes.values("received_at")[:1]),
            last_news_kind=Subquery(pushes.values("kind")[:1]),
            refused_today=Subquery(total),
            refused_why=Subquery(refused.order_by("-hour").values("why")[:1]),
        )


class PlatformApp(models.Model):
    """Our registration at a platform (RFC 6749: the client). A grant belongs to one app."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    platform = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    environment = models.CharField(max_length=10, choices=Environment)
    client_id = models.CharField(max_length=255)
    client_secret = SealedField()
    # What the platform signs its messages with, where that is not the client secret (X).
    push_secret = SealedField()
    settings = models.JSONField(default=dict, blank=True)
    secret_rotated_at = models.DateTimeField(null=True, blank=True)
    # Since when the platform refuses the app itself, or its secret is new and unproven: one
    # login at a time (``trial_grant_id``) is renewed, and its success frees the others.
    trial_since = models.DateTimeField(null=True, blank=True)
    trial_grant_id = models.UUIDField(null=True, blank=True)
    trial_cause = models.CharField(max_length=40, blank=True)
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

    @property
    def push_url(self) -> str:
        """Return what the addresses begin with that this app's platform pushes to."""
        return f"{settings.PUBLIC_URL}/push/{self.pk}/"

    @property
    def push_addresses(self) -> list[tuple[str, str]]:
        """Return what to enter at the platform: its own word for each address, and the address."""
        doors = doors_of(self.platform)
        return [(door.words, self.push_url + name) for name, door in doors.items()]

    @property
    def lacks_push_secret(self) -> bool:
        """Say whether nothing the platform pushes can be believed yet."""
        doors = doors_of(self.platform).values()
        return not self.push_secret and any(door.needs_push_secret for door in doors)

    @property
    def rotates(self) -> bool:
        """Say whether a renewal spends the refresh token; a generic app says so itself."""
        rule = self.adapter.renewal
        return bool(self.settings.get("rotates", rule and rule.rotates))

    @property
    def requested_scopes(self) -> tuple[str, ...]:
        """Return the scopes this app asks for: its own list, else the platform's."""
        return tuple(self.settings.get("scopes") or self.adapter.scopes)

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
