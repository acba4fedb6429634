"""Publishing, and rehearsing it: what an app may do, and what remains."""

from datetime import UTC, datetime

import pytest
import requests

from .flows import Client

FEED = "graph.facebook.com/v25.0/111/feed"
MEDIA = "graph.instagram.com/v25.0/17841400000000001"
THREADS = "graph.threads.net/v1.0"
CREATOR = "open.tiktokapis.com/v2/post/publish/creator_info/query/"
IMAGES = "api.linkedin.com/rest/images?action=initializeUpload"
OWNER = {"initializeUploadRequest": {"owner": "urn:li:person:782bbtaQ"}}
PICTURE = {"image_url": "https://pictures.example/1.jpg", "caption": "Hello"}


def call(client: Client, method: str, address: str, **more: object) -> requests.Response:
    headers = {
        "Authorization": f"Bearer {client.answer['access_token']}",
        **more.pop("headers", {}),
    }
    return client.sandbox.call(method, f"{client.platform}/{address}", headers=headers, **more)


def page_of(sandbox) -> Client:
    client = Client(sandbox, "facebook").connect()
    client.answer["access_token"] = client.pages()[0]["access_token"]
    return client


def version(months_ago: int) -> dict[str, str]:
    now = datetime.now(UTC)
    month = now.year * 12 + now.month - 1 - months_ago
    return {"Linkedin-Version": f"{month // 12}{month % 12 + 1:02}"}


def left(sandbox) -> tuple[list[str], list[str]]:
    """Return the kinds of what is in public, and of what is prepared."""
    found = sandbox.call("GET", "control/public").json()
    return tuple([row["kind"] for row in found[part]] for part in ("public", "unpublished"))


# Each publishing endpoint of a platform, as a rehearsal calls it.
REHEARSALS = {
    "facebook": ("POST", FEED, {"data": {"message": "Hello", "published": "false"}}),
    "instagram": ("POST", f"{MEDIA}/media", {"data": PICTURE}),
    "threads": ("POST", f"{THREADS}/me/threads", {"data": {"media_type": "TEXT", "text": "Hi"}}),
    "x": ("POST", "api.x.com/2/tweets", {"json": {"text": "Hello"}}),
    "tiktok": ("POST", CREATOR, {"json": {}}),
    "linkedin": ("POST", IMAGES, {"json": OWNER, "headers": version(3)}),
}
SCOPES = {
    "facebook": "pages_manage_posts",
    "instagram": "instagram_business_content_publish",
    "threads": "threads_content_publish",
    "x": "tweet.write",
    "tiktok": "video.publish",
    "linkedin": "w_member_social",
}
REFUSED = {
    "facebook": 403,
    "instagram": 403,
    "threads": 403,
    "x": 403,
    "tiktok": 401,
    "linkedin": 403,
}
every_rehearsal = pytest.mark.parametrize("platform", REHEARSALS)


def rehearse(sandbox, client: Client) -> requests.Response:
    method, address, more = REHEARSALS[client.platform]
    return call(client, method, address, **more)


def connected(sandbox, platform: str) -> Client:
    return page_of(sandbox) if platform == "facebook" else Client(sandbox, platform).connect()


@every_rehearsal
def test_publishing_endpoint_takes_a_working_token(sandbox, platform):
    assert rehearse(sandbox, connected(sandbox, platform)).status_code in (200, 201)


@every_rehearsal
def test_blocked_publishing_leaves_reading_alone(sandbox, platform):
    client = connected(sandbox, platform)
    number = sandbox.fault(platform, "block_publishing")

    assert rehearse(sandbox, client).status_code == REFUSED[platform]
    assert client.whoami().status_code == 200
    sandbox.call("DELETE", f"control/faults?id={number}")
    assert rehearse(sandbox, client).status_code in (200, 201)


@every_rehearsal
def test_publishing_needs_its_scope(sandbox, platform):
    client = connected(sandbox, platform)
    sandbox.fault(platform, "drop_scope", scope=SCOPES[platform])

    assert rehearse(sandbox, client).status_code == REFUSED[platform]


@every_rehearsal
@pytest.mark.parametrize("fault", ["revoke", "rate_limit", "reject_request"])
def test_publishing_endpoint_knows_the_other_faults(sandbox, platform, fault):
    client = connected(sandbox, platform)
    sandbox.fault(platform, fault, **({"retry_after": 60} if fault == "rate_limit" else {}))

    assert rehearse(sandbox, client).status_code >= 400
    assert left(sandbox) == ([], [])


def test_unpublished_page_post_is_deleted_again(sandbox):
    client = page_of(sandbox)
    number = rehearse(sandbox, client).json()["id"]
    between = left(sandbox)

    deleted = call(client, "DELETE", f"graph.facebook.com/v25.0/{number}")

    assert deleted.json() == {"success": True}
    assert (between, left(sandbox)) == (([], ["post"]), ([], []))


def test_published_page_post_is_counted(sandbox):
    client = page_of(sandbox)

    number = call(client, "POST", FEED, data={"message": "Hello"}).json()["id"]

    [post] = sandbox.call("GET", "control/public").json()["public"]
    assert (post["id"], post["platform"], post["account"]) == (number, "facebook", "111")
    assert "Hello" not in str(post)


