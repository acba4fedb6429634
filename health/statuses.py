"""The closed sets of a diagnosis: what is shown, who acts, and which cause means what."""

from enum import StrEnum

from connections.models import Status
from connections.platforms.wire import Cause


class Displayed(StrEnum):
    """What pages, filters, CSV and commands show, worst first (the stored ones and more)."""

    APP = "app"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ROLE = "role"
    SCOPE = "scope"
    EXPIRING = "expiring"
    PLATFORM = "platform"
    STALE = "stale"
    PAUSED = "paused"
    NONE = "none"
    OK = "ok"

    @property
    def severity(self) -> int:
        return SEVERITIES[self]


SEVERITIES = {code: place for place, code in enumerate(Displayed)}


class Remedy(StrEnum):
    REFRESH = "refresh"
    RECONNECT = "reconnect"
    GRANT_PERMISSION = "grant_permission"
    RESTORE_ROLE = "restore_role"
    FIX_APP = "fix_app"
    FIX_CLOCK = "fix_clock"
    FIX_REQUEST = "fix_request"
    WAIT = "wait"
    RESTART_FLOW = "restart_flow"
    NONE = "none"


class Actor(StrEnum):
    NOBODY = "nobody"
    STAFF = "staff"
    LOGIN_OWNER = "login_owner"
    PAGE_ADMIN = "page_admin"
    ADMINISTRATOR = "administrator"


STATUS_OF: dict[Cause, Status] = {
    Cause.REVOKED: Status.REVOKED,
    Cause.PASSWORD_CHANGED: Status.REVOKED,
    Cause.CHECKPOINT: Status.REVOKED,
    Cause.REFRESH_TOKEN_INVALID: Status.REVOKED,
    Cause.WRONG_ACCOUNT: Status.REVOKED,
    Cause.TOKEN_REJECTED: Status.REVOKED,
    Cause.EXPIRED: Status.EXPIRED,
    Cause.DATA_ACCESS_EXPIRED: Status.EXPIRED,
    Cause.PERMISSION_MISSING: Status.SCOPE,
    Cause.ROLE_LOST: Status.ROLE,
    Cause.ACCOUNT_MISSING: Status.ROLE,
    Cause.APP_CREDENTIALS: Status.APP,
    Cause.APP_DISABLED: Status.APP,
    Cause.REDIRECT_MISMATCH: Status.APP,
    Cause.CLOCK_SKEW: Status.APP,
    Cause.MALFORMED_REQUEST: Status.APP,
}
# These say nothing about the account: they leave its status as it was.
UNCHANGED = frozenset(Cause) - frozenset(STATUS_OF)

ICONS = {
    Displayed.APP: "wrench",
    Displayed.REVOKED: "user-x",
    Displayed.EXPIRED: "octagon-x",
    Displayed.ROLE: "lock",
    Displayed.SCOPE: "shield-alert",
    Displayed.EXPIRING: "clock-alert",
    Displayed.PLATFORM: "cloud-off",
    Displayed.STALE: "circle-question-mark",
    Displayed.PAUSED: "circle-pause",
    Displayed.NONE: "circle-dashed",
    Displayed.OK: "circle-check",
}
LABELS = {
    Displayed.APP: "Setup problem",
    Displayed.REVOKED: "Access removed",
    Displayed.EXPIRED: "Expired",
    Displayed.ROLE: "No page role",
    Displayed.SCOPE: "Permission missing",
    Displayed.EXPIRING: "Expires soon",
    Displayed.PLATFORM: "Platform problem",
    Displayed.STALE: "Not checked",
    Displayed.PAUSED: "Paused",
    Displayed.NONE: "Not connected",
    Displayed.OK: "Working",
}
# Where the cause says it better than the status.
LABELS_OF_CAUSE = {
    Cause.TOKEN_REJECTED: "Access refused",
    Cause.ACCOUNT_MISSING: "Account missing",
}
BROKEN = frozenset(
    {Displayed.APP, Displayed.REVOKED, Displayed.EXPIRED, Displayed.ROLE, Displayed.SCOPE}
)
RECONNECT_HELPS = frozenset(
    {
        Displayed.REVOKED,
        Displayed.EXPIRED,
        Displayed.ROLE,
        Displayed.SCOPE,
        Displayed.EXPIRING,
        Displayed.NONE,
    }
)
