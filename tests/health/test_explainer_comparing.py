"""Good answers: the account and the permissions that they name, compared with those expected."""

import json
from typing import Any

import pytest

from tests.health.test_explainer import assert_reads_well, explain

PAGE = {"data": {"is_valid": True, "type": "PAGE", "profile_id": "111", "user_id": "9"}}
PERSON = {
    "data": {
        "is_valid": True,
        "user_id": "9",
        "scopes": ["pages_show_list", "pages_manage_posts"],
        "granular_scopes": [{"scope": "pages_show_list", "target_ids": ["111", "222"]}],
    }
}
PERMISSIONS = {
    "data": [
        {"permission": "pages_manage_posts", "status": "declined"},
        {"permission": "pages_show_list", "status": "granted"},
    ]
}
TIKTOK = {"data": {"user": {"open_id": "o-1", "union_id": "u-1"}}, "error": {"code": "ok"}}
BIG = 17841405793187218
NAMED = [
    ("facebook", {"id": "111", "name": "Bakery"}, "111"),
    ("facebook", PAGE, "111"),
    ("facebook", PERSON, "9"),
    ("facebook", PERSON, "222"),
    ("facebook", {"data": [{"id": "5", "access_token": "EAAB1"}, {"id": "6"}]}, "6"),
    ("instagram", {"id": "77", "user_id": str(BIG), "username": "bakery"}, str(BIG)),
    ("instagram", {"data": [{"user_id": BIG, "username": "bakery"}]}, str(BIG)),
    ("instagram", {"access_token": "IGAA1", "user_id": BIG, "permissions": "a,b"}, str(BIG)),
    ("threads", {"data": {"is_valid": True, "user_id": BIG, "scopes": []}}, str(BIG)),
    ("threads", {"id": "5", "username": "bakery"}, "@Bakery"),
    ("x", {"data": {"id": "2244994945", "username": "Bakery"}}, "2244994945"),
    ("tiktok", TIKTOK, "o-1"),
    ("tiktok", {"open_id": "o-1", "access_token": "act.1", "scope": "a,b"}, "o-1"),
    ("linkedin", {"sub": "782bbtaQ", "name": "B"}, "urn:li:person:782bbtaQ"),
    ("youtube", {"items": [{"id": "UC1"}, {"id": "UC2"}]}, "UC2"),
    ("generic", {"sub": "abc"}, "abc"),
]
NAMES = [f"{slug}-{number}" for number, (slug, _, _) in enumerate(NAMED)]


@pytest.mark.parametrize(("slug", "body", "account"), NAMED, ids=NAMES)
def test_expected_account_is_recognised(slug, body, account):
    found = explain(slug, body, 200, expected_account=account)

    assert found["cause"] is None
    assert found["remedy"] == "none"
    assert "The account that answers is the one that we expect." in found["evidence"]
    assert_reads_well(found)


@pytest.mark.parametrize(("slug", "body", "account"), NAMED, ids=NAMES)
def test_other_account_is_called_wrong(slug, body, account):
    found = explain(slug, body, 200, expected_account=f"{account}0")

    assert found["cause"] == "wrong_account"
    assert found["remedy"] == "reconnect"
    assert_reads_well(found)


GRANTED = [
    ("facebook", PERSON, "pages_manage_posts"),
    ("facebook", PERMISSIONS, "pages_show_list"),
    ("instagram", {"access_token": "IGAA1", "permissions": ["a", "b"]}, "b"),
    ("instagram", {"data": [{"access_token": "IGAA1", "permissions": "a,b"}]}, "b"),
    ("threads", {"data": {"is_valid": True, "scopes": ["threads_basic"]}}, "threads_basic"),
    ("x", {"access_token": "x1", "scope": "tweet.read users.read"}, "users.read"),
    (
        "tiktok",
        {"access_token": "act.1", "scope": "user.info.basic,video.publish"},
        "video.publish",
    ),
    ("linkedin", {"active": True, "status": "active", "scope": "openid,profile"}, "profile"),
    ("youtube", {"scope": "https://www.googleapis.com/auth/youtube.upload"}, "youtube.upload"),
    ("generic", {"active": True, "scope": "read write"}, "write"),
]
GRANTED_NAMES = [f"{slug}-{number}" for number, (slug, _, _) in enumerate(GRANTED)]


