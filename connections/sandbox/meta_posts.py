"""Publishing at Meta's platforms: Page posts, and containers that are published in a second step.

Sources: https://developers.facebook.com/docs/pages-api/posts,
https://developers.facebook.com/docs/instagram-platform/content-publishing and
https://developers.facebook.com/docs/threads/posts.
"""

import sqlite3

from . import posts, tokens
from .call import Answer, Call, RefusedError
from .meta import VERSION, caller, chosen_fields
from .meta_errors import NO_PERMISSION, envelope, gone
from .platform import Route
from .tokens import Token

FACEBOOK, INSTAGRAM = r"graph\.facebook\.com", r"graph\.instagram\.com"
THREADS, THREADS_VERSION = r"graph\.threads\.(net|com)", r"(?:/v1\.0)?"
OWNER = r"/(?P<owner>me|\d+)"
PAGE_PUBLISHING = "pages_manage_posts"
INSTAGRAM_PUBLISHING = "instagram_business_content_publish"
THREADS_PUBLISHING = "threads_content_publish"
POSTS_A_DAY = {"instagram": 100, "threads": 250}
NO_PAGE_PERMISSION = envelope(
    "(#200) If posting to a group, requires app being installed in the group, and either "
    "publish_to_groups permission with user token, or both pages_read_engagement and "
    "pages_manage_posts permission with page token; If posting to a page, requires both "
    "pages_read_engagement and pages_manage_posts as an admin with sufficient administrative "
    "permission",
    200,
    403,
    kind="insufficient_scope",
)
NO_MEDIA = envelope("Only photo or video can be accepted as media type.", 9004, subcode=2207052)


def needed(name: str) -> RefusedError:
    return RefusedError(envelope(f"(#100) The parameter {name} is required", 100))


# Facebook


def page_of(call: Call) -> Token:
    """Return the calling Page's token, which must have the role and the permission."""
    token = caller(call)
    if not token.facts.get("page") or PAGE_PUBLISHING not in tokens.granted(call, token):
        raise RefusedError(NO_PAGE_PERMISSION)
    return token


def post_to_page(call: Call) -> Answer:
    token, page = page_of(call), call.match["owner"]
    if page not in ("me", tokens.shown_id(call, token.account)):
        raise RefusedError(gone(call, page))
    if not call.params.get("message") and not call.params.get("link"):
        raise needed("message")
    public = call.params.get("published", "true").lower() not in ("false", "0")
    number = f"{token.account}_{posts.new_id()}"
    return Answer({"id": posts.keep(call, token, "post", public=public, number=number)})


def delete_post(call: Call) -> Answer:
    token = page_of(call)
    posts.remove(call, _made(call, token, call.match["post"]))
    return Answer({"success": True})


# Instagram and Threads


def author(call: Call, scope: str) -> Token:
    """Return the calling profile's token, which must be the owner's and may publish."""
    token = caller(call)
    owner = call.match.get("owner", "me")
    if owner not in ("me", tokens.shown_id(call, token.account)):
        raise RefusedError(gone(call, owner))
    if scope not in tokens.granted(call, token):
        raise RefusedError(NO_PERMISSION)
    return token


def prepare_media(call: Call) -> Answer:
    token = author(call, INSTAGRAM_PUBLISHING)
    address = call.params.get("image_url") or call.params.get("video_url") or ""
    if not address.startswith(("http://", "https://")):
        raise RefusedError(NO_MEDIA)
    return Answer({"id": posts.keep(call, token, "media container", public=False)})


def prepare_thread(call: Call) -> Answer:
    """Prepare a post; with ``auto_publish_text`` this step publishes already."""
    token = author(call, THREADS_PUBLISHING)
    if call.params.get("media_type", "").upper() not in ("TEXT", "IMAGE", "VIDEO", "CAROUSEL"):
        raise needed("media_type")
    public = call.params.get("auto_publish_text", "").lower() == "true"
    return Answer({"id": posts.keep(call, token, "thread container", public=public)})


def publish_media(call: Call) -> Answer:
    return _publish(call, author(call, INSTAGRAM_PUBLISHING))


def publish_thread(call: Call) -> Answer:
    return _publish(call, author(call, THREADS_PUBLISHING))


def _publish(call: Call, token: Token) -> Answer:
    number = call.params.get("creation_id", "")
    if not number:
        raise needed("creation_id")
    container = _made(call, token, number)
    if posts.status(call, container) != "FINISHED":
        raise RefusedError(gone(call, number))
    posts.publish(call, container)
    return Answer({"id": posts.new_id()})


def container(call: Call) -> Answer:
    made = _made(call, caller(call), call.match["container"])
    status = posts.status(call, made)
    values = {"id": made["id"], "status": status, "status_code": status}
    return Answer({"id": made["id"], **chosen_fields(call, values, "id")})


def media_limit(call: Call) -> Answer:
    token = author(call, INSTAGRAM_PUBLISHING)
    return posts.quota(call, token, POSTS_A_DAY["instagram"])


def thread_limit(call: Call) -> Answer:
    return posts.quota(call, author(call, THREADS_PUBLISHING), POSTS_A_DAY["threads"])


def _made(call: Call, token: Token, number: str) -> sqlite3.Row:
    found = posts.find(call, token, number)
    if found is None:
        raise RefusedError(gone(call, number))
    return found


FACEBOOK_ROUTES = (
    Route("POST", FACEBOOK, VERSION + OWNER + "/feed", post_to_page, "publish"),
    Route("DELETE", FACEBOOK, VERSION + r"/(?P<post>\d+_\d+)", delete_post, "publish"),
)
INSTAGRAM_ROUTES = (
    Route("POST", INSTAGRAM, VERSION + OWNER + "/media", prepare_media, "publish"),
    Route("POST", INSTAGRAM, VERSION + OWNER + "/media_publish", publish_media, "publish"),
    Route("GET", INSTAGRAM, VERSION + OWNER + "/content_publishing_limit", media_limit, "publish"),
    Route("GET", INSTAGRAM, VERSION + r"/(?P<container>\d+)", container),
)
THREADS_ROUTES = (
    Route("POST", THREADS, THREADS_VERSION + OWNER + "/threads", prepare_thread, "publish"),
    Route("POST", THREADS, THREADS_VERSION + OWNER + "/threads_publish", publish_thread, "publish"),
    Route(
        "GET",
        THREADS,
        THREADS_VERSION + OWNER + "/threads_publishing_limit",
        thread_limit,
        "publish",
    ),
    Route("GET", THREADS, THREADS_VERSION + r"/(?P<container>\d+)", container),
)
