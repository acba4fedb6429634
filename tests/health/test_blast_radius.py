"""How far a problem reaches: one account, one login, one app, one platform."""

import io
from datetime import timedelta

import pytest
import requests
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, Grant, PlatformApp, Status
from connections.platforms.wire import Cause
from connections.refresh import renew_due
from connections.trial import try_secret
from health.checks import check_now
from health.facts import diagnose_connection
from health.models import SharedProblem
from health.sweep import sweep

pytestmark = pytest.mark.django_db
A_HUNDRED = 100


@pytest.fixture
def hundred(agency) -> list[Connection]:
    """A hundred X accounts of a hundred logins, connected by real sign-ins."""
    profiles = [agency.profile("x", f"Shop {n}", f"shop{n}@x.example") for n in range(A_HUNDRED)]
    return [agency.connect("x", profile)[0] for profile in profiles]


def sweep_now() -> None:
    """Let everything come due, as it would by waiting, and sweep."""
    past = timezone.now() - timedelta(seconds=1)
    Connection.objects.update(next_check_at=past, check_lease_until=None)
    Grant.objects.awaiting_renewal().exclude(renewal_failures=0).update(renew_at=past)
    sweep()


def end_faults(platforms) -> None:
    requests.delete(f"{platforms.url}/control/faults", timeout=5).raise_for_status()


def causes() -> dict[str, int]:
    found: dict[str, int] = {}
    for cause in Connection.objects.values_list("cause", flat=True):
        found[cause] = found.get(cause, 0) + 1
    return found


def test_hundred_accounts_refused_alike_are_one_verdict_about_the_app(hundred, platforms, agency):
    platforms.fault("x", "reject_token")

    sweep_now()

    assert causes() == {Cause.APP_DISABLED: A_HUNDRED}
    problem = SharedProblem.objects.open().get()
    assert (problem.level, problem.app, problem.failing) == ("app", hundred[0].app, A_HUNDRED)
    for connection in Connection.objects.with_parts()[:5]:
        seen = diagnose_connection(connection, timezone.now())
        assert not seen.offers_reconnect
        assert "Reconnecting will not help" in seen.next_step


def test_app_that_works_again_leaves_no_verdict_behind(hundred, platforms, agency, sign_in, admin):
    platforms.fault("x", "disable_app", app=hundred[0].app.client_id)
    sweep_now()
    assert causes() == {Cause.APP_DISABLED: A_HUNDRED}
    page = sign_in(admin).get(reverse("grid")).content.decode()
    assert page.count("rejects our app X (simulated)") == 1
    end_faults(platforms)

    sweep_now()

    assert causes() == {"": A_HUNDRED}
    assert not SharedProblem.objects.open().exists()


def test_outage_breaks_nobody_and_hides_three_real_losses_only_while_it_lasts(hundred, platforms):
    platforms.fault("x", "outage", mode="503_html")
    for connection in hundred[10:13]:
        platforms.fault("x", "revoke", account=connection.external_id)

    sweep_now()

    assert Connection.objects.filter(status=Status.OK).count() == A_HUNDRED
    assert SharedProblem.objects.open().get().level == "platform"
    end_faults(platforms)  # what was revoked stays revoked
    sweep_now()
    broken = Connection.objects.exclude(status=Status.OK)
    assert {one.pk for one in broken} == {one.pk for one in hundred[10:13]}
    assert {one.cause for one in broken} == {Cause.REFRESH_TOKEN_INVALID}
    assert not SharedProblem.objects.open().exists()


def test_three_of_a_hundred_are_three_and_not_the_app(hundred, platforms):
    for connection in hundred[:3]:
        platforms.fault("x", "revoke", account=connection.external_id)

    sweep_now()

    assert causes() == {"": A_HUNDRED - 3, Cause.REFRESH_TOKEN_INVALID: 3}
    assert not SharedProblem.objects.exists()


def test_first_ones_refused_are_judged_anew_when_the_rest_follows(hundred, platforms):
    platforms.fault("x", "reject_token")
    for connection in hundred[:3]:
        check_now([connection.pk])
    assert causes()[Cause.TOKEN_REJECTED] == 3

    check_now([connection.pk for connection in hundred[3:]])
    sweep()

    assert causes() == {Cause.APP_DISABLED: A_HUNDRED}


