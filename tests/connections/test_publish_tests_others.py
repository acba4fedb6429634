"""Publish tests of X, TikTok, LinkedIn, YouTube and any server, answered by hand."""

import json
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from connections.platforms import PLATFORMS
from connections.platforms.contract import PublishTest
from connections.platforms.wire import (
    Cause,
    OAuthClient,
    Refusal,
    Refused,
    Request,
    Response,
    Secret,
)

CLIENT = OAuthClient(
    "our-app",
    Secret("our-secret"),
    "https://relink.example/callback",
    settings={
        "userinfo_url": "https://id.example/userinfo",
        "introspection_url": "https://id.example/introspect",
    },
)
INTROSPECTED = {"active": True, "client_id": "our-app", "scope": "openid,profile,w_member_social"}
SLOT = {"value": {"uploadUrl": "https://www.linkedin.com/dms-uploads/1", "image": "urn:1"}}
UPLOADS = "https://www.googleapis.com/auth/youtube.upload"
READING = "https://www.googleapis.com/auth/youtube.readonly"
CHANNEL = {"items": [{"id": "1", "snippet": {"title": "Bakery"}}]}


def hold(talk: Generator, bodies: Sequence[Any], status: int = 200) -> tuple[Any, list[Request]]:
    """Answer each call in turn, the last one with ``status``; return the value and the calls."""
    asked = [next(talk)]
    for body in bodies:
        code = status if body is bodies[-1] else 200
        try:
            asked.append(talk.send(Response(code, json.dumps(body).encode(), {}, asked[-1])))
        except StopIteration as end:
            return end.value, asked
    raise AssertionError(f"one more answer is awaited, to {asked[-1].name}")


def rehearse(platform: str, *bodies: Any, status: int = 200) -> tuple[PublishTest, list[Request]]:
    return hold(PLATFORMS[platform].publish_test(CLIENT, Secret("planted"), "1"), bodies, status)


def refusal(platform: str, *answers: Any, status: int = 200) -> Refusal:
    with pytest.raises(Refused) as caught:
        rehearse(platform, *answers, status=status)
    return caught.value.refusal


def creator(*options: str, code: str = "ok") -> dict[str, Any]:
    data = {"creator_username": "bakery", "privacy_level_options": list(options)}
    return {"data": data, "error": {"code": code, "message": "", "log_id": "1"}}


def info(*scopes: str) -> dict[str, str]:
    return {"aud": "our-app", "sub": "110", "scope": " ".join(scopes), "exp": "1707750000"}


def test_x_proves_whose_access_it_is_and_says_what_it_cannot():
    result, asked = rehearse("x", {"data": {"id": "1", "username": "bakery"}})

    assert [request.name for request in asked] == ["GET api.x.com/2/users/me"]
    assert result.proven == ("X knows this access as @bakery, the account it is meant for.",)
    assert "X offers no rehearsal: whether a post would be taken was not tried." in (
        result.not_proven
    )


@pytest.mark.parametrize(
    ("platform", "answer"),
    [("x", {"data": {"id": "2", "username": "other"}}), ("generic", {"sub": "2"})],
)
def test_access_of_another_account_proves_nothing(platform, answer):
    assert refusal(platform, answer).cause == Cause.WRONG_ACCOUNT


def test_tiktok_proves_that_posting_is_allowed_now():
    answer = creator("SELF_ONLY", "PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS")

    result, asked = rehearse("tiktok", answer)

    assert asked[0].name == "POST open.tiktokapis.com/v2/post/publish/creator_info/query/"
    assert asked[0].json == {}
    assert result.proven[1] == (
        "TikTok lets this account publish now, for: public, friends, only me."
    )


def test_tiktok_says_that_only_private_posts_are_open():
    result, _ = rehearse("tiktok", creator("SELF_ONLY"))

    assert "Posts that others can see are not open to this account now." in result.not_proven


