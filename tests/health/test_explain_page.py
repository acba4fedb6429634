"""The page "Explain an error": who may open it, what it says, and that it keeps nothing."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from health.pasted import LONGEST

SignIn = Callable[[User], Browser]
BODY = '{"error": {"code": 190, "error_subcode": 463, "message": "EAABplanted0planted1"}}'
FORM = {"platform": "facebook", "endpoint": "api", "status": "400", "body": BODY}
pytestmark = pytest.mark.django_db


def post(browser: Browser, expected: int = 200, **changes: str) -> str:
    answer = browser.post(reverse("explain_error"), {**FORM, **changes})
    assert answer.status_code == expected
    return answer.content.decode()


def test_explain_sends_the_anonymous_to_sign_in():
    for ask in (Browser().get, Browser().post):
        answer = ask(reverse("explain_error"))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_explain_tells_a_viewer_who_can_grant_it(viewer: User, sign_in: SignIn):
    browser = sign_in(viewer)

    for ask in (browser.get, browser.post):
        answer = ask(reverse("explain_error"))
        assert answer.status_code == 403
        assert "An admin of your agency can change it" in answer.content.decode()


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_explain_shows_the_form_and_its_place_in_the_navigation(who, request, sign_in: SignIn):
    answer = sign_in(request.getfixturevalue(who)).get(reverse("explain_error"))

    assert answer.status_code == 200
    assert 'aria-current="page">Explain' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_explain_is_not_in_a_viewers_navigation(viewer: User, sign_in: SignIn):
    assert "/explain/" not in sign_in(viewer).get("/").content.decode()


def test_explain_answers_with_the_diagnosis(owner: User, sign_in: SignIn):
    html = post(sign_in(owner))

    for words in ("Expired", "Our access to the Page ended.", "Who must act", "code 190/463"):
        assert words in html


def test_explain_masks_what_it_shows_again(owner: User, sign_in: SignIn):
    html = post(
        sign_in(owner), headers="X-Api-Key: planted0word", expected_account="EAABplanted0planted1"
    )

    assert "planted" not in html
    assert "[masked]" in html


def test_explain_never_caches_what_was_pasted(owner: User, sign_in: SignIn):
    answer = sign_in(owner).post(reverse("explain_error"), FORM)

    assert "no-store" in answer["Cache-Control"]


def test_explain_keeps_nothing(owner: User, sign_in: SignIn):
    browser = sign_in(owner)
    models = [model for model in apps.get_models() if model._meta.label != "sessions.Session"]
    before = [model._default_manager.count() for model in models]

    post(browser)

    assert [model._default_manager.count() for model in models] == before


def test_explain_of_a_good_answer_says_that_nothing_is_wrong(owner: User, sign_in: SignIn):
    html = post(sign_in(owner), body='{"id": "5", "name": "Bakery"}', status="200")

    assert "Nothing wrong" in html
    assert "Facebook answered well." in html


def test_explain_of_garbage_says_that_it_is_not_understood(owner: User, sign_in: SignIn):
    html = post(sign_in(owner), body="zero \x00 bytes", status="")

    assert "Not understood" in html
    assert "Paste the whole answer" in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"platform": "myspace"}, "There is no such platform. Choose one of the list."),
        ({"platform": ""}, "Platform is missing. Fill it in."),
        ({"endpoint": "door"}, "Choose one of the three kinds of question."),
        ({"status": "999"}, "An HTTP status is a number from 100 to 599."),
        ({"status": "many"}, "An HTTP status is a number from 100 to 599."),
        ({"headers": "no header"}, "These headers cannot be read: write each header in a line"),
        ({"headers": "[1]"}, "These headers cannot be read"),
        ({"body": "", "status": ""}, "Paste what the platform answered"),
        ({"body": "x" * (LONGEST + 1)}, "It is longer than 1,000,000 bytes."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_explain_says_what_is_wrong_with_the_form(changes, sentence, owner, sign_in):
    html = post(sign_in(owner), 400, **changes)

    assert "Please correct this first." in html
    assert sentence in html
    assert "planted" not in html


def test_explain_wants_a_form_of_ours(owner: User):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(owner)

    assert browser.post(reverse("explain_error"), FORM).status_code == 403


def test_form_of_megabytes_is_refused_with_a_sentence(sign_in, owner):
    answer = sign_in(owner).post(reverse("explain_error"), {"body": "x" * 2_700_000})

    assert answer.status_code == 400
    assert "nothing was done" in answer.content.decode()
