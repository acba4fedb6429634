"""Who works here, for whom, and what they did."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

INVITATION_LIFE = timedelta(days=7)


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    STAFF = "staff", "Staff"
    ADMIN = "admin", "Admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the clients this person works for; admins see every client."""
        if not user.is_authenticated:
            return self.none()
        if user.is_admin:
            return self
        return self.filter(staff=user)

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        return self.filter(archived_at__isnull=False)

    def assignable_to(self, person: "User | None") -> Self:
        """Return current clients, and archived ones this person works for already."""
        kept = Client.objects.filter(staff=person) if person else Client.objects.none()
        return self.filter(Q(archived_at=None) | Q(pk__in=kept))

    def for_list(self) -> Self:
        """Count each client's live connections, in the same query."""
        live = Q(connections__disconnected_at=None)
        counted = self.annotate(connection_count=Count("connections", filter=live))
        return counted.order_by("name")  # Meta's order is dropped where rows are grouped


class Client(models.Model):
    """A company whose social accounts the agency looks after."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def active_admins(self) -> Self:
        return self.active().filter(role=Role.ADMIN)

    def for_list(self) -> Self:
        """Fetch whom each person works for and whether a second factor guards them."""
        factors = Count("authenticator", distinct=True)
        people = self.annotate(factor_count=factors).prefetch_related("clients")
        return people.order_by("-is_active", "name", "email")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an admin of the agency (``manage.py createsuperuser``)."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody who works at the agency; they sign in with their e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    clients = models.ManyToManyField(Client, related_name="staff", blank=True)
    is_active = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)
    # Part of every session's fingerprint: counting it up ends the person's sessions.
    session_epoch = models.PositiveIntegerField(default=0)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["name", "email"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    def has_role(self, role: Role) -> bool:
        """Say whether this person may do what ``role`` may do."""
        return Role(self.role).rank >= role.rank

    def deactivate(self) -> None:
        """Shut the person out; a session opened before stays dead after a return."""
        self.is_active = False
        self.session_epoch += 1

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        fingerprint = f"{self.password}:{self.session_epoch}"
        return salted_hmac("relink.session", fingerprint, secret, algorithm="sha256").hexdigest()


class InvitationState(models.TextChoices):
    OPEN = "open", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)

    def for_list(self) -> Self:
        return self.select_related("invited_by").prefetch_related("clients")

    def of_token(self, token: str) -> Self:
        return self.filter(token_hash=hash_token(token))


class Invitation(models.Model):
    """A colleague asked to join; the link is shown or sent once, its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role, default=Role.STAFF)
    clients = models.ManyToManyField(Client, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Invitation of {self.email}"

    @classmethod
    def issue(cls, *, email: str, role: Role, invited_by: User | None) -> tuple[Self, str]:
        """Store an invitation and return it with its token, which is not kept."""
        token = secrets.token_urlsafe(32)
        invitation = cls.objects.create(
            email=email.lower(),
            role=role,
            invited_by=invited_by,
            token_hash=hash_token(token),
            expires_at=timezone.now() + INVITATION_LIFE,
        )
        return invitation, token

    def state(self, now: datetime) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.withdrawn_at:
            return InvitationState.WITHDRAWN
        return InvitationState.OPEN if now < self.expires_at else InvitationState.EXPIRED

    def is_open(self, now: datetime) -> bool:
        return self.state(now) == InvitationState.OPEN


def hash_token(token: str) -> str:
    """Return the form in which a random token of ours is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def newest_first(self, before: int | None = None) -> Self:
        """Return events older than the one with number ``before``, the newest first."""
        older = self.filter(id__lt=before) if before else self
        return older.order_by("-id")


class AuditEvent(models.Model):
    """Who did what, when: kept for good, never edited."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action}"


def record(
    actor: "User | AnonymousUser | None", action: str, subject: models.Model, detail: str = ""
) -> AuditEvent:
    """Append to the audit trail, in the caller's transaction."""
    person = actor if isinstance(actor, User) else None
    return AuditEvent.objects.create(
        actor=person,
        actor_name=str(person or "Relink"),
        action=action,
        subject_id=str(subject.pk),
        detail=detail[:500],
    )


class AgencyRequest(HttpRequest):
    """A request by somebody who has signed in."""

    user: User  # type: ignore[assignment]