@pytest.mark.parametrize("options", [(), ("BRAND_NEW",)])
def test_tiktok_proves_no_audience_that_it_does_not_name(options):
    result, _ = rehearse("tiktok", creator(*options))

    assert result.proven == ("TikTok knows this access as @bakery.",)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("spam_risk_user_banned_from_posting", Cause.CHECKPOINT),
        ("spam_risk_too_many_posts", Cause.RATE_LIMITED),
        ("scope_not_authorized", Cause.PERMISSION_MISSING),
    ],
)
def test_tiktok_refuses_with_200(code, cause):
    assert refusal("tiktok", creator(code=code)).cause == cause


def test_linkedin_opens_an_upload_and_leaves_it_unused():
    result, asked = rehearse("linkedin", INTROSPECTED, SLOT)

    slot = asked[1]
    assert (slot.name, slot.params["action"]) == (
        "POST api.linkedin.com/rest/images",
        "initializeUpload",
    )
    assert slot.json == {"initializeUploadRequest": {"owner": "urn:li:person:1"}}
    assert slot.headers["Linkedin-Version"] == PLATFORMS["linkedin"].api_version
    assert slot.headers["X-Restli-Protocol-Version"] == "2.0.0"
    assert result.left


def test_linkedin_is_not_asked_to_publish_without_the_permission():
    lacking = INTROSPECTED | {"scope": "openid,profile"}

    assert refusal("linkedin", lacking).cause == Cause.PERMISSION_MISSING


def test_linkedin_refuses_the_upload():
    denied = {"status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": ""}

    found = refusal("linkedin", INTROSPECTED, denied, status=403)

    assert (found.cause, found.endpoint) == (
        Cause.PERMISSION_MISSING,
        "POST api.linkedin.com/rest/images",
    )


def test_youtube_proves_permission_and_channel_without_an_upload():
    result, asked = rehearse("youtube", info(UPLOADS, READING), CHANNEL)

    assert [request.name for request in asked] == [
        "POST oauth2.googleapis.com/tokeninfo",
        "GET www.googleapis.com/youtube/v3/channels",
    ]
    assert "YouTube answers for this channel." in result.proven


def test_youtube_says_that_the_channel_could_not_be_asked():
    result, asked = rehearse("youtube", info(UPLOADS))

    assert len(asked) == 1
    assert any("Which channel" in sentence for sentence in result.not_proven)


def test_youtube_lacks_the_permission_to_upload():
    assert refusal("youtube", info(READING), CHANNEL).cause == Cause.PERMISSION_MISSING


def test_youtube_answers_for_another_channel():
    other = {"items": [{"id": "2"}]}

    assert refusal("youtube", info(UPLOADS, READING), other).cause == Cause.WRONG_ACCOUNT


def test_generic_server_proves_whose_access_it_is():
    result, _ = rehearse("generic", {"sub": "1"})

    assert result.proven == ("The server answers for this account.",)
    assert result.not_proven


@pytest.mark.parametrize("platform", ["x", "tiktok", "linkedin", "youtube", "generic"])
def test_outage_proves_nothing_and_blames_nobody(platform):
    assert refusal(platform, {}, status=503).cause == Cause.PLATFORM_OUTAGE


@pytest.mark.parametrize(
    ("platform", "answers", "login"),
    [
        ("linkedin", [INTROSPECTED], None),
        ("youtube", [info(READING), CHANNEL], "110"),
        ("generic", [{"active": True, "client_id": "our-app", "sub": "1"}], None),
    ],
)
def test_inspection_names_the_app_the_access_was_given_to(platform, answers, login):
    talk = PLATFORMS[platform].inspect(CLIENT, Secret("planted-token"), "1")

    found, _ = hold(talk, answers)

    assert (found.app_id, found.login_id) == ("our-app", login)


def test_linkedin_version_ends_a_year_after_it_came():
    ends = PLATFORMS["linkedin"].retirement_in({"api_version": "202607"})

    assert (ends.year, ends.month) == (2027, 7)
