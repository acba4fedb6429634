"""Nothing that looks like a credential leaves the explainer as it came in."""

import json

import pytest

from connections.platforms import PLATFORMS
from connections.redaction import mask
from tests.health.test_explainer import explain

# Shaped like the real ones; each carries the word that must not come out.
PLANTED = {
    "facebook": "EAABplanted0ZCplantedZD",
    "facebook app": "138483919580948|planted0planted1planted2",
    "instagram": "IGAAplanted0planted1",
    "threads": "THQVJplanted0planted1",
    "tiktok": "act.planted0Planted!4123.va",
    "tiktok refresh": "rft.planted0Planted!4123.va",
    "linkedin": "AQXplanted0_planted-1planted",
    "google": "ya29.a0planted_planted",
    "google refresh": "1//0gplanted-planted",
    "google code": "4/0Aplanted-planted",
    "x": "VGNiplantedMDREZm01bjN1N3dicWlNUG1oa2xRRVNNdmVHelJGYzE2MjI6MTowOmF0OjE",
    "jwt": "eyJhbGciOiJSUzI1NiJ9.eyJwbGplanted.planted-signature",
    "pair": "client_secret=plantedwords",
    "query": "https://relink.test/cb?code=plantedwords&state=plantedtoo",
    "header": "Authorization: Bearer planted0word",
}
# A permission and an id have no spaces in them.
NAMES = {name: planted for name, planted in PLANTED.items() if " " not in planted}
PLACES = ("message", "code", "type", "fbtrace_id")


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("slug", PLATFORMS)
def test_no_credential_in_an_error_comes_out(slug, planted):
    for place in PLACES:
        body = {
            "error": {"code": 190, place: planted},
            "error_description": planted,
            place: planted,
        }
        assert "planted" not in json.dumps(explain(slug, body, 400))


@pytest.mark.parametrize("planted", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("slug", PLATFORMS)
def test_no_credential_in_a_name_comes_out(slug, planted):
    body = {"id": planted, "sub": planted, "scope": planted, "data": {"id": planted}}
    beside = {"expected_account": planted, "required_scopes": (planted,)}

    assert "planted" not in json.dumps(explain(slug, body, 200, **beside))


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_no_credential_in_pasted_text_is_shown_again(planted):
    for text in (planted, json.dumps({"a": planted}), json.dumps({"body": json.dumps([planted])})):
        assert "planted" not in mask(text.replace("/", r"\/")) or "://" in text
        assert "planted" not in mask(text)


def test_credential_at_the_end_of_a_long_message_is_not_cut_into_view():
    for length in range(270, 300):
        message = "x" * length + " EAABplanted0planted1planted2"
        found = explain("facebook", {"error": {"code": 190, "message": message}}, 400)
        assert "planted" not in json.dumps(found)


@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"code": "access_token_invalid", "log_id": "20220829194722CBE87ED59D524E727021"}}',
        '{"serviceErrorCode": 65602, "code": "EXPIRED_ACCESS_TOKEN", "status": 401}',
        '{"token_type": "bearer", "expires_in": 5183944, "scope": "user.info.basic video.publish"}',
        '{"code": "2190008", "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW"}',
    ],
)
def test_what_names_the_error_stays_readable(text):
    assert mask(text) == text
