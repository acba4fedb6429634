"""YouTube: channels through Google's OAuth 2.0.

Access tokens last an hour; the refresh token is kept and used again. ``invalid_grant``
never says why. Reference: https://developers.google.com/identity/protocols/oauth2
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from connections.platforms.base import Platform
from connections.platforms.contract import (
    Access,
    Account,
    Inspection,
    KnownEnd,
    Permission,
    PublishTest,
    Renewal,
    TokenSet,
)
from connections.platforms.readings import EACH, read_scopes, read_time
from connections.platforms.refusals import (
    MALFORMED,
    MOST_ERRORS,
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
    Cause,
    Endpoint,
    OAuthClient,
    Refusal,
    Refused,
    Request,
    Response,
    Secret,
)
from connections.platforms.youtube_codes import (
    CANONICAL,
    CODE_TEXTS,
    GRANT_TEXTS,
    REASONS,
    RETRYABLE,
    TOKEN_ERRORS,
)

SCOPE = "https://www.googleapis.com/auth/"
READING = (f"{SCOPE}youtube.readonly", f"{SCOPE}youtube")
POSTING = (f"{SCOPE}youtube.upload", f"{SCOPE}youtube", f"{SCOPE}youtube.force-ssl")
UNNAMED = {401: Cause.TOKEN_REJECTED}
STATUSES = {**MALFORMED, **UNNAMED}


class YouTube(Platform):
    slug = "youtube"
    name = "YouTube"
    account_at = (("items", EACH, "id"),)
    alias_at = (("sub",), ("user_id",), ("items", EACH, "snippet", "customUrl"))
    publish_test_words = "Asks Google for the permissions and the channel; nothing is uploaded."
    authorize_url = "https://accounts.google.com/o/oauth2/v2/auth"
    token_url = "https://oauth2.googleapis.com/token"
    account_noun = "channel"
    pkce = True
    # Without prompt=consent Google gives no refresh token the second time.
    authorize_extra = {
        "access_type": "offline",
        "prompt": "consent select_account",
        "include_granted_scopes": "true",
    }
    renewal = Renewal(fraction=0.75)
    lifetime_words = "1 hour, renewed by itself"
    known_ends = (
        KnownEnd(
            timedelta(days=7),
            "Google ends the access of apps in its testing mode seven days after the sign-in.",
        ),
    )
    reports_scopes = True
    # channels.list spends quota; a renewal, every 45 minutes, proves the grant for free.
    check_every = timedelta(hours=24)
    upgrade_warning = (
        "Google keeps 100 sign-ins for each app and person: a further one silently ends the oldest."
    )
    permissions = (
        Permission(f"{SCOPE}youtube.upload", "Upload videos", "publishing"),
        Permission(f"{SCOPE}youtube.readonly", "See your channel", "checking the account"),
    )

    def channels(self, client: OAuthClient, token: Secret) -> Request:
        return Request(
            "GET",
            client.at("https://www.googleapis.com/youtube/v3/channels"),
            params={"part": "id,snippet", "mine": "true"},
            bearer=token,
        )

    def identify(
        self, client: OAuthClient, tokens: TokenSet
    ) -> Generator[Request, Response, Access]:
        answer = yield self.channels(client, tokens.access)
        channel_id = self.expect_channel(answer)
        name = answer.text_at("items", 0, "snippet", "title") or channel_id
        handle = answer.text_at("items", 0, "snippet", "customUrl").lstrip("@")
        account = Account(channel_id, name, handle, kind="channel")
        # Google names no person without the e-mail scope: the channel is the identity.
        return Access(channel_id, name, tokens, (account,), tokens.scopes)

    def expect_channel(self, answer: Response) -> str:
        return self.expect(answer, "items", 0, "id")

    def inspect(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, Inspection]:
        """Ask tokeninfo for permissions and life, and the API which channel it is."""
        info = yield self.token_info(client, token)
        if not info.ok or not info.at("scope"):
            self.refuse(info)
        scopes = read_scopes(info.at("scope")) or ()
        channel_id = None
        if any(scope in scopes for scope in READING):
            channel_id = self.expect_channel((yield self.channels(client, token)))
        return Inspection(
            account_id=channel_id,
            scopes=scopes,
            expires_at=read_time(info.at("exp")),
            app_id=info.text_at("aud") or info.text_at("azp") or None,
            login_id=info.text_at("sub") or None,
        )

    def token_info(self, client: OAuthClient, token: Secret) -> Request:
        return Request(
            "POST",
            client.at("https://oauth2.googleapis.com/tokeninfo"),
            Endpoint.DEBUG,
            form={"access_token": token.reveal()},
        )

    def publish_test(
        self, client: OAuthClient, token: Secret, account_id: str
    ) -> Generator[Request, Response, PublishTest]:
        """Ask for permissions and channel: an upload would spend most of a day's quota."""
        told = yield from self.inspect(client, token, account_id)
        if not any(scope in (told.scopes or ()) for scope in POSTING):
            raise Refused(Refusal(Cause.PERMISSION_MISSING, code="youtube.upload"))
        proven = ["Google lists the permission to upload videos."]
        not_proven = ["No upload was tried: even an unused one may spend the day's quota."]
        if told.account_id is None:
            not_proven.append("Which channel it is could not be asked: that permission is missing.")
        elif told.account_id != account_id:
            raise Refused(Refusal(Cause.WRONG_ACCOUNT, code=told.account_id))
        else:
            proven.append("YouTube answers for this channel.")
        return PublishTest(tuple(proven), tuple(not_proven))

    def revoke(
        self, client: OAuthClient, access: Secret, refresh: Secret | None, subject_id: str
    ) -> Generator[Request, Response, bool]:
        answer = yield Request(
            "POST",
            client.at("https://oauth2.googleapis.com/revoke"),
            Endpoint.TOKEN,
            form={"token": (refresh or access).reveal()},
        )
        if not answer.ok:
            self.refuse(answer)
        return True

    def read_error(self, response: Response) -> Cause:
        error = error_of(response)
        wrapped = isinstance(error, dict)
        status = true_status(response, error.get("code") if wrapped else None)
        known = self.read_api_error(response) if wrapped else self.read_token_error(response)
        known = settle(known or read_challenge(response), status)
        # A named error that we do not know may mean anything, whatever its status.
        meanings = STATUSES if wrapped else {} if error else UNNAMED
        return known or read_status(response, status, meanings)

    def read_token_error(self, response: Response) -> Cause | None:
        error, text = response.text_at("error"), plain(self.read_message(response))
        if error in RETRYABLE or text in RETRYABLE:
            return Cause.PLATFORM_OUTAGE
        if error == "invalid_grant":
            return self.read_grant(response, text)
        if not error and text == "invalid value":
            return Cause.TOKEN_REJECTED
        if response.text_at("kind") == "youtube#channelListResponse" and not response.at("items"):
            return Cause.ACCOUNT_MISSING
        return TOKEN_ERRORS.get(error)

    def read_grant(self, response: Response, text: str) -> Cause:
        asked = response.request and response.request.form
        if text in CODE_TEXTS and not asked:
            return Cause.CODE_REJECTED
        return GRANT_TEXTS.get(text) or rejected_grant(response)

    def read_api_error(self, response: Response) -> Cause | None:
        error = error_of(response)
        if plain(shown(error.get("message"))) in RETRYABLE:
            return Cause.PLATFORM_OUTAGE
        known = first_known(REASONS.get(reason) for reason in reasons_of(response))
        known = known or CANONICAL.get(shown(error.get("status")))
        about_client = known is Cause.TOKEN_REJECTED and response.endpoint == Endpoint.TOKEN
        return Cause.APP_CREDENTIALS if about_client else known

    def read_code(self, response: Response) -> str:
        error = error_of(response)
        if not isinstance(error, dict):
            return shown(error)
        named = (*reasons_of(response), shown(error.get("status")), shown(error.get("code")))
        return next(filter(None, named), "")

    def read_message(self, response: Response) -> str:
        error = error_of(response)
        said = shown(error.get("message")) if isinstance(error, dict) else ""
        return response.text_at("error_description") or said


def error_of(response: Response) -> Any:
    """Return the error of an answer, also where the answer is a list of one."""
    return response.at("error") or response.at(0, "error")


def reasons_of(response: Response) -> list[str]:
    """Return every reason given: the new details, which say more, before the old list."""
    error, found = error_of(response), []
    for key in ("details", "errors"):
        rows = error.get(key)
        for row in rows[:MOST_ERRORS] if isinstance(rows, list) else []:
            if isinstance(row, dict) and isinstance(row.get("reason"), str):
                found.append(row["reason"])
    return found
