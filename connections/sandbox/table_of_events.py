"""The table's rows for events: what happened to a consent."""

from .moments import AT_ONCE, NEXT_CHECK, NEXT_RENEWAL, Lines

REPORTS_SCOPES = ("facebook", "threads", "linkedin", "youtube", "generic")
RENEWAL_REFUSED = {
    "x": "400 invalid_request",
    "tiktok": "invalid_grant",
    "linkedin": "400 invalid_request",
    "youtube": "400 invalid_grant",
    "generic": "400 invalid_grant",
}

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
    "delete_account": {
        "facebook": (
            "role",
            "account_missing",
            "error 100/33 for the Page's token, debug_token is_valid false, Page not listed",
        ),
        "instagram": ("role", "account_missing", "error 100/33"),
        "tiktok": ("revoked", "refresh_token_invalid", "as revoke; its push says reason 2"),
        "youtube": ("role", "account_missing", "channels answers without items"),
    },
    "expire_data_access": {
        "facebook": (
            "expired",
            "data_access_expired",
            "debug_token is_valid true, data_access_expires_at in the past",
        ),
    },
    "reject_token": {
        "facebook": ("revoked", "token_rejected", "error 190 without subcode"),
        "instagram": ("revoked", "token_rejected", "error 190 without subcode"),
        "threads": ("revoked", "token_rejected", "error 190 without subcode"),
        "x": ("revoked", "token_rejected", "401 Unauthorized, also for a token just renewed"),
        "tiktok": (
            "revoked",
            "token_rejected",
            "401 access_token_invalid, also for a token just renewed",
        ),
        "linkedin": (
            "revoked",
            "token_rejected",
            "65600, introspection active false without status, also for a token just renewed",
        ),
        "youtube": (
            "revoked",
            "token_rejected",
            "tokeninfo 400 invalid_token, API 401 authError, also for a token just renewed",
        ),
        "generic": (
            "revoked",
            "token_rejected",
            "401 invalid_token, introspection inactive, also for a token just renewed",
        ),
    },
}


def lines(slug: str) -> Lines:
    found: Lines = [
        ((fault, *by_platform[slug][:2], NEXT_CHECK, by_platform[slug][2]), {})
        for fault, by_platform in EVENT_ROWS.items()
        if slug in by_platform
    ]
    when = AT_ONCE if slug in REPORTS_SCOPES else NEXT_RENEWAL
    how = "the scope is no longer reported, and calls that need it are refused"
    found.append((("drop_scope", "scope", "permission_missing", when, how), {}))
    if refused := RENEWAL_REFUSED.get(slug):
        how = f"{refused} at the renewal; the access token works until its end"
        line = ("kill_refresh", "revoked", "refresh_token_invalid", NEXT_RENEWAL, how)
        found.append((line, {}))
    return found
