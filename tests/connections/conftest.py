"""Apps with one login each, for pushes to be about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Secret
from connections.vault import put_secret
from tests.connections.pushing import SECRET

LATER = timedelta(days=1)


@pytest.fixture
def make_login(client_row, owner):
    """Make an app with one login and accounts on it, which nothing was ever asked about."""

    def make(platform: str, subject_id: str = "42", accounts: tuple[str, ...] = ("1",)) -> Grant:
        now = timezone.now()
        app = PlatformApp(platform=platform, name=platform, client_id=f"{platform}-app")
        put_secret(app, "client_secret", Secret(SECRET))
        put_secret(app, "push_secret", Secret(SECRET) if platform == "x" else None)
        app.save()
        grant = Grant(app=app, subject_id=subject_id, subject_name="Nina Vogel")
        grant.issued_at = grant.consented_at = now - LATER
        put_secret(grant, "access_token", Secret("stored-access"))
        grant.put_refresh(Secret("planted-refresh-token-0001"))
        grant.save()
        for account in accounts:
            Connection.objects.create(
                client=client_row, app=app, grant=grant, external_id=account, name=account,
                status_since=now, next_check_at=now + LATER,
            )  # fmt: skip
        return grant

    return make
