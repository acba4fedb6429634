"""The brake of an app that its platform refuses: one login is renewed as a trial.

While an app is on trial, no other login of it is renewed: a wrong secret would make each
of them fail alike. An answer that shows that the platform takes the app frees the rest.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from connections.models import Connection, Grant, PlatformApp
from connections.platforms.wire import Cause

APP_REFUSED = frozenset({Cause.APP_CREDENTIALS, Cause.APP_DISABLED})
# These answers come only after the platform has taken the app's id and secret.
APP_TAKEN = frozenset(
    {Cause.REFRESH_TOKEN_INVALID, Cause.REVOKED, Cause.EXPIRED, Cause.PASSWORD_CHANGED}
)


def try_secret(app: PlatformApp, now: datetime) -> None:
    """Let an app whose secret changed prove itself with one login.

    Where none can be renewed, one account is checked; the check that shows the app working
    has the others looked at.
    """
    grant = _candidate(app, now)
    if grant is None:
        first = Connection.objects.held_up_by([app.pk]).order_by("next_check_at").values("pk")[:1]
        Connection.objects.filter(pk__in=first).update(next_check_at=now)
        return
    _begin(app, grant, "", now)
    Grant.objects.filter(pk=grant.pk).update(renew_at=now, renewal_failures=0, renewal_cause="")
    Connection.objects.of_grant(grant).update(next_check_at=now)


def note_renewal(grant: Grant, cause: Cause | None) -> None:
    """Begin or end the trial of a grant's app by how its renewal ended; None is success."""
    app, now = grant.app, timezone.now()
    if cause in APP_REFUSED:
        begun = PlatformApp.objects.filter(pk=app.pk, trial_since=None)
        begun.update(trial_since=now, trial_grant_id=grant.pk, trial_cause=cause)
        PlatformApp.objects.filter(pk=app.pk, trial_grant_id=grant.pk).update(trial_cause=cause)
    elif (cause is None or cause in APP_TAKEN) and _is_on_trial(app):
        end_trial(app, now)


def end_trial(app: PlatformApp, now: datetime) -> None:
    """Free the app's other logins, and have every account looked at that it held up."""
    PlatformApp.objects.filter(pk=app.pk).update(
        trial_since=None, trial_grant_id=None, trial_cause=""
    )
    held = Grant.objects.live().filter(app=app, renewal_cause__in=APP_REFUSED)
    held.update(renew_at=now, renewal_failures=0, renewal_cause="")
    Connection.objects.held_up_by([app.pk]).update(next_check_at=now)


def choose_trials(now: datetime) -> None:
    """Give every app on trial a login that can be renewed, where it has lost its own."""
    apps = list(PlatformApp.objects.exclude(trial_since=None))
    for app in _without_candidate(apps):
        grant = _candidate(app, now)
        if grant is None:
            end_trial(app, now)
        else:
            _begin(app, grant, app.trial_cause, now)


def _without_candidate(apps: list[PlatformApp]) -> Iterable[PlatformApp]:
    if not apps:
        return []
    wanted = [app.trial_grant_id for app in apps]
    able = set(Grant.objects.awaiting_renewal().filter(pk__in=wanted).values_list("pk", flat=True))
    return [app for app in apps if app.trial_grant_id not in able]


def _candidate(app: PlatformApp, now: datetime) -> Grant | None:
    """Choose the login to try: one that failed by the app's fault, else the next due."""
    rule = app.adapter.renewal
    if rule is None:
        return None
    able = Grant.objects.awaiting_renewal().filter(app=app, issued_at__lte=now - rule.minimum_age)
    failed = able.filter(renewal_cause__in=APP_REFUSED).order_by("renew_at").first()
    return failed or able.order_by("renew_at").first()


def _is_on_trial(app: PlatformApp) -> bool:
    return PlatformApp.objects.filter(pk=app.pk).exclude(trial_since=None).exists()


def _begin(app: PlatformApp, grant: Grant, cause: str, now: datetime) -> None:
    PlatformApp.objects.filter(pk=app.pk).update(
        trial_since=app.trial_since or now, trial_grant_id=grant.pk, trial_cause=cause
    )
