"""Rows in any state, made without a platform: the health pages only read them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Client
from connections.models import Connection, Environment, Grant, PlatformApp
from connections.platforms import PLATFORMS
from health.models import AuthFailure

Make = Callable[..., Any]
numbers = count(1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def make_app(db: None) -> Make:
    def make(platform: str) -> PlatformApp:
        existing = PlatformApp.objects.for_platform(platform).first()
        return existing or PlatformApp.objects.create(
            platform=platform,
            name=f"{platform} app",
            environment=Environment.SANDBOX,
            client_id=f"client-of-{platform}",
        )

    return make


@pytest.fixture
def make_grant(make_app: Make, now: datetime) -> Make:
    def make(platform: str = "x", **fields: Any) -> Grant:
        values = {
            "app": make_app(platform),
            "subject_id": f"subject-{next(numbers)}",
            "subject_name": "Ana Login",
            "access_token": "sealed",
            "refresh_token": "sealed",
            "scopes": list(PLATFORMS[platform].scopes),
            "issued_at": now - timedelta(days=3),
            "expires_at": now + timedelta(days=30),
            "consented_at": now - timedelta(days=3),
        }
        return Grant.objects.create(**{**values, **fields})

    return make


@pytest.fixture
def make_connection(make_grant: Make, now: datetime) -> Make:
    """Make a connection that works and was checked a minute ago, but for what is given."""

    def make(client: Client, platform: str = "x", **fields: Any) -> Connection:
        grant = fields.pop("grant", None) or make_grant(platform)
        number = next(numbers)
        values = {
            "client": client,
            "app": grant.app,
            "grant": grant,
            "external_id": f"account-{number}",
            "handle": f"handle{number}",
            "name": f"Account {number}",
            "required_scopes": list(PLATFORMS[platform].scopes),
            "status_since": now - timedelta(days=2),
            "last_check_at": now - timedelta(minutes=1),
            "last_good_check_at": now - timedelta(minutes=1),
            "next_check_at": now + timedelta(minutes=5),
        }
        return Connection.objects.create(**{**values, **fields})

    return make


@pytest.fixture
def make_failure(now: datetime) -> Make:
    def make(of: Connection, **fields: Any) -> AuthFailure:
        values = {
            "app": of.app,
            "grant": of.grant,
            "connection": of,
            "client": of.client,
            "platform": of.app.platform,
            "operation": "check",
            "endpoint": "GET /2/users/me",
            "http_status": 401,
            "code": "unauthorized",
            "message": "Unauthorized",
            "request_id": "request-1",
            "cause": "token_rejected",
            "at": now,
        }
        return AuthFailure.objects.create(**{**values, **fields})

    return make
