"""Rehearsals of publishing at Meta's platforms, each answer given by hand."""

import json
from urllib.parse import urlsplit

import pytest

from connections.platforms import PLATFORMS
from connections.platforms.wire import Cause, OAuthClient, Refused, Response, Secret

LIMIT = {"data": [{"quota_usage": 2, "config": {"quota_total": 50, "quota_duration": 86400}}]}
USED_UP = {"data": [{"quota_usage": 250, "config": {"quota_total": 250}}]}
IMAGE = {"publish_test_image_url": "https://relink.example/test.jpg"}
BLOCKED = {"error": {"message": "(#200) no", "type": "OAuthException", "code": 200}}


def rehearse(platform, *answers, settings=None):
    """Hold the conversation with these answers; return its requests and its result."""
    client = OAuthClient("1", Secret("s"), "https://relink.example/cb", settings=settings or {})
    talk = PLATFORMS[platform].publish_test(client, Secret("planted-token"), "111")
    asked = [next(talk)]
    try:
        for answer in answers:
            status, body = answer if isinstance(answer, tuple) else (200, answer)
            asked.append(talk.send(Response(status, json.dumps(body).encode())))
    except StopIteration as end:
        return asked, end.value
    raise AssertionError("the conversation did not end")


def steps(asked):
    return [(request.method, urlsplit(request.url).path) for request in asked]


def test_facebook_deletes_what_it_made():
    asked, test = rehearse("facebook", {"id": "111_222"}, {"success": True})

    assert steps(asked) == [("POST", "/v25.0/111/feed"), ("DELETE", "/v25.0/111_222")]
    assert "deleted it again" in test.proven[0]
    assert test.left == ""


def test_facebook_never_publishes():
    asked, _ = rehearse("facebook", {"id": "111_222"}, {"success": True})

    assert asked[0].form["published"] == "false"
    assert "Connection test" in asked[0].form["message"]


@pytest.mark.parametrize("answer", [(500, {}), {"success": False}, (400, BLOCKED)])
def test_facebook_says_what_it_left(answer):
    _, test = rehearse("facebook", {"id": "111_222"}, answer)

    assert "unpublished post" in test.left
    assert len(test.proven) == 1


def test_facebook_admits_an_unreadable_answer():
    _, test = rehearse("facebook", {"unexpected": 1})

    assert test.proven == ()
    assert test.left


def test_facebook_refusal_is_read():
    with pytest.raises(Refused) as caught:
        rehearse("facebook", (403, BLOCKED))

    assert caught.value.refusal.cause == Cause.PERMISSION_MISSING


def test_facebook_refusal_within_a_good_status_is_read():
    with pytest.raises(Refused):
        rehearse("facebook", (200, BLOCKED))


def test_instagram_without_a_picture_reads_the_limit_only():
    asked, test = rehearse("instagram", LIMIT)

    assert steps(asked) == [("GET", "/v25.0/111/content_publishing_limit")]
    assert "2 of 50" in test.proven[0]
    assert "publish_test_image_url" in test.not_proven[0]
    assert test.left == ""


def test_instagram_prepares_and_never_publishes():
    answers = LIMIT, {"id": "999"}, {"status_code": "FINISHED"}

    asked, test = rehearse("instagram", *answers, settings=IMAGE)

    assert steps(asked)[1:] == [("POST", "/v25.0/111/media"), ("GET", "/v25.0/999")]
    assert asked[1].form["image_url"] == IMAGE["publish_test_image_url"]
    assert "never published" in test.proven[1]
    assert "Instagram drops it" in test.left


def test_instagram_names_a_picture_it_could_not_prepare():
    answers = LIMIT, {"id": "999"}, {"status_code": "ERROR"}

    _, test = rehearse("instagram", *answers, settings=IMAGE)

    assert len(test.proven) == 1
    assert "picture" in test.not_proven[0]


def test_instagram_refused_container_is_read():
    restricted = {"error": {"code": 25, "error_subcode": 2207050, "message": "x"}}

    with pytest.raises(Refused) as caught:
        rehearse("instagram", LIMIT, (400, restricted), settings=IMAGE)

    assert caught.value.refusal.cause == Cause.CHECKPOINT


def test_threads_prepares_a_text_and_never_publishes():
    answers = LIMIT, {"id": "999"}, {"id": "999", "status": "FINISHED"}

    asked, test = rehearse("threads", *answers)

    paths = ["/v1.0/me/threads_publishing_limit", "/v1.0/me/threads", "/v1.0/999"]
    assert [path for _, path in steps(asked)] == paths
    assert "auto_publish_text" not in asked[1].form
    assert "prepared it" in test.proven[1]


def test_threads_says_when_the_limit_is_used_up():
    _, test = rehearse("threads", USED_UP, {"id": "999"}, {"status": "IN_PROGRESS"})

    assert "used up" in test.not_proven[0]
    assert "still being prepared" in test.not_proven[1]


@pytest.mark.parametrize("platform", ["facebook", "instagram", "threads"])
def test_token_travels_as_bearer_only(platform):
    answers = {
        "facebook": ({"id": "1_2"}, {"success": True}),
        "instagram": (LIMIT, {"id": "9"}, {"status_code": "FINISHED"}),
        "threads": (LIMIT, {"id": "9"}, {"status": "FINISHED"}),
    }

    asked, _ = rehearse(platform, *answers[platform], settings=IMAGE)

    for request in asked:
        assert request.bearer.reveal() == "planted-token"
        assert "planted-token" not in f"{request.url}{request.params}{request.form}"


@pytest.mark.parametrize("platform", ["facebook", "threads"])
def test_inspection_names_the_app_a_token_was_given_to(platform):
    client = OAuthClient("1", Secret("s"), "https://relink.example/cb")
    talk = PLATFORMS[platform].inspect(client, Secret("t"), "111")
    next(talk)
    body = {"data": {"app_id": "138483919580948", "is_valid": True, "user_id": "111"}}

    with pytest.raises(StopIteration) as end:
        talk.send(Response(200, json.dumps(body).encode()))

    assert end.value.value.app_id == "138483919580948"


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_version_spoken_has_an_end(platform):
    adapter = PLATFORMS[platform]

    assert adapter.retirement_in({}).year == 2028
    assert adapter.retirement_in({"api_version": "v22.0"}).isoformat() == "2027-05-20"