@pytest.mark.parametrize(("slug", "body", "scope"), GRANTED, ids=GRANTED_NAMES)
def test_granted_permission_is_recognised(slug, body, scope):
    found = explain(slug, body, 200, required_scopes=(scope,))

    assert found["cause"] is None
    assert found["confidence"] == "certain"


@pytest.mark.parametrize(("slug", "body", "scope"), GRANTED, ids=GRANTED_NAMES)
def test_permission_that_is_not_listed_is_missing(slug, body, scope):
    found = explain(slug, body, 200, required_scopes=(scope, "planes.fly"))

    assert found["cause"] == "permission_missing"
    assert found["remedy"] == "grant_permission"
    assert "planes.fly" in found["next_step"]


def test_declined_permission_of_facebook_is_missing():
    found = explain("facebook", PERMISSIONS, 200, required_scopes=("pages_manage_posts",))

    assert found["cause"] == "permission_missing"
    assert "Publish on your Pages" in found["why"]


@pytest.mark.parametrize(
    ("slug", "body"),
    [
        ("tiktok", {"data": {"creator_username": "bakery"}, "error": {"code": "ok"}}),
        ("youtube", {"sub": "110", "scope": "https://www.googleapis.com/auth/youtube"}),
        ("linkedin", {"active": True, "scope": "openid"}),
        ("facebook", PERMISSIONS),
    ],
)
def test_answer_that_does_not_name_the_account_accuses_nobody(slug, body):
    found = explain(slug, body, 200, expected_account="5")

    assert found["cause"] is None
    assert found["confidence"] == "unclear"
    assert "The answer does not name the account, so that it was not compared." in found["evidence"]


def test_permissions_that_are_not_told_are_not_called_missing():
    found = explain("x", {"data": {"id": "5"}}, 200, required_scopes=("tweet.write",))

    assert found["cause"] is None
    assert "does not list permissions" in str(found["evidence"])


INSIDE: list[tuple[str, dict[str, Any], str]] = [
    ("tiktok", {"data": {}, "error": {"code": "access_token_invalid"}}, "token_rejected"),
    ("facebook", {"data": {"is_valid": False, "error": {"code": 190, "subcode": 460}}}, "password_changed"),
    ("facebook", {"data": {"is_valid": True, "data_access_expires_at": 1}}, "data_access_expired"),
    ("linkedin", {"active": False, "status": "revoked"}, "revoked"),
    ("generic", {"active": False}, "token_rejected"),
    ("youtube", {"kind": "youtube#channelListResponse", "pageInfo": {}}, "account_missing"),
    ("x", {"data": {"id": "5"}, "title": "Something new", "type": "about:blank"}, "unknown"),
    ("tiktok", {"data": {"user": {"open_id": "5"}}, "error": {"code": "brand_new"}}, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "body", "cause"), INSIDE)
def test_error_inside_a_good_status_is_read(slug, body, cause):
    found = explain(slug, body, 200, expected_account="5")

    assert found["cause"] == cause


@pytest.mark.parametrize("body", [{}, {"success": True}, [], "fine"])
def test_good_answer_that_tells_nothing_is_unknown(body):
    found = explain("facebook", body, 200)

    assert found["cause"] == "unknown"
    assert "names no account, permission or access" in found["why"]


def test_refusal_is_explained_beside_expectations():
    body = json.dumps({"error": {"code": 190, "error_subcode": 458, "message": "No."}}).encode()

    found = explain(
        "facebook", body, 400, expected_account="5", required_scopes=("pages_show_list",)
    )

    assert found["cause"] == "revoked"
