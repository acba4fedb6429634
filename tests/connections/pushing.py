"""Pushes to the real doors, signed the way each platform does."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import OAuthClient, Secret
from connections.pushes.news import Delivery, NotGenuine, Recipient
from health.models import Event
from tests.connections.signing import (
    GOOGLE_KEY,
    KEY_ID,
    meta_form,
    tiktok_body,
    tiktok_signature,
    x_event,
    x_signature,
)

SECRET = "planted-app-secret-0001"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(app: PlatformApp, door: str) -> str:
    return f"/push/{app.pk}/{door}"


def deauthorize(client, app: PlatformApp, secret: str = SECRET, door: str = "deauthorize", **said):
    said = {"issued_at": int(timezone.now().timestamp()), **said}
    return client.post(
        at(app, door), meta_form(secret, **said), "application/x-www-form-urlencoded"
    )


def tell_tiktok(client, app: PlatformApp, openid: str = "42", reason: int = 1):
    now = timezone.now()
    body = tiktok_body(app.client_id, openid, now, reason)
    signed = {"TikTok-Signature": tiktok_signature(SECRET, body, now)}
    return client.post(at(app, "webhook"), body, "application/json", headers=signed)


def tell_x(client, app: PlatformApp, user_id: str = "42"):
    body = x_event(user_id, timezone.now())
    signed = {"x-twitter-webhooks-signature": x_signature(SECRET, body)}
    return client.post(at(app, "webhook"), body, "application/json", headers=signed)


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Grant, Connection, Event)]


def recipient(secret: str = SECRET, client_id: str = "ours", **settings: object) -> Recipient:
    client = OAuthClient(client_id, Secret(secret), "", settings=settings)
    return Recipient(client, Secret(secret), {KEY_ID: GOOGLE_KEY.public_key()}.__getitem__)


def refused(reader, delivery: Delivery, to: Recipient | None = None) -> str:
    with pytest.raises(NotGenuine) as refusal:
        reader(delivery, to or recipient(), NOW)
    return str(refusal.value)


def moment_at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
