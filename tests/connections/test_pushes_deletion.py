"""A person asks the platform that their data be erased."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from connections.models import Connection, Deletion, Grant, PlatformApp
from health.models import Event
from tests.connections.pushing import deauthorize

pytestmark = pytest.mark.django_db


def ask_to_erase(client, app: PlatformApp, **said):
    answer = deauthorize(client, app, door="data-deletion", **{"user_id": "42", **said})
    assert answer.status_code == 200
    return answer.json()


def test_deletion_erases_the_login_and_keeps_the_history(client, make_login):
    grant = make_login("facebook", accounts=("1", "2"))
    connection = Connection.objects.first()
    Event.objects.create(connection=connection, kind="connected", text="Connected as Nina Vogel.")

    ask_to_erase(client, grant.app)

    assert not Grant.objects.exists()
    assert not Connection.objects.connected().exists()
    assert Connection.objects.count() == 2
    texts = " ".join(Event.objects.values_list("text", flat=True))
    assert "Connected." in texts
    assert "asked, at the platform, for their data to be deleted" in texts
    assert "Nina" not in texts + json.dumps(list(AuditEvent.objects.values("detail")))


def test_deletion_page_says_what_was_done_and_nothing_about_whom(client, make_login, settings):
    app = make_login("facebook").app

    told = ask_to_erase(client, app)

    assert told["url"] == f"{settings.PUBLIC_URL}/deletion/{told['confirmation_code']}"
    assert len(told["confirmation_code"]) >= 22  # 128 bits in base64
    page = client.get(reverse("deletion", args=[told["confirmation_code"]]))
    text = page.content.decode()
    assert "Your data was erased" in text
    assert "noindex" in page["X-Robots-Tag"]
    assert not [word for word in ("Nina", "Harbour") if word in text]


def test_deletion_asked_again_gives_the_same_code(client, make_login):
    app, issued = make_login("facebook").app, int(timezone.now().timestamp())

    codes = {
        ask_to_erase(client, app, issued_at=moment)["confirmation_code"]
        for moment in (issued, issued, issued - 1)
    }

    assert codes == {Deletion.objects.get().code}
    assert Deletion.objects.get().outcome == "erased"


def test_deletion_of_nobody_we_know_says_so(client, make_login):
    told = ask_to_erase(client, make_login("facebook").app, user_id="nobody")

    page = client.get(reverse("deletion", args=[told["confirmation_code"]]))
    assert "held nothing" in page.content.decode()
    assert Grant.objects.exists()


def test_deletion_asked_before_a_new_sign_in_erases_nothing(client, make_login):
    app = make_login("facebook").app
    Grant.objects.update(consented_at=timezone.now())

    told = ask_to_erase(client, app, issued_at=int(timezone.now().timestamp()) - 60)

    page = client.get(reverse("deletion", args=[told["confirmation_code"]]))
    assert "signed in again" in page.content.decode()
    assert Grant.objects.get().is_live


def test_forged_deletion_erases_nothing(client, make_login):
    app = make_login("facebook").app

    answer = deauthorize(client, app, "guessed", "data-deletion", user_id="42")

    assert answer.status_code == 400
    assert Grant.objects.get().is_live
    assert not Deletion.objects.exists()


def test_unknown_deletion_code_is_not_found(client, db):
    assert client.get("/deletion/guessed").status_code == 404
