"""What forged and unreadable pushes leave alone, and what an admin sees of them."""

import io
import logging
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from connections.models import PlatformApp, Push, RefusedPushes
from connections.platforms.wire import Secret
from connections.vault import open_field, put_secret
from tests.connections.pushing import SECRET, at, deauthorize, everything, tell_x
from tests.connections.signing import x_signature

pytestmark = pytest.mark.django_db


def test_forged_push_changes_nothing_and_is_counted(client, make_login):
    app = make_login("facebook").app
    before = everything()

    answers = [deauthorize(client, app, secret="guessed", user_id="42") for _ in range(3)]

    assert {(a.status_code, a.content) for a in answers} == {(400, b"Not accepted.\n")}
    assert everything() == before
    counted = RefusedPushes.objects.get()
    assert (counted.count, counted.why) == (3, "its signature is not this app's")
    assert not Push.objects.exists()


def test_signature_of_another_app_of_ours_is_refused(client, make_login):
    app = make_login("facebook").app
    put_secret(app, "client_secret", Secret("another-secret"))
    app.save()

    assert deauthorize(client, app, user_id="42").status_code == 400


def test_unknown_app_is_like_any_address_that_leads_nowhere(client, make_login):
    app = make_login("facebook").app
    elsewhere = client.post("/no-such-page")

    for path in (f"/push/{uuid4()}/webhook", at(app, "risc")):
        answer = client.post(path, b"x", "text/plain")
        assert answer.status_code == 404
        assert answer.content[:400] == elsewhere.content[:400]


@pytest.mark.parametrize("length", ["65537", "9" * 40, "-1", "x"])
def test_body_too_large_is_refused_before_it_is_read(length, client, make_login):
    app = make_login("tiktok").app

    answer = client.post(at(app, "webhook"), b"x", "text/plain", CONTENT_LENGTH=length)

    assert answer.status_code == 413


@pytest.mark.parametrize("door", ["deauthorize", "data-deletion"])
def test_get_where_a_push_belongs_is_not_allowed(door, client, make_login):
    assert client.get(at(make_login("facebook").app, door)).status_code == 405


def test_only_x_is_answered_a_challenge(client, make_login):
    tiktok, x = make_login("tiktok").app, make_login("x", subject_id="43").app

    assert client.get(at(tiktok, "webhook"), {"crc_token": "abc"}).status_code == 405
    answer = client.get(at(x, "webhook"), {"crc_token": "abc"})
    assert answer.json() == {"response_token": x_signature(SECRET, b"abc")}


def test_challenge_is_refused_without_a_push_secret(client, make_login):
    app = make_login("x").app
    PlatformApp.objects.update(push_secret="")

    answer = client.get(at(app, "webhook"), {"crc_token": "abc"})

    assert answer.status_code == 400
    assert tell_x(client, app).status_code == 400


def test_secret_that_does_not_open_asks_for_the_push_again(client, make_login):
    app = make_login("facebook").app
    PlatformApp.objects.update(client_secret="v1.gone.AAAA")

    assert deauthorize(client, app, user_id="42").status_code == 503
    assert not RefusedPushes.objects.exists()


def test_no_secret_and_no_payload_is_logged(client, make_login, caplog):
    caplog.set_level(logging.DEBUG)
    grant = make_login("facebook", subject_id="planted-subject")

    deauthorize(client, grant.app, user_id="planted-subject")
    deauthorize(client, grant.app, secret="guessed", user_id="planted-subject")
    deauthorize(client, grant.app, door="data-deletion", user_id="planted-subject")

    assert "was refused" in caplog.text
    assert "planted" not in caplog.text


def test_apps_page_shows_addresses_news_and_refusals(client, make_login, sign_in, admin):
    app = make_login("facebook").app
    deauthorize(client, app, user_id="42")
    deauthorize(client, app, secret="guessed", user_id="42")

    text = sign_in(admin).get(reverse("platform_apps")).content.decode()

    assert f'value="{app.push_url}deauthorize"' in text
    assert f'value="{app.push_url}data-deletion"' in text
    assert "Access removed" in text
    assert "1 message to these addresses" in text


def test_push_secret_is_stored_from_stdin_and_sealed(make_login, monkeypatch, capsys):
    app = make_login("x").app
    monkeypatch.setattr("sys.stdin", io.StringIO("planted-consumer-secret\n"))

    call_command("platform_app", "push-secret", str(app.pk))

    app.refresh_from_db()
    assert open_field(app, "push_secret") == Secret("planted-consumer-secret")
    assert "planted" not in app.push_secret + capsys.readouterr().out


def test_push_secret_is_refused_where_nothing_is_pushed(make_login):
    with pytest.raises(CommandError, match="pushes nothing"):
        call_command("platform_app", "push-secret", str(make_login("linkedin").app.pk))
