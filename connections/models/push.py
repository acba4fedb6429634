"""What platforms told us unasked: each event once, refusals counted, deletions kept."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import salted_hmac

from connections.models.platform_app import PlatformApp

# An event that is delivered again later than this is too old to be believed anyway.
KEPT_FOR = timedelta(days=90)
FORGET_AT_ONCE = 100  # rows, so that no push waits for a clean-up


class PushOutcome(models.TextChoices):
    """What became of one event."""

    APPLIED = "applied", "Checked at once"
    STALE = "stale", "Older than the last sign-in"
    UNKNOWN = "unknown", "About no account held here"
    NOTED = "noted", "Noted"


class PushQuerySet(models.QuerySet["Push"]):
    def forget_old(self, now: datetime) -> None:
        old = self.filter(received_at__lt=now - KEPT_FOR).order_by("received_at")
        self.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGET_AT_ONCE])).delete()


class Push(models.Model):
    """One event that a platform pushed, so that a second delivery of it does nothing."""

    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="pushes")
    platform = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=10, choices=PushOutcome)

    objects = PushQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["app", "platform", "key"], name="one_push_per_event")
        ]
        indexes = [models.Index(fields=["app", "-received_at"], name="pushes_of_app")]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind}"


class RefusedPushesQuerySet(models.QuerySet["RefusedPushes"]):
    def count_one(self, app: PlatformApp, why: str, now: datetime) -> None:
        """Count one refusal; the rows stay few however many are sent."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        _, is_new = self.get_or_create(app=app, hour=hour, defaults={"count": 0})
        self.filter(app=app, hour=hour).update(count=F("count") + 1, why=why[:120])
        if is_new:
            self.filter(hour__lt=now - KEPT_FOR).delete()


class RefusedPushes(models.Model):
    """How many pushes to one app's addresses were not believed within one hour."""

    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="refused_pushes")
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=120, blank=True)  # of the latest

    objects = RefusedPushesQuerySet.as_manager()

    class Meta:
        ordering = ["-hour"]
        constraints = [
            models.UniqueConstraint(fields=["app", "hour"], name="one_count_per_app_and_hour")
        ]

    def __str__(self) -> str:
        return f"{self.count} refused at {self.app}"


class DeletionOutcome(models.TextChoices):
    ERASED = "erased", "Erased"
    NOTHING_HELD = "nothing", "Nothing was held"
    SIGNED_IN_AGAIN = "kept", "Signed in again since"


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def note(self, app: PlatformApp, login_id: str, now: datetime) -> "Deletion":
        """Return the one row of this person's requests to this app; a repeat gives the same."""
        row, _ = self.get_or_create(
            app=app,
            login_print=login_print(app, login_id),
            defaults={"code": secrets.token_urlsafe(24), "received_at": now},
        )
        return row


class Deletion(models.Model):
    """A person's request, through the platform, that their data be erased.

    It outlives what it erased, so it holds neither a name nor an id of theirs.
    """

    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="deletions")
    login_print = models.CharField(max_length=64)
    code = models.CharField(max_length=64, unique=True)  # 192 random bits
    received_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=10, choices=DeletionOutcome, default=DeletionOutcome.NOTHING_HELD
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = DeletionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["app", "login_print"], name="one_deletion_per_login")
        ]

    def __str__(self) -> str:
        return f"Deletion at {self.app}"

    def get_absolute_url(self) -> str:
        return reverse("deletion", args=[self.code])

    def settle(self, outcome: DeletionOutcome, now: datetime) -> Self:
        """Write down how the latest request ended."""
        self.outcome, self.received_at = outcome, now
        if outcome == DeletionOutcome.ERASED:
            self.erased_at = now
        self.save(update_fields=["outcome", "received_at", "erased_at"])
        return self


def login_print(app: PlatformApp, login_id: str) -> str:
    """Return what one person is recognised by at one app, which tells nobody who it is."""
    return salted_hmac("relink.deletion", f"{app.pk}:{login_id}", algorithm="sha256").hexdigest()
