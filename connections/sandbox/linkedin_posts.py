"""LinkedIn's versioned API: slots for pictures, and posts.

Sources: https://learn.microsoft.com/en-us/linkedin/marketing/versioning and the pages
on the Images and Posts APIs. A version is served for about a year.
"""

import re
import secrets
from datetime import UTC, datetime

from . import posts, tokens
from .call import Answer, Call, RefusedError
from .linkedin_access import caller, denied, not_active
from .platform import Route
from .tokens import Token

API = r"api\.linkedin\.com"
MONTHS_SERVED = 12
POSTING = "w_member_social"
SLOT_LIFE = 86400
VERSION_MISSING = Answer(
    {"status": 400, "code": "VERSION_MISSING", "message": "A version must be present."},
    400,
    "VERSION_MISSING",
)
ILLEGAL = Answer(
    {"status": 400, "code": "ILLEGAL_ARGUMENT", "message": "The request is not understood."},
    400,
    "ILLEGAL_ARGUMENT",
)


def check_version(call: Call) -> None:
    """Refuse a version header that is missing, of the future, or older than a year."""
    version = call.headers.get("Linkedin-Version", "")
    if not version:
        raise RefusedError(VERSION_MISSING)
    form = re.fullmatch(r"(20\d\d)(0[1-9]|1[0-2])(\.\d\d)?", version)
    now = datetime.fromtimestamp(call.now, UTC)
    age = (now.year - int(form[1])) * 12 + now.month - int(form[2]) if form else -1
    if not 0 <= age <= MONTHS_SERVED:
        raise RefusedError(not_active(version))


def author(call: Call, owner: object) -> Token:
    """Return the token of the member who acts; nobody may act for another one."""
    check_version(call)
    token = caller(call, POSTING)
    if not isinstance(owner, str) or not owner.startswith("urn:li:person:"):
        raise RefusedError(ILLEGAL)
    if owner != f"urn:li:person:{tokens.shown_id(call, token.account)}":
        raise RefusedError(denied(call))
    return token


def images(call: Call) -> Answer:
    if call.query.get("action") != "initializeUpload":
        raise RefusedError(ILLEGAL)
    wish = call.json.get("initializeUploadRequest")
    token = author(call, wish.get("owner") if isinstance(wish, dict) else None)
    number = posts.keep(call, token, "upload slot", public=False)
    address = f"https://www.linkedin.com/dms-uploads/{secrets.token_urlsafe(16)}"
    value = {
        "uploadUrlExpiresAt": int((call.now + SLOT_LIFE) * 1000),
        "uploadUrl": address,
        "image": f"urn:li:image:{number}",
    }
    return Answer({"value": value})


def create(call: Call) -> Answer:
    """Publish a post, unless it is a draft; its id comes in a header."""
    token = author(call, call.json.get("author"))
    public = call.json.get("lifecycleState", "PUBLISHED") == "PUBLISHED"
    number = posts.keep(call, token, "post", public=public)
    return Answer(None, 201, headers={"x-restli-id": f"urn:li:share:{number}"})


ROUTES = (
    Route("POST", API, "/rest/images", images, "publish"),
    Route("POST", API, "/rest/posts", create, "publish"),
)
