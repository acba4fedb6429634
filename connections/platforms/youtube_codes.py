"""Google's words for a refusal, at its token endpoint and in its APIs."""

from connections.platforms.wire import Cause

# Google sends these with any status, in the error or in its description.
RETRYABLE = {"internal_failure", "server_error", "temporarily_unavailable"}
TOKEN_ERRORS = {
    "invalid_client": Cause.APP_CREDENTIALS,
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "deleted_client": Cause.APP_DISABLED,
    "disabled_client": Cause.APP_DISABLED,
    "restricted_client": Cause.APP_DISABLED,
    "admin_policy_enforced": Cause.APP_DISABLED,
    "policy_enforced": Cause.APP_DISABLED,
    "org_internal": Cause.APP_DISABLED,
    "access_not_configured": Cause.APP_DISABLED,
    "redirect_uri_mismatch": Cause.REDIRECT_MISMATCH,
    "invalid_token": Cause.TOKEN_REJECTED,
    "access_denied": Cause.PERMISSION_MISSING,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "disallowed_useragent": Cause.MALFORMED_REQUEST,
    "rate_limit_exceeded": Cause.RATE_LIMITED,
    "quota_exceeded": Cause.RATE_LIMITED,
    "slow_down": Cause.RATE_LIMITED,
}
# What ``invalid_grant`` says of the person; nothing else that it says tells why.
GRANT_TEXTS = {
    "account has been deleted": Cause.ACCOUNT_MISSING,
    "account has been disabled": Cause.CHECKPOINT,
    "account disabled": Cause.CHECKPOINT,
}
CODE_TEXTS = {
    "malformed auth code",
    "code was already redeemed",
    "invalid code verifier",
    "missing code verifier",
}
# The reasons of the API's own errors, then those of every Google API.
# Sources: https://developers.google.com/youtube/v3/docs/errors and
# https://docs.cloud.google.com/dotnet/docs/reference/Google.Api.CommonProtos/latest/Google.Api.ErrorReason
REASONS = {
    "authError": Cause.TOKEN_REJECTED,
    "required": Cause.MALFORMED_REQUEST,
    "insufficientPermissions": Cause.PERMISSION_MISSING,
    "forbidden": Cause.PERMISSION_MISSING,
    "accountDelegationForbidden": Cause.PERMISSION_MISSING,
    "quotaExceeded": Cause.RATE_LIMITED,
    "dailyLimitExceeded": Cause.RATE_LIMITED,
    "dailyLimitExceededUnreg": Cause.RATE_LIMITED,
    "rateLimitExceeded": Cause.RATE_LIMITED,
    "userRateLimitExceeded": Cause.RATE_LIMITED,
    "concurrentLimitExceeded": Cause.RATE_LIMITED,
    "limitExceeded": Cause.RATE_LIMITED,
    "uploadLimitExceeded": Cause.RATE_LIMITED,
    "uploadRateLimitExceeded": Cause.RATE_LIMITED,
    "accessNotConfigured": Cause.APP_DISABLED,
    "servingLimitExceeded": Cause.RATE_LIMITED,
    "keyInvalid": Cause.APP_CREDENTIALS,
    "keyExpired": Cause.APP_CREDENTIALS,
    "ipRefererBlocked": Cause.APP_DISABLED,
    "youtubeSignupRequired": Cause.ACCOUNT_MISSING,
    "authenticatedUserNotChannel": Cause.ACCOUNT_MISSING,
    "authenticatedUserAccountClosed": Cause.ACCOUNT_MISSING,
    "channelClosed": Cause.ACCOUNT_MISSING,
    "channelNotFound": Cause.ACCOUNT_MISSING,
    "authenticatedUserAccountSuspended": Cause.CHECKPOINT,
    "channelSuspended": Cause.CHECKPOINT,
    "backendError": Cause.PLATFORM_OUTAGE,
    "internalError": Cause.PLATFORM_OUTAGE,
    "internal_failure": Cause.PLATFORM_OUTAGE,
    "serviceUnavailable": Cause.PLATFORM_OUTAGE,
    "ACCESS_TOKEN_EXPIRED": Cause.EXPIRED,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Cause.PERMISSION_MISSING,
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": Cause.MALFORMED_REQUEST,
    "CREDENTIALS_MISSING": Cause.MALFORMED_REQUEST,
    "ACCOUNT_STATE_INVALID": Cause.CHECKPOINT,
    "RATE_LIMIT_EXCEEDED": Cause.RATE_LIMITED,
    "RESOURCE_QUOTA_EXCEEDED": Cause.RATE_LIMITED,
    "SERVICE_DISABLED": Cause.APP_DISABLED,
    "SERVICE_NOT_VISIBLE": Cause.APP_DISABLED,
    "BILLING_DISABLED": Cause.APP_DISABLED,
    "CONSUMER_SUSPENDED": Cause.APP_DISABLED,
    "CONSUMER_INVALID": Cause.APP_DISABLED,
    "USER_PROJECT_DENIED": Cause.APP_DISABLED,
    "API_KEY_INVALID": Cause.APP_CREDENTIALS,
    "API_KEY_SERVICE_BLOCKED": Cause.APP_DISABLED,
}
# The canonical status of an error, where it gives no reason that we know.
CANONICAL = {
    "UNAUTHENTICATED": Cause.TOKEN_REJECTED,
    "PERMISSION_DENIED": Cause.PERMISSION_MISSING,
    "RESOURCE_EXHAUSTED": Cause.RATE_LIMITED,
    "UNAVAILABLE": Cause.PLATFORM_OUTAGE,
    "INTERNAL": Cause.PLATFORM_OUTAGE,
    "DEADLINE_EXCEEDED": Cause.PLATFORM_OUTAGE,
    "INVALID_ARGUMENT": Cause.MALFORMED_REQUEST,
    "FAILED_PRECONDITION": Cause.MALFORMED_REQUEST,
}