def test_one_login_with_many_pages_is_not_the_app(agency, platforms):
    pages = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(30)]
    connections = agency.connect("facebook", *pages)
    platforms.fault("facebook", "change_password", account=connections[0].external_id)

    check_now([connection.pk for connection in connections])

    assert causes() == {Cause.PASSWORD_CHANGED: 30}
    seen = diagnose_connection(Connection.objects.with_parts()[0], timezone.now())
    assert seen.level == "login"
    assert "One sign-in repairs every account of this login." in seen.next_step


def test_numbers_are_for_those_who_may_see_every_client(hundred, platforms, sign_in, owner, admin):
    platforms.fault("x", "reject_token")
    sweep_now()
    address = hundred[0].get_absolute_url()

    for_staff = sign_in(owner).get(address).content.decode()
    for_admin = sign_in(admin).get(address).content.decode()

    assert "nearly every login of our app" in for_staff
    assert "100 of 100" not in for_staff
    assert "100 of 100 logins of our app" in for_admin


# After a secret was changed.


@pytest.fixture
def ten(agency) -> list[Connection]:
    profiles = [agency.profile("x", f"Shop {n}", f"shop{n}@x.example") for n in range(10)]
    return [agency.connect("x", profile)[0] for profile in profiles]


def renewals(platforms, after: int) -> list[dict]:
    calls = requests.get(f"{platforms.url}/control/calls", params={"after": after}, timeout=5)
    return [call for call in calls.json() if "oauth2/token" in call["endpoint"]]


def rotate(platforms, app: PlatformApp) -> str:
    """Have the platform change the app's secret, and everybody's renewal fall due."""
    told = {"platform": "x", "fault": "rotate_secret", "app": app.client_id}
    secret = platforms.control("faults", told).json()["secret"]
    Grant.objects.update(renew_at=timezone.now() - timedelta(seconds=1))
    return secret


def give_secret(app: PlatformApp, secret: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        call_command("platform_app", "rotate-secret", str(app.pk), stdout=io.StringIO())


def test_refused_app_is_tried_with_one_login_at_a_time(ten, platforms):
    rotate(platforms, ten[0].app)
    renew_due(timezone.now())
    Grant.objects.update(renew_at=timezone.now() - timedelta(seconds=1))
    last = platforms.last_call()["id"]

    renew_due(timezone.now())

    assert len(renewals(platforms, last)) == 1


def test_new_secret_is_tried_with_one_login_and_its_success_frees_the_rest(ten, platforms):
    secret = rotate(platforms, ten[0].app)
    sweep_now()
    assert causes() == {Cause.APP_CREDENTIALS: 10}
    give_secret(ten[0].app, secret)
    last = platforms.last_call()["id"]

    renew_due(timezone.now())
    assert len(renewals(platforms, last)) == 1
    sweep()

    assert {call["status"] for call in renewals(platforms, last)} == {200}
    assert causes() == {"": 10}
    assert PlatformApp.objects.get().trial_since is None


def test_wrong_new_secret_costs_one_call(ten, platforms):
    rotate(platforms, ten[0].app)
    sweep_now()
    give_secret(ten[0].app, "mistyped")
    last = platforms.last_call()["id"]

    renew_due(timezone.now())
    renew_due(timezone.now())

    assert [call["status"] for call in renewals(platforms, last)] == [401]
    assert PlatformApp.objects.get().trial_since is not None


def test_trial_goes_to_another_login_where_its_own_is_disconnected(ten, platforms):
    secret = rotate(platforms, ten[0].app)
    renew_due(timezone.now())
    app = PlatformApp.objects.get()
    Grant.objects.filter(pk=app.trial_grant_id).update(access_token="", refresh_token="")
    give_secret(app, secret)

    sweep_now()

    assert PlatformApp.objects.get().trial_since is None
    assert Grant.objects.live().exclude(renewal_cause="").count() == 0


def test_app_without_renewals_is_not_put_on_trial(agency):
    app = agency.connect("facebook")[0].app

    try_secret(app, timezone.now())

    assert PlatformApp.objects.get().trial_since is None
