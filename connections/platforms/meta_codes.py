"""What Meta's codes, subcodes and own sentences mean, and which of them decides.

Outage and throttling are read first and nothing beside them counts; then the subcodes of a
session, the sentences known word by word, and at last the code alone. The type
``OAuthException`` stands on all of these and proves nothing.
Sources: https://developers.facebook.com/docs/graph-api/guides/error-handling,
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

from connections.platforms.meta_envelope import Fault
from connections.platforms.readings import general_cause
from connections.platforms.wire import Cause, Endpoint, Response

Texts = tuple[tuple[str, Cause], ...]

OUTAGE, THROTTLED = Cause.PLATFORM_OUTAGE, Cause.RATE_LIMITED
# They pass without anybody's doing. The last five are HTTP's, repeated in flat answers.
PASSING = {
    **dict.fromkeys((-1, 1, 2, 500, 502, 503, 504), OUTAGE),
    **dict.fromkeys((4, 9, 17, 32, 341, 368, 429, 613), THROTTLED),
}
BUSINESS_THROTTLING = range(80000, 80100)
# A timeout while Meta fetches a picture or film.
SLOW_DOWNLOAD = (-2, 2207003)
# Code 1 is Meta's "unknown", which two answers fill with something known.
SECRET_REFUSED = "error validating client secret"
BAD_THUMBNAIL = 2207057

SESSION_CODES = frozenset((0, 102, 190))
# Flat answers repeat the status where others have a code.
CODES_BESIDE_TEXTS = SESSION_CODES | {400}
SUBCODES_OF_SESSION = {
    **dict.fromkeys((456, 457, 458, 461, 462, 465, 466, 467, 468), Cause.REVOKED),
    **dict.fromkeys((459, 464, 490), Cause.CHECKPOINT),
    460: Cause.PASSWORD_CHANGED,
    463: Cause.EXPIRED,
    492: Cause.ROLE_LOST,
    493: Cause.DATA_ACCESS_EXPIRED,
}
SUBCODES = {
    36007: Cause.CODE_REJECTED,
    36008: Cause.REDIRECT_MISMATCH,
    36009: Cause.CODE_REJECTED,
    2207050: Cause.CHECKPOINT,
    2207051: Cause.CHECKPOINT,
    4279013: Cause.CHECKPOINT,
}
NOT_FOUND = 33
NOT_FOUND_TEXT = "does not exist, cannot be loaded"

# Sentences about the session of a person, in answers that leave the subcode out. They count
# with the codes of a session only: elsewhere a name or a post might contain them.
SESSION_TEXTS: Texts = (
    ("session has expired on ", Cause.EXPIRED),
    ("session has expired at unix time", Cause.EXPIRED),
    ("because the user changed their password", Cause.PASSWORD_CHANGED),
    ("because the user changed the password", Cause.PASSWORD_CHANGED),
    ("the user has not authorized application", Cause.REVOKED),
    # Meta gives two readings at once, so that the general one is all it says.
    ("may be due to a system error", Cause.TOKEN_REJECTED),
    ("because the user logged out", Cause.REVOKED),
    ("you cannot access the app till you log in to", Cause.CHECKPOINT),
    ("enrolled in a blocking, logged-in checkpoint", Cause.CHECKPOINT),
    ("because the user is not a confirmed user", Cause.CHECKPOINT),
    ("user hasn't engaged the app in longer than 90 days", Cause.DATA_ACCESS_EXPIRED),
    ("must be an administrator, editor, or moderator of the page", Cause.ROLE_LOST),
)
TOKEN_TEXTS: Texts = (
    ("invalid oauth 2.0 access token", Cause.REVOKED),
    ("cannot parse access token", Cause.MALFORMED_REQUEST),
    ("malformed access token", Cause.MALFORMED_REQUEST),
    ("invalid oauth access token", Cause.TOKEN_REJECTED),
    ("error validating access token", Cause.TOKEN_REJECTED),
)
# They blame neither a person nor their consent, and count beside any code.
APP_TEXTS: Texts = (
    (SECRET_REFUSED, Cause.APP_CREDENTIALS),
    ("application has been deleted", Cause.APP_DISABLED),
    ("api access deactivated", Cause.APP_DISABLED),
    ("api access blocked", Cause.APP_DISABLED),
    ("error validating application", Cause.APP_CREDENTIALS),
    ("invalid platform app", Cause.APP_CREDENTIALS),
    ("appsecret_proof", Cause.APP_CREDENTIALS),
    ("must provide an app access token", Cause.APP_CREDENTIALS),
    ("did not match the viewing app", Cause.APP_CREDENTIALS),
    ("your redirect_uri is identical to", Cause.REDIRECT_MISMATCH),
    ("must be granted before impersonating", Cause.PERMISSION_MISSING),
    ("token must be at least 24 hours old", Cause.MALFORMED_REQUEST),
    ("missing required field", Cause.MALFORMED_REQUEST),
)
CODE_TEXTS: Texts = (
    ("matching code was not found or was already used", Cause.CODE_REJECTED),
    ("this authorization code has been used", Cause.CODE_REJECTED),
    ("this authorization code has expired", Cause.CODE_REJECTED),
    ("no matching code found", Cause.CODE_REJECTED),
)
# The whole of a message: as a part they would fit too much.
SENTENCES = {
    "the user is restricted": Cause.CHECKPOINT,
    "user restricted": Cause.CHECKPOINT,
    "the instagram account is restricted": Cause.CHECKPOINT,
    "invalid client id": Cause.APP_CREDENTIALS,
    "missing permissions": Cause.PERMISSION_MISSING,
}

CODES_OF_TOKEN = {
    102: Cause.REVOKED,
    190: Cause.TOKEN_REJECTED,
    452: Cause.TOKEN_REJECTED,
}
CODES_OF_PERMISSION = frozenset((3, 10, *range(200, 300)))
CODES_OF_REQUEST = (100, 352, 2500, 2635, 9004, 36000, 36001, 36003, 36004)
CODES = {
    **dict.fromkeys(CODES_OF_REQUEST, Cause.MALFORMED_REQUEST),
    **dict.fromkeys((21, 803), Cause.ACCOUNT_MISSING),
    **dict.fromkeys((101, 104), Cause.APP_CREDENTIALS),
    **dict.fromkeys(CODES_OF_PERMISSION, Cause.PERMISSION_MISSING),
    191: Cause.REDIRECT_MISMATCH,
}
RESTRICTED = 25  # Instagram's, always with a subcode
KNOWN_CODES = frozenset((RESTRICTED, *CODES, *CODES_OF_TOKEN))
# RFC 6749 and 6750, and the challenge, where Meta adds a word. Its "invalid_request" stands
# on throttled calls too and so says nothing by itself.
NAMES = {
    "invalid_token": Cause.TOKEN_REJECTED,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "invalid_code": Cause.CODE_REJECTED,
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "redirect_uri_mismatch": Cause.REDIRECT_MISMATCH,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "temporarily_unavailable": OUTAGE,
    "server_error": OUTAGE,
}


def read_fault(fault: Fault, response: Response) -> Cause:
    """Read one error. The status decides only where neither code nor text is known."""
    by_status = general_cause(response)
    if passing := _read_passing(fault):
        return passing
    if fault.code not in KNOWN_CODES and by_status != Cause.UNKNOWN:
        return by_status
    return (
        _read_session(fault)
        or SUBCODES.get(fault.subcode)
        or _read_missing(fault, response.endpoint)
        or _read_known_text(fault)
        or _read_general(fault, response)
        or by_status
    )


def _read_passing(fault: Fault) -> Cause | None:
    """Read what waiting cures, before anything beside it can blame an account."""
    if fault.code == 1 and SECRET_REFUSED in fault.text:
        return Cause.APP_CREDENTIALS
    if fault.code == 1 and fault.subcode == BAD_THUMBNAIL:
        return Cause.MALFORMED_REQUEST
    if fault.code in BUSINESS_THROTTLING:
        return THROTTLED
    if fault.is_transient or (fault.code, fault.subcode) == SLOW_DOWNLOAD:
        return PASSING.get(fault.code, OUTAGE)
    return PASSING.get(fault.code)


def _read_session(fault: Fault) -> Cause | None:
    if fault.code not in CODES_BESIDE_TEXTS:
        return None
    found = _within(SESSION_TEXTS, fault.text)
    cause = SUBCODES_OF_SESSION.get(fault.subcode) if fault.code in SESSION_CODES else None
    # Meta also answers 460 to a plain log-out, and only the text tells.
    return found if cause is None or (fault.subcode == 460 and found is Cause.REVOKED) else cause


def _read_missing(fault: Fault, endpoint: Endpoint) -> Cause | None:
    """Read an object that is gone, where an object was asked for."""
    asked = endpoint == Endpoint.API or fault.described
    missing = fault.subcode == NOT_FOUND or NOT_FOUND_TEXT in fault.text
    return Cause.ACCOUNT_MISSING if asked and missing and fault.code in (0, 100) else None


def _read_known_text(fault: Fault) -> Cause | None:
    if cause := _within(APP_TEXTS, fault.text) or SENTENCES.get(fault.text.rstrip(".")):
        return cause
    return _within(CODE_TEXTS, fault.text) if fault.code in (0, 100, 190, 400) else None


def _read_general(fault: Fault, response: Response) -> Cause | None:
    """Read what is said of a token without a reason why."""
    token = CODES_OF_TOKEN.get(fault.code)
    if fault.code in CODES_BESIDE_TEXTS:
        token = _within(TOKEN_TEXTS, fault.text) or token
    cause = token or CODES.get(fault.code) or (None if fault.code else NAMES.get(fault.name))
    own = response.endpoint == Endpoint.DEBUG and not fault.described
    if own and (token or cause in (Cause.TOKEN_REJECTED, Cause.PERMISSION_MISSING)):
        # The call was made with the app's own credentials: nothing here is about a person.
        return Cause.APP_CREDENTIALS
    if token and response.status != 500 and (trouble := general_cause(response)) != Cause.UNKNOWN:
        # Meta answers 500 to dead tokens too, but never 503 or 429.
        return trouble
    return cause


def _within(texts: Texts, message: str) -> Cause | None:
    return next((cause for text, cause in texts if text in message), None)
