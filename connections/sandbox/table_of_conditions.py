"""The table's rows for conditions: ways a platform or an app fails."""

from .moments import (
    NEXT_CHECK,
    NEXT_PUBLISH_TEST,
    NEXT_RENEWAL,
    NEXT_SIGN_IN,
    Line,
    Lines,
)

DAY = 86400
ROTATING = ("x", "tiktok")
CHECKS_WITH_SECRET = ("facebook", "threads", "linkedin", "generic")

RATE_LIMITS = {
    "facebook": "400 with code 4 and X-App-Usage",
    "instagram": "400 with code 80002 and X-Business-Use-Case-Usage",
    "threads": "400 with code 4 and X-App-Usage",
    "x": "429 with x-rate-limit-reset",
    "tiktok": "429 rate_limit_exceeded",
    "linkedin": "429 with serviceErrorCode 101",
    "youtube": "403 rateLimitExceeded; token endpoint 429",
    "generic": "429 with Retry-After",
}

DISABLED = {
    "x": "403 client-forbidden",
    "tiktok": "token endpoint unauthorized_client; API 401 access_token_invalid",
    "linkedin": "token endpoint and introspection 400 invalid_client_id; API 65600",
    "youtube": "token endpoint 401 deleted_client; API 403 accessNotConfigured",
    "generic": "token endpoint and introspection 400 unauthorized_client",
}

MALFORMED = {
    "facebook": "debug_token 400 with code 100; API 400 with code 2500",
    "instagram": "400 with code 2500",
    "threads": "debug_token 400 with code 100; API 400 with code 2500",
    "x": "400 with problem type invalid-request",
    "tiktok": "400 invalid_params",
    "linkedin": "introspection 400 invalid_request; API 426 NONEXISTENT_VERSION",
    "youtube": "tokeninfo 400 invalid_request; API 400 badRequest",
    "generic": "400 invalid_request",
}

# By how much the clock must be ahead for a working token to look ended.
AHEAD = {
    "facebook": 100 * DAY,
    "instagram": 70 * DAY,
    "threads": 70 * DAY,
    "x": 3 * 3600,
    "tiktok": 3 * 3600,
    "linkedin": 70 * DAY,
    "youtube": 2 * 3600,
    "generic": 2 * 3600,
}
CANNOT_RENEW = ("facebook", "instagram", "threads")

BLOCKED = {
    "facebook": "403 with code 10 at feed",
    "instagram": "403 with code 10 at media and media_publish",
    "threads": "403 with code 10 at threads and threads_publish",
    "tiktok": "401 scope_not_authorized at creator_info",
    "linkedin": "403 ACCESS_DENIED at images and posts",
}


def lines(slug: str) -> Lines:
    return [
        *_outages(slug),
        (_lost_answer(slug), {"count": 1}),
        (_disabled(slug), {}),
        (_rotated(slug), {}),
        (_swapped(slug), {}),
        (("reject_request", "app", "malformed_request", NEXT_CHECK, MALFORMED[slug]), {}),
        (_skewed(slug), {"seconds": AHEAD[slug]}),
        (_blocked(slug), {}),
        *_sign_ins(slug),
        (_falsely_revoked(), {"seconds": 60}),
    ]


def _outages(slug: str) -> Lines:
    how = "connection reset, no answer for 60 s, or 503 with HTML; half_json is unknown"
    down: Line = ("outage", "platform", "platform_outage", NEXT_CHECK, how)
    nonsense: Line = (
        "garble",
        "platform",
        "unknown",
        NEXT_CHECK,
        "200 with HTML, with nothing, or with JSON of another shape",
    )
    limited: Line = ("rate_limit", "platform", "rate_limited", NEXT_CHECK, RATE_LIMITS[slug])
    how = "the right answer, late; past Relink's time limit as an outage"
    slow: Line = ("slow", "unchanged", None, NEXT_CHECK, how)
    return [
        (down, {"mode": "503_html"}),
        (nonsense, {"mode": "html"}),
        (limited, {"retry_after": 30}),
        (slow, {"seconds": 0.3}),
    ]


def _lost_answer(slug: str) -> Line:
    if slug in ROTATING:
        how = "the refresh token is spent and its successor lost; presenting it again is refused"
        return ("lose_answer", "revoked", "refresh_token_invalid", NEXT_RENEWAL, how)
    how = "a renewed token is lost, the old one goes on working"
    return ("lose_answer", "unchanged", "platform_outage", NEXT_RENEWAL, how)


def _disabled(slug: str) -> Line:
    # These two say no more than that the app is not accepted.
    cause = "app_credentials" if slug in ("linkedin", "tiktok") else "app_disabled"
    how = DISABLED.get(slug, "401 with code 190: Application has been deleted")
    return ("disable_app", "app", cause, NEXT_CHECK, how)


def _rotated(slug: str) -> Line:
    when = NEXT_CHECK if slug in CHECKS_WITH_SECRET else NEXT_RENEWAL
    if slug == "instagram":
        how = "the old secret is refused at the next code exchange: neither me nor refresh use it"
        return ("rotate_secret", "unchanged", None, when, how)
    how = "the old client secret is refused"
    return ("rotate_secret", "app", "app_credentials", when, how)


def _swapped(slug: str) -> Line:
    if slug == "linkedin":
        how = "userinfo names another member; introspection, which a check asks, names nobody"
        return ("swap_account", "unchanged", "wrong_account", NEXT_SIGN_IN, how)
    how = "the right answer, with another account's id"
    return ("swap_account", "revoked", "wrong_account", NEXT_CHECK, how)


def _skewed(slug: str) -> Line:
    how = "the Date header is ahead, and tokens are judged by that time"
    if slug in CANNOT_RENEW:
        return ("skew_clock", "app", "clock_skew", NEXT_CHECK, how)
    return ("skew_clock", "ok", None, NEXT_CHECK, f"{how}; a renewal helps")


def _blocked(slug: str) -> Line:
    if slug == "x":
        how = "403 Forbidden for a post, which no test sends: X has no rehearsal"
        return ("block_publishing", "unchanged", None, NEXT_PUBLISH_TEST, how)
    how = BLOCKED.get(slug, "")
    return ("block_publishing", "scope", "permission_missing", NEXT_PUBLISH_TEST, how)


def _sign_ins(slug: str) -> Lines:
    how = "the code is refused as used, once"
    spoiled: Line = ("spoil_code", "unchanged", "code_rejected", NEXT_SIGN_IN, how)
    how = "the redirect address is refused at the code exchange"
    moved: Line = ("change_redirect", "app", "redirect_mismatch", NEXT_SIGN_IN, how)
    if slug == "generic":
        # RFC 6749 has one code for both, and only the text would tell.
        moved = ("change_redirect", "unchanged", "code_rejected", NEXT_SIGN_IN, how)
    return [(spoiled, {}), (moved, {})]


def _falsely_revoked() -> Line:
    how = (
        "65601 and introspection status revoked, for so long after a consent; not believed "
        "while the app's setting false_revoked_for says so"
    )
    return ("false_revoked", "platform", "unknown", NEXT_CHECK, how)