def test_page_post_needs_the_token_of_that_page(sandbox):
    person, page = Client(sandbox, "facebook").connect(), page_of(sandbox)
    other = FEED.replace("111", "112")

    assert call(person, "POST", FEED, data={"message": "Hello"}).status_code == 403
    assert call(page, "POST", other, data={"message": "Hello"}).json()["error"]["code"] == 100


def test_role_lost_refuses_the_page_post(sandbox):
    client = page_of(sandbox)
    sandbox.fault("facebook", "lose_role", account="111")

    assert rehearse(sandbox, client).json()["error"]["error_subcode"] == 492


def test_instagram_container_waits_unpublished_and_ends(sandbox):
    client = Client(sandbox, "instagram").connect()
    address = f"graph.instagram.com/{rehearse(sandbox, client).json()['id']}?fields=status_code"
    fresh = call(client, "GET", address).json()["status_code"]
    sandbox.advance(25 * 3600)

    assert fresh == "FINISHED"
    assert call(client, "GET", address).json()["status_code"] == "EXPIRED"
    assert left(sandbox) == ([], ["media container"])


def test_instagram_publish_is_counted_and_uses_the_limit(sandbox):
    client = Client(sandbox, "instagram").connect()
    container = rehearse(sandbox, client).json()["id"]

    call(client, "POST", f"{MEDIA}/media_publish", data={"creation_id": container})

    limit = call(client, "GET", f"{MEDIA}/content_publishing_limit?fields=quota_usage,config")
    assert limit.json()["data"][0]["quota_usage"] == 1
    assert left(sandbox) == (["media container"], [])


def test_instagram_media_needs_a_picture(sandbox):
    client = Client(sandbox, "instagram").connect()

    answer = call(client, "POST", f"{MEDIA}/media", data={"caption": "Hello"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 9004)


def test_threads_container_is_public_only_when_published(sandbox):
    client = Client(sandbox, "threads").connect()
    container = rehearse(sandbox, client).json()["id"]
    status = call(client, "GET", f"{THREADS}/{container}?fields=id,status,error_message").json()
    before = left(sandbox)

    call(client, "POST", f"{THREADS}/me/threads_publish", data={"creation_id": container})

    assert status == {"id": container, "status": "FINISHED"}
    assert (before, left(sandbox)) == (([], ["thread container"]), (["thread container"], []))


def test_threads_publishes_at_once_when_told(sandbox):
    client = Client(sandbox, "threads").connect()
    form = {"media_type": "TEXT", "text": "Hello", "auto_publish_text": "true"}

    call(client, "POST", f"{THREADS}/me/threads", data=form)

    assert left(sandbox) == (["thread container"], [])


def test_strangers_container_is_not_found(sandbox):
    number = rehearse(sandbox, Client(sandbox, "threads").connect()).json()["id"]
    sandbox.add_login("threads", "ben@brand.example", ["17841400000000009"])
    stranger = Client(sandbox, "threads").connect(login="ben@brand.example")

    assert call(stranger, "GET", f"{THREADS}/{number}").json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "VERSION_MISSING"),
        (version(13), 426, "NONEXISTENT_VERSION"),
        (version(-1), 426, "NONEXISTENT_VERSION"),
        ({"Linkedin-Version": "latest"}, 426, "NONEXISTENT_VERSION"),
    ],
    ids=["missing", "retired", "future", "words"],
)
def test_linkedin_wants_a_version_of_the_last_year(sandbox, headers, status, code):
    client = Client(sandbox, "linkedin").connect()

    answer = call(client, "POST", IMAGES, json=OWNER, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_linkedin_slot_is_for_the_member_alone(sandbox):
    client = Client(sandbox, "linkedin").connect()
    other = {"initializeUploadRequest": {"owner": "urn:li:person:somebody"}}

    answer = call(client, "POST", IMAGES, json=other, headers=version(0))

    assert (answer.status_code, answer.json()["code"]) == (403, "ACCESS_DENIED")
    assert rehearse(sandbox, client).json()["value"]["uploadUrl"].startswith("https://")
    assert left(sandbox) == ([], ["upload slot"])


def test_linkedin_and_x_posts_are_counted(sandbox):
    x, linkedin = Client(sandbox, "x").connect(), Client(sandbox, "linkedin").connect()
    number = rehearse(sandbox, x).json()["data"]["id"]
    post = {"author": "urn:li:person:782bbtaQ", "commentary": "Hello"}

    answer = call(linkedin, "POST", "api.linkedin.com/rest/posts", json=post, headers=version(12))

    assert answer.headers["x-restli-id"].startswith("urn:li:share:")
    assert left(sandbox) == (["post", "post"], [])
    assert call(x, "DELETE", f"api.x.com/2/tweets/{number}").json()["data"]["deleted"] is True


def test_tiktok_creator_info_publishes_nothing(sandbox):
    answer = rehearse(sandbox, Client(sandbox, "tiktok").connect()).json()

    assert answer["data"]["creator_username"] == "open-1"
    assert left(sandbox) == ([], [])


def test_tokeninfo_names_person_and_app_and_no_channel(sandbox):
    infos = []
    for channel in ("UC1", "UC2"):
        client = Client(sandbox, "youtube").connect(page=channel)
        form = {"access_token": client.answer["access_token"]}
        infos.append(
            sandbox.call("POST", "youtube/oauth2.googleapis.com/tokeninfo", data=form).json()
        )

    assert infos[0]["sub"] == infos[1]["sub"]
    assert infos[0]["sub"].isdecimal()
    assert {infos[0]["aud"], infos[0]["azp"]} == {"100"}
