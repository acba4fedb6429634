"""What one person's login gave us, and when it is renewed."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from connections import vault
from connections.models.platform_app import PlatformApp
from connections.platforms.wire import Secret
from connections.pushes.prints import hash_print, prefix_print, prints_of
from connections.vault import SealedField

# A renewal whose lease ran out without a result is one whose outcome nobody knows.
RENEWAL_LEASE = settings.PLATFORM_TIMEOUT + timedelta(seconds=20)


FAILURES_TO_WORRY = 5


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> Self:
        return self.exclude(access_token="")

    def signed_in_by(self, user: User) -> Self:
        """Return the grants this person brought, which only they may hand out to clients."""
        return self.filter(connected_by=user)

    def free_to_renew(self, now: datetime) -> Self:
        """Return live grants that nobody is renewing just now."""
        return self.live().filter(Q(renewal_lease_until=None) | Q(renewal_lease_until__lt=now))

    def allowed_by_app(self) -> Self:
        """Leave out what waits for the trial of its app."""
        return self.filter(Q(app__trial_since=None) | Q(pk=F("app__trial_grant_id")))

    def awaiting_renewal(self) -> Self:
        return self.live().exclude(renew_at=None)

    def due_for_renewal(self, now: datetime) -> Self:
        """Return grants whose time to renew has come, or whose renewal was cut off."""
        cut_off = Q(renewal_sent_at__isnull=False, renewal_lease_until__lt=now)
        return self.free_to_renew(now).allowed_by_app().filter(Q(renew_at__lte=now) | cut_off)

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
        return self.live().filter(connections=None, consented_at__lt=before)

    def of_login(self, app: PlatformApp, login_id: str) -> Self:
        """Return what one person's login gave this app, by whichever id the platform uses."""
        return self.filter(Q(subject_id=login_id) | Q(login_id=login_id), app=app)

    def of_refresh_token(
        self, app: PlatformApp, *, prefix: Secret | None, digest: Secret | None
    ) -> Self:
        """Return live grants whose refresh token has this beginning, or this digest."""
        if prefix:
            return self.live().filter(app=app, refresh_prefix_print=prefix_print(prefix))
        if digest:
            return self.live().filter(app=app, refresh_hash_print=hash_print(digest))
        return self.none()

    def consented_before(self, at: datetime) -> Self:
        return self.filter(consented_at__lt=at)

    def with_leftovers(self, before: datetime) -> Self:
        """Return grants that still keep accounts which nobody gave to a client in time."""
        return self.exclude(reachable=[]).filter(consented_at__lt=before)


class Grant(models.Model):
    """What one person's login gave us: tokens, permissions and how long they last."""

    # Set before sealing: the ciphertext is bound to it.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="grants")
    subject_id = models.CharField(max_length=255)
    subject_name = models.CharField(max_length=255, blank=True)
    # The person's own id where the subject is the account (a channel) and a check found it.
    login_id = models.CharField(max_length=255, blank=True)
    access_token = SealedField()
    refresh_token = SealedField()
    # Keyed digests of what Google names a revoked refresh token by; never a part of it.
    refresh_prefix_print = models.CharField(max_length=64, blank=True, db_index=True)
    refresh_hash_print = models.CharField(max_length=64, blank=True, db_index=True)
    scopes = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    # When the platform last named other permissions than before, by a check or a renewal.
    scopes_changed_at = models.DateTimeField(null=True, blank=True)
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

    # When the platform told us that access is gone, and why, in words; a new consent clears both.
    told_gone_at = models.DateTimeField(null=True, blank=True)
    told_gone_as = models.CharField(max_length=120, blank=True)
    told_gone_cause = models.CharField(max_length=40, blank=True)

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
        indexes = [
            models.Index(
                fields=["app", "login_id"], name="grants_by_login", condition=~Q(login_id="")
            )
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
        renews_itself = self.renews_by_itself and self.app.adapter.renewal.uses_access_token
        if renews_itself:
            # It renews by itself for ever, unless that keeps failing.
            ends = [self.expires_at] if self.renewal_failures > FAILURES_TO_WORRY else []
        return min((end for end in ends if end), default=None)

    def access(self) -> Secret | None:
        return vault.open_field(self, "access_token")

    def refresh(self) -> Secret | None:
        return vault.open_field(self, "refresh_token")

    def put_refresh(self, refresh: Secret) -> None:
        """Seal a refresh token and note its prints; does not save."""
        vault.put_secret(self, "refresh_token", refresh)
        for name, value in prints_of(refresh).items():
            setattr(self, name, value)
