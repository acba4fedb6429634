"""The accounts we hold keys to: apps at platforms, logins' grants, and connections."""

from connections.models.connection import BROKEN, Connection, Status
from connections.models.grant import RENEWAL_LEASE, Grant
from connections.models.platform_app import Environment, PlatformApp

__all__ = [
    "BROKEN",
    "RENEWAL_LEASE",
    "Connection",
    "Environment",
    "Grant",
    "PlatformApp",
    "Status",
]
