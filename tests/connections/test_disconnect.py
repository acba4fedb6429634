"""Disconnect and move: the platform is told, tokens destroyed, history kept."""

from datetime import timedelta

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client
from connections.disconnect import discard_abandoned
from connections.models import Connection, Grant, PlatformApp
from health.models import Event

pytestmark = pytest.mark.django_db


def revocations(platforms) -> list[dict]:
    calls = requests.get(f"{platforms.url}/control/calls", timeout=5).json()
    return [c for c in calls if "revoke" in c["endpoint"] or c["endpoint"].startswith("DELETE")]


@pytest.mark.parametrize("slug", ["facebook", "x", "tiktok", "linkedin", "youtube"])
def test_disconnect_revokes_at_the_platform(slug, agency, platforms, sign_in, owner):
    connection, before = agency.connect(slug)[0], len(revocations(platforms))

    answer = sign_in(owner).post(reverse("disconnect", args=[connection.pk]))

    assert answer.status_code == 302
    assert [call["status"] for call in revocations(platforms)[before:]] == [200]
    grant = Grant.objects.get()
    assert (grant.access_token, grant.refresh_token) == ("", "")
    assert Event.objects.filter(connection=connection, kind="disconnected").exists()
    assert not Connection.objects.connected().exists()


def test_disconnect_keeps_a_login_that_others_use(agency, platforms, sign_in, owner):
    profiles = [agency.profile("facebook", f"Page {n}", "ana@brand.example") for n in range(2)]
    pages, before = agency.connect("facebook", *profiles), len(revocations(platforms))

    sign_in(owner).post(reverse("disconnect", args=[pages[0].pk]))

    assert len(revocations(platforms)) == before
    assert Grant.objects.get().is_live


def test_disconnect_asks_first_and_a_get_changes_nothing(connection, sign_in, owner):
    answer = sign_in(owner).get(reverse("disconnect", args=[connection.pk]))

    assert answer.status_code == 200
    assert Connection.objects.connected().exists()


def test_disconnect_destroys_tokens_even_where_the_platform_is_down(
    agency, platforms, sign_in, owner
):
    connection = agency.connect("x")[0]
    platforms.fault("x", "outage", mode="refuse")

    answer = sign_in(owner).post(reverse("disconnect", args=[connection.pk]), follow=True)

    assert "did not confirm the revocation" in answer.content.decode()
    assert not Grant.objects.get().is_live


def test_connecting_again_brings_the_history_back(agency, sign_in, owner):
    connection = agency.connect("x")[0]
    sign_in(owner).post(reverse("disconnect", args=[connection.pk]))

    again = agency.connect("x")[0]

    assert again.pk == connection.pk
    assert again.events.filter(kind="disconnected").exists()


def test_connection_moves_to_another_client_with_its_history(agency, sign_in, owner):
    connection, other = agency.connect("x")[0], Client.objects.create(name="Other")
    owner.clients.add(other)
    where = {"client": other.pk, "app": connection.app_id}

    sign_in(owner).post(reverse("move", args=[connection.pk]), where)

    connection.refresh_from_db()
    assert connection.client == other
    assert connection.grant is not None
    assert connection.events.filter(kind="moved").exists()


def test_connection_does_not_move_to_a_client_one_cannot_see(agency, sign_in, owner, client_row):
    connection, hidden = agency.connect("x")[0], Client.objects.create(name="Hidden")
    where = {"client": hidden.pk, "app": connection.app_id}

    answer = sign_in(owner).post(reverse("move", args=[connection.pk]), where)

    assert answer.status_code == 422
    connection.refresh_from_db()
    assert connection.client == client_row


def test_abandoned_first_connect_is_given_back(agency, platforms, owner):
    from connections import oauth

    now, before = timezone.now(), len(revocations(platforms))
    oauth.finish_connect(app=agency.app("x"), access=agency.access("x"), actor=owner, now=now)

    assert discard_abandoned(now) == 0
    assert discard_abandoned(now + timedelta(hours=2)) == 1

    assert not Grant.objects.exists()
    assert len(revocations(platforms)) == before + 1


@pytest.mark.parametrize("name", ["disconnect", "move"])
def test_stranger_finds_nothing(name, connection, sign_in, stranger):
    for method in ("get", "post"):
        answer = getattr(sign_in(stranger), method)(reverse(name, args=[connection.pk]))

        assert answer.status_code == 404


@pytest.mark.parametrize("name", ["disconnect", "move"])
def test_viewer_is_refused(name, connection, sign_in, viewer):
    assert sign_in(viewer).post(reverse(name, args=[connection.pk])).status_code == 403


def test_disconnect_says_so_where_the_apps_secret_does_not_open(agency, sign_in, owner):
    connection = agency.connect("x")[0]
    PlatformApp.objects.update(client_secret="v1.gone.AAAA")

    answer = sign_in(owner).post(reverse("disconnect", args=[connection.pk]), follow=True)

    assert "did not confirm the revocation" in answer.content.decode()
    assert not Grant.objects.get().is_live
