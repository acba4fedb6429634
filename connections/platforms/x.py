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
    Renewal,
    TokenSet,
)
from connections.platforms.readings import general_cause, read_time
from connections.platforms.wire import (
    LONGEST_WAIT,
    Cause,
    Endpoint,
    OAuthClient,
    Request,
    Response,
    Secret,
)

TOKEN_TEXTS = (
    ("authorization code was invalid", Cause.CODE_REJECTED),
    ("redirect uri did not match", Cause.REDIRECT_MISMATCH),
    ("value passed for the token was invalid", Cause.REFRESH_TOKEN_INVALID),
    ("missing required parameter", Cause.MALFORMED_REQUEST),
)
TOKEN_ERRORS = {
    "unauthorized_client": Cause.APP_CREDENTIALS,
    "invalid_client": Cause.APP_CREDENTIALS,
    "invalid_grant": Cause.REFRESH_TOKEN_INVALID,
    "invalid_request": Cause.MALFORMED_REQUEST,
    "invalid_scope": Cause.MALFORMED_REQUEST,
    "temporarily_unavailable": Cause.PLATFORM_OUTAGE,
    "server_error": Cause.PLATFORM_OUTAGE,
}
# The last segment of the problem's type; hosts moved from api.twitter.com to api.x.com.
PROBLEMS = {
    "unsupported-authentication": Cause.MALFORMED_REQUEST,
    "client-forbidden": Cause.APP_DISABLED,
    "credits": Cause.RATE_LIMITED,
    "usage-capped": Cause.RATE_LIMITED,
    "user-suspended": Cause.CHECKPOINT,
    "rate-limits": Cause.RATE_LIMITED,
}
STATUSES = {
    401: Cause.TOKEN_REJECTED,
    402: Cause.RATE_LIMITED,
    403: Cause.PERMISSION_MISSING,
    400: Cause.MALFORMED_REQUEST,
}


class X(Platform):
    slug = "x"
    name = "X"
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
        if isinstance(response.at("error"), str):
            return self.read_token_error(response)
        problem = problem_of(response)
        kind = str(problem.get("type") or "").rstrip("/").rsplit("/", 1)[-1]
        if kind in PROBLEMS:
            return PROBLEMS[kind]
        if problem.get("code") == 89:
            return Cause.TOKEN_REJECTED
        if response.json is None:
            return general_cause(response)
        return STATUSES.get(response.status) or general_cause(response)

    def read_token_error(self, response: Response) -> Cause:
        text = self.read_message(response).lower()
        known = next((cause for part, cause in TOKEN_TEXTS if part in text), None)
        if response.status >= 500 or response.status == 429:
            return general_cause(response)
        return known or TOKEN_ERRORS.get(response.text_at("error")) or general_cause(response)

    def read_wait(self, response: Response, now: datetime) -> timedelta | None:
        """Read ``x-rate-limit-reset``, seconds since 1970, where the limit is used up."""
        reset = read_time(response.headers.get("x-rate-limit-reset"))
        if response.status == 429 and reset and reset > now:
            return min(reset - now, LONGEST_WAIT)
        return super().read_wait(response, now)

    def read_code(self, response: Response) -> str:
        problem = problem_of(response)
        return response.text_at("error") or str(problem.get("title") or "")

    def read_message(self, response: Response) -> str:
        problem = problem_of(response)
        detail = problem.get("detail") or problem.get("message") or ""
        return response.text_at("error_description") or str(detail)


def problem_of(response: Response) -> Mapping[str, object]:
    """Return the problem document, also where it is wrapped in ``errors``."""
    for found in (response.at("errors", 0), response.json):
        if isinstance(found, Mapping):
            return found
    return {}
