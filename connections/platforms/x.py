"""X: OAuth 2.0 with PKCE; refresh tokens are single use.

A 401 of the API never says why: only a renewal that fails tells that access is gone.
Reference: https://docs.x.com/fundamentals/authentication/oauth-2-0
"""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    Permission,
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import read_time
from connections.platforms.refusals import (
    MALFORMED,
    MOST_ERRORS,
    expect_account,
    first_known,
    plain,
    read_challenge,
    read_status,
    rejected_grant,
    settle,
    shown,
    true_status,
)
from connections.platforms.wire import (
    LONGEST_WAIT,
    Cause,
    Endpoint,
    OAuthClient,
    Request,
    Response,
    Secret,
)

TOKEN_TEXTS = {
    "value passed for the authorization code was invalid": Cause.CODE_REJECTED,
    "value passed for the redirect uri did not match the uri of the authorization code": (
        Cause.REDIRECT_MISMATCH
    ),
    "value passed for the token was invalid": Cause.REFRESH_TOKEN_INVALID,
    "missing valid authorization header": Cause.APP_CREDENTIALS,
}
TOKEN_ERRORS = {
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_client": Cause.APP_CREDENTIALS,
    "invalid_token": Cause.TOKEN_REJECTED,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "unsupported_grant_type": Cause.MALFORMED_REQUEST,
    "unsupported_token_type": Cause.MALFORMED_REQUEST,
    "insufficient_scope": Cause.PERMISSION_MISSING,
    "access_denied": Cause.PERMISSION_MISSING,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
    "server_error": Cause.PLATFORM_OUTAGE,
}
# The last segment of the problem's type; hosts moved from api.twitter.com to api.x.com.
# Source: https://docs.x.com/x-api/fundamentals/response-codes-and-errors
PROBLEMS = {
    "unsupported-authentication": Cause.MALFORMED_REQUEST,
    "invalid-request": Cause.MALFORMED_REQUEST,
    "disallowed-resource": Cause.MALFORMED_REQUEST,
    "client-forbidden": Cause.APP_DISABLED,
    "oauth1-permissions": Cause.APP_DISABLED,
    "credits": Cause.RATE_LIMITED,
    "usage-capped": Cause.RATE_LIMITED,
    "rate-limits": Cause.RATE_LIMITED,
    "rate-limit-exceeded": Cause.RATE_LIMITED,
    "user-suspended": Cause.CHECKPOINT,
    "not-authorized-for-resource": Cause.PERMISSION_MISSING,
    "not-authorized-for-field": Cause.PERMISSION_MISSING,
}
# For documents whose type is left out or about:blank.
TITLES = {
    "creditsdepleted": Cause.RATE_LIMITED,
    "usagecapexceeded": Cause.RATE_LIMITED,
    "too many requests": Cause.RATE_LIMITED,
    "client forbidden": Cause.APP_DISABLED,
    "unsupported authentication": Cause.MALFORMED_REQUEST,
    "invalid request": Cause.MALFORMED_REQUEST,
    "service unavailable": Cause.PLATFORM_OUTAGE,
    "internal server error": Cause.PLATFORM_OUTAGE,
}
DETAILS = {
    "user has been suspended": Cause.CHECKPOINT,
    "your account is suspended and is not permitted to access this feature": Cause.CHECKPOINT,
    "you are not allowed to create a tweet with duplicate content": Cause.MALFORMED_REQUEST,
    "invalid or expired token": Cause.TOKEN_REJECTED,
}
# The numbers of version 1.1, which some answers of version 2 still carry.
# Source: https://developer.x.com/en/support/x-api/error-troubleshooting
NUMBERS = {
    "25": Cause.MALFORMED_REQUEST,
    "32": Cause.TOKEN_REJECTED,
    "38": Cause.MALFORMED_REQUEST,
    "44": Cause.MALFORMED_REQUEST,
    "50": Cause.ACCOUNT_MISSING,
    "63": Cause.CHECKPOINT,
    "64": Cause.CHECKPOINT,
    "68": Cause.MALFORMED_REQUEST,
    "87": Cause.APP_DISABLED,
    "88": Cause.RATE_LIMITED,
    "89": Cause.TOKEN_REJECTED,
    "92": Cause.MALFORMED_REQUEST,
    "93": Cause.PERMISSION_MISSING,
    "99": Cause.APP_CREDENTIALS,
    "130": Cause.PLATFORM_OUTAGE,
    "131": Cause.PLATFORM_OUTAGE,
    "135": Cause.CLOCK_SKEW,
    "170": Cause.MALFORMED_REQUEST,
    "185": Cause.RATE_LIMITED,
    "186": Cause.MALFORMED_REQUEST,
    "187": Cause.MALFORMED_REQUEST,
    "215": Cause.MALFORMED_REQUEST,
    "220": Cause.PERMISSION_MISSING,
    "226": Cause.RATE_LIMITED,
    "231": Cause.CHECKPOINT,
    "251": Cause.MALFORMED_REQUEST,
    "261": Cause.APP_DISABLED,
    "323": Cause.MALFORMED_REQUEST,
    "324": Cause.MALFORMED_REQUEST,
    "326": Cause.CHECKPOINT,
    "344": Cause.RATE_LIMITED,
    "415": Cause.REDIRECT_MISMATCH,
    "416": Cause.APP_DISABLED,
    "453": Cause.APP_DISABLED,
}
STATUSES = {**MALFORMED, 401: Cause.TOKEN_REJECTED, 403: Cause.PERMISSION_MISSING}


