"""The accounts we hold keys to: apps at platforms, logins' grants, and connections."""

from connections.models.connection import BROKEN, PUBLISH_TEST_TIME, Connection, Status
from connections.models.grant import RENEWAL_LEASE, Grant
from connections.models.platform_app import Environment, PlatformApp
from connections.models.push import Deletion, DeletionOutcome, Push, PushOutcome, RefusedPushes

__all__ = [
    "BROKEN",
    "PUBLISH_TEST_TIME",
    "RENEWAL_LEASE",
    "Connection",
    "Deletion",
    "DeletionOutcome",
    "Environment",
    "Grant",
    "PlatformApp",
    "Push",
    "PushOutcome",
    "RefusedPushes",
    "Status",
]
