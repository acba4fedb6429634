"""What was seen of the connections' health: refusals, events, and our own heartbeat."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Client, User
from connections.models import Connection, Grant, PlatformApp


class AuthFailureQuerySet(models.QuerySet["AuthFailure"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the failures of clients this person works for; app-wide ones are for admins."""
        if user.is_authenticated and user.is_admin:
            return self
        return self.filter(client__in=Client.objects.visible_to(user))

    def newest_first(self) -> Self:
        return self.select_related("client", "connection").order_by("-id")


class AuthFailure(models.Model):
    """One refused call. Append only."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="failures")
    grant = models.ForeignKey(
        Grant, null=True, on_delete=models.SET_NULL, related_name="failures", db_constraint=False
    )
    connection = models.ForeignKey(
        Connection, null=True, on_delete=models.PROTECT, related_name="failures"
    )
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=40)
    operation = models.CharField(max_length=20)  # check, renew, connect, revoke, publish test
    endpoint = models.CharField(max_length=200, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=120, blank=True)
    cause = models.CharField(max_length=40)
    retried = models.BooleanField(default=False)

    objects = AuthFailureQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "-id"], name="failures_of_connection"),
            models.Index(fields=["cause", "-id"], name="failures_by_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.cause}"


class EventKind(models.TextChoices):
    CONNECTED = "connected", "Connected"
    RECONNECTED = "reconnected", "Reconnected"
    RENEWED = "renewed", "Renewed"
    STATUS = "status", "Status changed"
    FAILURE = "failure", "Refused"
    MOVED = "moved", "Moved"
    DISCONNECTED = "disconnected", "Disconnected"
    PAUSED = "paused", "Checks paused"
    PUBLISH_TEST = "publish_test", "Publish test"
    ATTEMPT = "attempt", "Reconnect tried"
    TOLD = "told", "Told by the platform"


class Event(models.Model):
    """One line of a connection's timeline."""

    at = models.DateTimeField(default=timezone.now)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind)
    text = models.CharField(max_length=300)
    status = models.CharField(max_length=10, blank=True)
    actor_name = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "-id"], name="events_of_connection")]

    def __str__(self) -> str:
        return self.text


class Heartbeat(models.Model):
    """When a part of Relink last did its work, so that silence is seen."""

    component = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.component} at {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, component: str, at: datetime, detail: str = "") -> None:
        cls.objects.update_or_create(component=component, defaults={"at": at, "detail": detail})


class SharedProblemQuerySet(models.QuerySet["SharedProblem"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def open_of_apps(self, apps: Iterable[UUID]) -> Self:
        return self.open().filter(app__in=list(apps))


class SharedProblem(models.Model):
    """One verdict for many: what an app or a whole platform fails with, and since when."""

    level = models.CharField(max_length=10)
    platform = models.CharField(max_length=40)
    app = models.ForeignKey(PlatformApp, null=True, blank=True, on_delete=models.CASCADE)
    cause = models.CharField(max_length=40)
    # What the platform's answers alone would mean, where the cause is inferred from many.
    read_as = models.CharField(max_length=40, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    failing = models.PositiveIntegerField()
    total = models.PositiveIntegerField()

    objects = SharedProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["app"], condition=Q(ended_at=None, level="app"), name="one_problem_per_app"
            ),
            models.UniqueConstraint(
                fields=["platform"],
                condition=Q(ended_at=None, level="platform"),
                name="one_problem_per_platform",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.level} {self.cause}"

    @property
    def key(self) -> tuple[str, object]:
        return (self.level, self.app_id if self.level == "app" else self.platform)
