"""The table of faults: what Relink should say about each, and when.

``status`` and ``cause`` are Relink's codes; "unchanged" means that nothing is said
about the connection itself.
"""

from .registry import PLATFORMS

Row = dict[str, str | None]

COLUMNS = ("platform", "fault", "status", "cause", "when", "how")
NEXT_CHECK, NEXT_RENEWAL, AT_ONCE = "next check", "next renewal", "at once"
META = ("facebook", "instagram", "threads")
ROTATING = ("x", "tiktok")
REPORTS_SCOPES = ("facebook", "threads", "linkedin", "youtube", "generic")
CHECKS_WITH_SECRET = ("facebook", "threads", "linkedin", "generic")

EVENT_ROWS: dict[str, dict[str, tuple[str, str | None, str]]] = {
    "revoke": {
        "facebook": ("revoked", "revoked", "error 190/458, debug_token is_valid false"),
        "instagram": ("revoked", "revoked", "error 190/458"),
        "threads": ("revoked", "revoked", "error 190/458, debug_token is_valid false"),
        "x": ("revoked", "refresh_token_invalid", "401 Unauthorized; refresh 400 invalid_request"),
        "tiktok": (
            "revoked",
            "refresh_token_invalid",
            "401 access_token_invalid; refresh invalid_grant",
        ),
        "linkedin": ("revoked", "revoked", "65601, introspection status revoked"),
        "youtube": (
            "revoked",
            "refresh_token_invalid",
            "refresh 400 invalid_grant; API 401 authError",
        ),
        "generic": (
            "revoked",
            "refresh_token_invalid",
            "401 invalid_token, introspection inactive",
        ),
    },
    "change_password": {
        "facebook": ("revoked", "password_changed", "error 190/460"),
        "instagram": ("revoked", "password_changed", "error 190/460, at the refresh 190 alone"),
        "threads": ("revoked", "password_changed", "error 190/460"),
        "x": ("revoked", "refresh_token_invalid", "as revoke: X does not say why"),
        "tiktok": ("revoked", "refresh_token_invalid", "as revoke: TikTok does not say why"),
        "linkedin": ("revoked", "revoked", "as revoke: LinkedIn has no words for a password"),
        "youtube": ("ok", None, "nothing: YouTube tokens outlive a password change"),
        "generic": ("revoked", "refresh_token_invalid", "as revoke"),
    },
    "expire": {
        "facebook": ("expired", "expired", "error 190/463, debug_token expires_at in the past"),
        "instagram": ("expired", "expired", "error 190 whose text says expired"),
        "threads": ("expired", "expired", "error 190/463, debug_token expires_at in the past"),
        "x": ("revoked", "refresh_token_invalid", "as revoke: X does not say why"),
        "tiktok": ("revoked", "refresh_token_invalid", "as revoke: TikTok does not say why"),
        "linkedin": ("expired", "expired", "65602, introspection status expired"),
        "youtube": ("revoked", "refresh_token_invalid", "as revoke: Google does not say why"),
        "generic": ("revoked", "refresh_token_invalid", "as revoke"),
    },
    "checkpoint": {
        "facebook": ("revoked", "checkpoint", "error 190/459"),
        "instagram": ("revoked", "checkpoint", "error 190/459, text names www.instagram.com"),
        "threads": ("revoked", "checkpoint", "error 190/459"),
        "x": ("revoked", "checkpoint", "403 user-suspended; refresh 400 invalid_request"),
        "tiktok": (
            "revoked",
            "refresh_token_invalid",
            "as revoke: TikTok has no checkpoint of its own",
        ),
        "linkedin": ("revoked", "revoked", "as revoke: LinkedIn has no checkpoint of its own"),
        "youtube": (
            "revoked",
            "refresh_token_invalid",
            "refresh 400 invalid_grant; channels 403 authenticatedUserAccountSuspended",
        ),
        "generic": ("revoked", "refresh_token_invalid", "as revoke"),
    },
    "lose_role": {
        "facebook": ("role", "role_lost", "error 190/492 on the Page's token, Page not listed"),
        "youtube": ("role", "account_missing", "channels answers without items"),
    },
}

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


def rows() -> list[Row]:
    """Return the whole table, platform by platform."""
    return [row for slug in PLATFORMS for row in (*_events(slug), *_conditions(slug))]


def _row(*values: str | None) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


def _events(slug: str) -> list[Row]:
    found = [
        _row(slug, fault, *by_platform[slug][:2], NEXT_CHECK, by_platform[slug][2])
        for fault, by_platform in EVENT_ROWS.items()
        if slug in by_platform
    ]
    when = AT_ONCE if slug in REPORTS_SCOPES else NEXT_RENEWAL
    how = "the scope is no longer reported, and calls that need it are refused"
    return [*found, _row(slug, "drop_scope", "scope", "permission_missing", when, how)]


def _conditions(slug: str) -> list[Row]:
    return [
        _row(
            slug,
            "outage",
            "platform",
            "platform_outage",
            NEXT_CHECK,
            "connection reset, no answer for 60 s, or 503 with HTML; half_json is unknown",
        ),
        _row(slug, "rate_limit", "platform", "rate_limited", NEXT_CHECK, RATE_LIMITS[slug]),
        _row(
            slug,
            "slow",
            "unchanged",
            None,
            NEXT_CHECK,
            "the right answer, late; past Relink's time limit as an outage",
        ),
        _lost_answer(slug),
        _disabled(slug),
        _rotated(slug),
    ]


def _lost_answer(slug: str) -> Row:
    if slug in ROTATING:
        how = "the refresh token is spent and its successor lost; presenting it again is refused"
        return _row(slug, "lose_answer", "revoked", "refresh_token_invalid", NEXT_RENEWAL, how)
    how = "a renewed token is lost, the old one goes on working"
    return _row(slug, "lose_answer", "unchanged", "platform_outage", NEXT_RENEWAL, how)


def _disabled(slug: str) -> Row:
    # These two say no more than that the app is not accepted.
    cause = "app_credentials" if slug in ("linkedin", "tiktok") else "app_disabled"
    how = DISABLED.get(slug, "401 with code 190: Application has been deleted")
    return _row(slug, "disable_app", "app", cause, NEXT_CHECK, how)


def _rotated(slug: str) -> Row:
    when = NEXT_CHECK if slug in CHECKS_WITH_SECRET else NEXT_RENEWAL
    if slug == "instagram":
        how = "the old secret is refused at the next code exchange: neither me nor refresh use it"
        return _row(slug, "rotate_secret", "unchanged", None, when, how)
    how = "the old client secret is refused"
    return _row(slug, "rotate_secret", "app", "app_credentials", when, how)
