"""Judgements that a single look would get wrong."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connections import signals
from connections.disconnect import discard_abandoned
from connections.models import Connection, Grant, PlatformApp, Status
from connections.oauth import assign_accounts, finish_connect, finish_reconnect
from connections.platforms import PLATFORMS
from connections.platforms.readings import read_time
from connections.platforms.wire import Cause, Response
from health.checks import check_now
from health.facts import diagnose_connection
from health.sweep import sweep

pytestmark = pytest.mark.django_db


def look(connection: Connection) -> Connection:
    check_now([connection.pk])
    return Connection.objects.with_parts().get(pk=connection.pk)


def test_renewal_after_an_outage_ends_what_was_unverified(agency, platforms):
    connection = agency.connect("x")[0]
    PlatformApp.objects.update(environment="production")
    Connection.objects.update(
        unverified_since=timezone.now(), unverified_cause=Cause.PLATFORM_OUTAGE
    )
    grant = Grant.objects.select_related("app").get()

    signals.grant_renewed.send(Grant, grant=grant)

    connection.refresh_from_db()
    assert connection.unverified_since is None
    assert connection.next_check_at - timezone.now() > timedelta(hours=20)


def test_costly_account_is_looked_at_soon_after_an_outage(agency, platforms, settings):
    connection = agency.connect("x")[0]
    PlatformApp.objects.update(environment="production")
    settings.CHECK_EVERY = timedelta(minutes=5)
    Connection.objects.update(derived_token="v1.gone.AAAA")

    seen = look(connection)

    assert seen.next_check_at - timezone.now() < timedelta(minutes=6)
    assert "TOKEN_KEYS" in diagnose_connection(seen, timezone.now()).why


def test_revoked_right_after_consent_is_not_believed_of_linkedin(agency, platforms):
    connection = agency.connect("linkedin")[0]
    PlatformApp.objects.update(settings={})
    platforms.fault("linkedin", "revoke", account=connection.external_id)

    assert look(connection).status == Status.OK
    Grant.objects.update(consented_at=timezone.now() - timedelta(minutes=5))
    assert look(connection).status == Status.REVOKED


def test_abandoned_sign_in_is_given_back_however_often_it_was_renewed(agency, owner):
    now = timezone.now()
    access = agency.access("youtube")
    finish_connect(app=agency.app("youtube"), access=access, actor=owner, now=now)
    Grant.objects.update(issued_at=now + timedelta(hours=2))

    assert discard_abandoned(now + timedelta(hours=2)) == 1


def test_leftover_accounts_of_a_used_login_are_forgotten(agency, owner):
    connection = agency.connect("facebook")[0]
    now, access = timezone.now(), agency.access("facebook")
    finish_connect(app=connection.app, access=access, actor=owner, now=now)
    assert Grant.objects.get().reachable != []

    discard_abandoned(now + timedelta(hours=2))

    assert Grant.objects.get().reachable == []
    assert Grant.objects.get().is_live


def test_sign_in_given_back_meanwhile_cannot_be_assigned(agency, owner, client_row):
    now, app = timezone.now(), agency.app("x")
    ending = finish_connect(app=app, access=agency.access("x"), actor=owner, now=now)
    discard_abandoned(now + timedelta(hours=2))

    with pytest.raises(Grant.DoesNotExist):
        assign_accounts(grant=ending.grant, choices={}, actor=owner, now=now)


def test_hidden_connections_are_repaired_and_not_counted(agency, owner, stranger):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]
    mine, hidden = agency.connect("facebook", *profiles)
    Connection.objects.filter(pk=hidden.pk).update(client=stranger.clients.get())
    access = agency.access("facebook", *profiles)

    ending = finish_reconnect(connection=mine, access=access, actor=owner, now=timezone.now())

    assert ending.repaired == 1


def test_answer_with_characters_no_database_keeps_spoils_nothing(agency):
    connection = agency.connect("x")[0]
    body = json.dumps({"title": "a\0b\ud83d", "status": 401, "detail": "\0"}).encode()

    refusal = PLATFORMS["x"].refusal(Response(401, body))

    assert "\0" not in refusal.code + refusal.message
    signals.call_refused.send(
        Grant, grant=connection.grant, connection=None, operation="renew", refusal=refusal
    )


def test_year_9999_means_never():
    assert read_time(253402300799) is None


def test_renewal_of_a_login_with_several_accounts_blames_none_of_them(agency, platforms):
    from connections.platforms.wire import Refusal
    from health.models import AuthFailure

    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]
    grant = agency.connect("facebook", *profiles)[0].grant
    refusal = Refusal(Cause.APP_CREDENTIALS, 400)

    signals.call_refused.send(
        Grant, grant=grant, connection=None, operation="renew", refusal=refusal
    )

    assert AuthFailure.objects.get().connection is None


@pytest.mark.parametrize("query", ["page=0000000019999999999999999999", "page=99999999"])
def test_absurd_page_number_is_refused_with_a_sentence(query, sign_in, owner):
    assert sign_in(owner).get(reverse("grid") + "?" + query).status_code == 400


def test_absurd_pause_changes_nothing(stored_connection, sign_in, owner):
    for days in ("0030999", "0030999999999999", "31", "-1", "x"):
        sign_in(owner).post(reverse("pause_checks", args=[stored_connection.pk]), {"days": days})

    stored_connection.refresh_from_db()
    assert stored_connection.checks_paused_until is None


def test_disconnected_connection_is_found_on_its_clients_page(stored_connection, sign_in, owner):
    Connection.objects.update(disconnected_at=timezone.now(), grant=None)
    browser = sign_in(owner)

    client_page = browser.get(reverse("client", args=[stored_connection.client_id]))
    page = browser.get(stored_connection.get_absolute_url())

    assert stored_connection.get_absolute_url() in client_page.content.decode()
    assert "is disconnected" in page.content.decode()
    assert "moved to another app" not in page.content.decode()


def test_archived_clients_connection_can_be_looked_back_at(stored_connection, sign_in, owner):
    stored_connection.client.archived_at = timezone.now()
    stored_connection.client.save()

    page = sign_in(owner).get(stored_connection.get_absolute_url())

    assert page.status_code == 200
    assert "Check now" not in page.content.decode()


def test_refusal_that_stands_is_logged_once_an_hour(agency, platforms):
    from health.models import AuthFailure

    connection = agency.connect("instagram")[0]
    platforms.fault("instagram", "change_password", account=connection.external_id)
    for _ in range(3):
        look(connection)
    logged = AuthFailure.objects.count()
    Connection.objects.update(last_check_at=timezone.now() - timedelta(hours=2))

    look(connection)

    assert AuthFailure.objects.count() == logged + 1


def test_page_left_unticked_is_named_and_not_called_repaired(agency, platforms, owner):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]
    ticked, unticked = agency.connect("facebook", *profiles)
    access = agency.access("facebook", profiles[0])

    ending = finish_reconnect(connection=ticked, access=access, actor=owner, now=timezone.now())

    assert (ending.repaired, ending.left_out) == (1, (unticked.label,))


def test_scope_granted_for_other_pages_only_is_missing():
    from connections.platforms.facebook import scopes_for

    body = {
        "data": {
            "type": "PAGE",
            "scopes": ["pages_show_list", "pages_manage_posts"],
            "granular_scopes": [{"scope": "pages_manage_posts", "target_ids": ["111"]}],
        }
    }
    answer = Response(200, json.dumps(body).encode())

    assert scopes_for(answer, "111") == ("pages_show_list", "pages_manage_posts")
    assert scopes_for(answer, "222") == ("pages_show_list",)


def test_two_accounts_of_one_login_do_not_wake_each_other(agency, platforms, owner, settings):
    first = agency.connect("x")[0]
    other = Connection.objects.get(pk=first.pk)
    other.pk, other.client = None, owner.clients.create(name="Second client")
    other._state.adding = True
    other.save()
    platforms.fault("x", "disable_app", app=first.app.client_id)
    platforms.advance(3 * 3600)
    Connection.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    settings.SWEEP_FOR = timedelta(seconds=3)

    checked = sweep()

    assert checked <= 6
    assert Grant.objects.get().renewal_failures <= 2


def test_login_that_signs_in_again_while_it_is_given_back_stays(agency, owner, monkeypatch):
    from connections import disconnect

    now = timezone.now()
    finish_connect(app=agency.app("x"), access=agency.access("x"), actor=owner, now=now)
    again = agency.access("x")

    def sign_in_meanwhile(grant, access, refresh):
        finish_connect(app=grant.app, access=again, actor=owner, now=timezone.now())

    monkeypatch.setattr(disconnect, "revoke", sign_in_meanwhile)

    assert discard_abandoned(now + timedelta(hours=2)) == 0
    assert Grant.objects.get().is_live


def test_broken_account_is_judged_anew_after_its_renewal(agency, platforms):
    connection = agency.connect("x")[0]
    PlatformApp.objects.update(environment="production")
    later = timezone.now() + timedelta(days=1)
    Connection.objects.update(status=Status.APP, cause=Cause.APP_CREDENTIALS, next_check_at=later)

    signals.grant_renewed.send(Grant, grant=Grant.objects.select_related("app").get())

    connection.refresh_from_db()
    assert connection.next_check_at <= timezone.now()


def test_self_renewing_token_whose_renewals_fail_is_shown_to_end(agency):
    connection = agency.connect("threads")[0]
    Grant.objects.update(
        renewal_failures=40,
        consented_at=timezone.now() - timedelta(days=59),
        expires_at=timezone.now() + timedelta(days=1),
    )
    connection.refresh_from_db()
    Grant.objects.filter(pk=connection.grant_id).update(renewal_cause="")

    assert connection.grant.ends_at is not None


def test_vague_refusal_of_a_renewal_does_not_overrule_an_account_that_answers(agency):
    connection = agency.connect("instagram")[0]
    Grant.objects.update(renewal_cause=Cause.TOKEN_REJECTED, renewal_failures=1)

    assert look(connection).status == Status.OK


def test_setting_of_the_wrong_kind_leaves_one_account_unproven(agency, platforms):
    odd, fine = agency.connect("linkedin")[0], agency.connect("x")[0]
    PlatformApp.objects.filter(platform="linkedin").update(settings={"false_revoked_for": "x"})
    platforms.fault("linkedin", "revoke", account=odd.external_id)

    check_now([odd.pk, fine.pk])

    odd.refresh_from_db()
    fine.refresh_from_db()
    assert odd.unverified_since is not None
    assert fine.last_good_check_at is not None


def test_lost_token_keys_offer_a_way_out(agency, sign_in, owner, settings):
    connection = agency.connect("x")[0]
    settings.TOKEN_KEYS = {"new": b"n" * 32}

    seen = look(connection)
    answer = sign_in(owner).post(
        reverse("reconnect", args=[connection.pk]), {"confirmed": "1"}, follow=True
    )

    assert diagnose_connection(seen, timezone.now()).offers_reconnect
    assert answer.status_code == 200
    assert "rotate-secret" in answer.content.decode()