class X(Platform):
    slug = "x"
    name = "X"
    account_at = (("data", "id"),)
    alias_at = (("data", "username"),)
    publish_test_words = "Only asks X whose access this is: X offers no rehearsal."
    authorize_url = "https://x.com/i/oauth2/authorize"
    token_url = "https://api.x.com/2/oauth2/token"
    pkce = True
    renewal = Renewal(fraction=0.75, rotates=True)
    lifetime_words = "2 hours, renewed by itself"
    # Each read of a user is billed; a renewal, every 90 minutes, proves the grant for free.
    check_every = timedelta(hours=24)
    upgrade_warning = (
        "X keeps one live sign-in for each app and account: this one ends the access that any "
        "other tool using the same app holds."
    )
    permissions = (
        Permission("tweet.read", "Read posts", "checking the account"),
        Permission("users.read", "See your profile", "checking the account"),
        Permission("tweet.write", "Publish posts", "publishing"),
        Permission("media.write", "Upload pictures and videos", "publishing"),
        Permission("offline.access", "Stay connected", "renewing by itself"),
    )

    def token_request(self, client: OAuthClient, form: dict[str, str]) -> Request:
        # Basic only: X refuses a secret in the body, but wants the client id there too.
        return Request(
            "POST",
            client.at(self.token_url),
            Endpoint.TOKEN,
            form={**form, "client_id": client.client_id},
            basic=(client.client_id, client.client_secret),
        )

    def whoami(self, client: OAuthClient, token: Secret) -> Request:
        return Request("GET", client.at("https://api.x.com/2/users/me"), bearer=token)

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.whoami(client, tokens.access)
        account_id, handle = self.expect(answer, "data", "id"), answer.text_at("data", "username")
        account = Account(account_id, answer.text_at("data", "name") or handle, handle)
        return Access(account_id, handle, tokens, (account,), tokens.scopes)

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        answer = yield self.whoami(client, token)
        return Inspection(account_id=self.expect(answer, "data", "id"))

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Ask whose token it is: X has nothing that comes closer to a post."""
        answer = yield self.whoami(client, token)
        expect_account(self, answer, self.expect(answer, "data", "id"), account_id)
        name = answer.text_at("data", "username")
        return PublishTest(
            proven=(f"X knows this access as @{name}, the account it is meant for.",),
            not_proven=(
                "X offers no rehearsal: whether a post would be taken was not tried.",
                "X does not name permissions again: we rely on those granted at the sign-in.",
            ),
        )

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        request = self.token_request(client, {"token": (refresh or access).reveal()})
        answer = yield Request(
            "POST",
            client.at("https://api.x.com/2/oauth2/revoke"),
            Endpoint.TOKEN,
            form=request.form,
            basic=request.basic,
        )
        if not answer.ok:
            self.refuse(answer)
        return True

    def read_error(self, response: Response) -> Cause:
        problems = problems_of(response)
        stated = (problem["status"] for problem in problems if "status" in problem)
        status = true_status(response, next(stated, None))
        known = self.read_token_error(response) or first_known(map(read_problem, problems))
        known = settle(known or read_challenge(response), status)
        return known or read_status(response, status, STATUSES)

    def read_token_error(self, response: Response) -> Cause | None:
        error, text = response.text_at("error"), plain(response.text_at("error_description"))
        if text in TOKEN_TEXTS:
            return TOKEN_TEXTS[text]
        return rejected_grant(response) if error == "invalid_grant" else TOKEN_ERRORS.get(error)

    def read_wait(self, response: Response, now: datetime) -> timedelta | None:
        """Read ``x-rate-limit-reset``, seconds since 1970, where the limit is used up."""
        reset = read_time(response.headers.get("x-rate-limit-reset"))
        if response.status == 429 and reset and reset > now:
            return min(reset - now, LONGEST_WAIT)
        return super().read_wait(response, now)

    def read_code(self, response: Response) -> str:
        codes = (shown(p.get("code")) or shown(p.get("title")) for p in problems_of(response))
        return response.text_at("error") or next(filter(None, codes), "")

    def read_message(self, response: Response) -> str:
        texts = (shown(p.get("detail")) or shown(p.get("message")) for p in problems_of(response))
        return response.text_at("error_description") or next(filter(None, texts), "")


def problems_of(response: Response) -> list[Mapping[str, object]]:
    """Return the problem document and those it wraps in ``errors``, the outer one first."""
    inner = response.at("errors")
    found = [response.json, *(inner[:MOST_ERRORS] if isinstance(inner, list) else [inner])]
    return [problem for problem in found if isinstance(problem, Mapping)]


def read_problem(problem: Mapping[str, object]) -> Cause | None:
    """Read one problem: its type, else its number, its reason, its exact words."""
    kind = shown(problem.get("type"))[-60:].rstrip("/").rsplit("/", 1)[-1]
    if kind == "resource-not-found":
        return Cause.ACCOUNT_MISSING if problem.get("resource_type") == "user" else None
    if problem.get("reason") == "client-not-enrolled":
        return Cause.APP_DISABLED
    detail = plain(shown(problem.get("detail")) or shown(problem.get("message")))
    return (
        PROBLEMS.get(kind)
        or NUMBERS.get(shown(problem.get("code")))
        or DETAILS.get(detail)
        or TITLES.get(plain(shown(problem.get("title"))))
    )
