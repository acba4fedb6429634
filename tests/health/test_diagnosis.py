"""What an account manager's checklist says, row by row: a situation, and what to do about it."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.platforms import PLATFORMS
from connections.platforms.contract import KnownEnd
from connections.platforms.wire import Cause, Refusal
from health.diagnosis import Diagnosis, diagnose
from health.evidence import (
    Alike,
    Evidence,
    Level,
    Publishing,
    Recent,
    Siblings,
    Subject,
    Tokens,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SUBJECT = Subject("Facebook", "Page", "@bakery", "Harbour Bakery", "Ana")
WEEKS_OLD = Tokens(consented_at=NOW - 30 * DAY, renewable=False)
RENEWABLE = replace(WEEKS_OLD, renewable=True)
NEEDED = ("see", "publish")
NOUNS = {platform.name: platform.account_noun for platform in PLATFORMS.values()}


def ago(span: timedelta) -> datetime:
    return NOW - span


def refused(cause: Cause, **more) -> Evidence:
    """An account weeks after its sign-in, refused for this reason, and nothing else known."""
    reading = Refusal(cause, more.pop("status", 400), code=more.pop("code", ""))
    return Evidence(
        **{"subject": SUBJECT, "now": NOW, "tokens": WEEKS_OLD, **more}, reading=reading
    )


def answered(**more) -> Evidence:
    """An account that answers, and what else is known."""
    return Evidence(**{"subject": SUBJECT, "now": NOW, "tokens": WEEKS_OLD, **more})


def alike(level: Level, failing: int, total: int) -> Alike:
    return Alike(level, failing, total, ago(4 * MINUTE))


# situation, evidence, cause, remedy, actor, confidence, what the words must say
TABLE = [
    # The platform says why.
    ("owner removed the app in Facebook's settings", refused(Cause.REVOKED),
     "revoked", "reconnect", "login_owner", "certain", "Access was removed at Facebook"),
    ("password changed yesterday, all three Pages of the login dead",
     refused(Cause.PASSWORD_CHANGED, siblings=Siblings(3, 3)),
     "password_changed", "reconnect", "login_owner", "likely", "repairs all 3 accounts"),
    ("password changed, the login reaches one account only",
     refused(Cause.PASSWORD_CHANGED, siblings=Siblings(1, 1)),
     "password_changed", "reconnect", "login_owner", "likely", "sign in as Ana"),
    ("one Page of three dead, the login's others work",
     refused(Cause.REVOKED, siblings=Siblings(1, 3)),
     "revoked", "reconnect", "login_owner", "certain", "1 of 3 accounts"),
    ("Facebook wants a selfie before it lets the owner in", refused(Cause.CHECKPOINT),
     "checkpoint", "reconnect", "login_owner", "certain", "pass its check there"),
    ("LinkedIn's sixty days are over", refused(Cause.EXPIRED),
     "expired", "reconnect", "login_owner", "certain", "ran out"),
    ("sixty days over, and every account of the login with it",
     refused(Cause.EXPIRED, siblings=Siblings(4, 4)),
     "expired", "reconnect", "login_owner", "certain", "repairs all 4 accounts"),
    ("owner has not opened the app for ninety days", refused(Cause.DATA_ACCESS_EXPIRED),
     "data_access_expired", "reconnect", "login_owner", "certain", "90 days"),
    ("owner left the company and lost the Page role", refused(Cause.ROLE_LOST),
     "role_lost", "restore_role", "page_admin", "certain", "restore the role"),
    ("Page deleted", refused(Cause.ACCOUNT_MISSING),
     "account_missing", "restore_role", "page_admin", "likely", "still exists"),
    ("YouTube channel closed", refused(Cause.ACCOUNT_MISSING, status=403),
     "account_missing", "restore_role", "page_admin", "likely", "deleted, closed"),
    # The platform does not say why.
    ("X answers 401 and no refresh was tried yet",
     refused(Cause.TOKEN_REJECTED, tokens=RENEWABLE),
     "token_rejected", "refresh", "nobody", "unclear", "once"),
    ("X answers 401 again after a refresh that worked",
     refused(Cause.TOKEN_REJECTED, tokens=RENEWABLE, renewal_tried=True,
             second_look="It was refused again right after a renewal that succeeded."),
     "token_rejected", "reconnect", "login_owner", "unclear", "does not say why"),
    ("X answers 401 and refuses the refresh",
     refused(Cause.TOKEN_REJECTED, tokens=RENEWABLE,
             renewal_refused=Cause.REFRESH_TOKEN_INVALID),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "refused to renew"),
    ("Meta refuses without a subcode", refused(Cause.TOKEN_REJECTED),
     "token_rejected", "reconnect", "login_owner", "unclear", "does not say why"),
    ("Meta refuses without a subcode, and the end it had named has passed",
     refused(Cause.TOKEN_REJECTED, tokens=replace(WEEKS_OLD, expires_at=ago(DAY))),
     "token_rejected", "reconnect", "login_owner", "unclear", "has passed"),
    ("TikTok's refresh token is refused while the access token still works",
     answered(renewal_refused=Cause.REFRESH_TOKEN_INVALID),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "refused to renew"),
    ("LinkedIn says expired, and its refresh adds nothing to that",
     refused(Cause.EXPIRED, renewal_refused=Cause.REFRESH_TOKEN_INVALID),
     "expired", "reconnect", "login_owner", "certain", "ran out"),
    ("expired, and a refresh was not tried yet", refused(Cause.EXPIRED, tokens=RENEWABLE),
     "expired", "refresh", "nobody", "certain", "Refresh the access once"),
    ("renewal cut off when the worker was killed",
     refused(Cause.REFRESH_TOKEN_INVALID,
             recent=Recent(renewal_cut_off_at=NOW.replace(hour=9, minute=4))),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "interrupted at 09:04"),
    ("Google sign-in of an app in testing, seven days old",
     refused(Cause.REFRESH_TOKEN_INVALID, tokens=replace(RENEWABLE, consented_at=ago(7 * DAY)),
             known_ends=(KnownEnd(7 * DAY, "Google ends it after 7 days."),), renewal_tried=True),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "after 7 days"),
    ("Google sign-in of the same app, three weeks old",
     refused(Cause.REFRESH_TOKEN_INVALID, known_ends=(KnownEnd(7 * DAY, "After 7 days."),)),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "refused to renew"),
    ("unused for four months, then refused",
     refused(Cause.REFRESH_TOKEN_INVALID, tokens=replace(WEEKS_OLD, dormant_since=ago(120 * DAY))),
     "refresh_token_invalid", "reconnect", "login_owner", "likely", "was not used since"),
    # The platform told us by itself.
    ("X pushed a revocation, then answered 401",
     refused(Cause.TOKEN_REJECTED, recent=Recent(told_gone_at=ago(MINUTE))),
     "revoked", "reconnect", "login_owner", "certain", "told us"),
    ("TikTok pushed that the account was banned",
     refused(Cause.REFRESH_TOKEN_INVALID,
             recent=Recent(told_gone_at=ago(MINUTE), told_gone_as="the account was banned",
                           told_gone_cause=Cause.ACCOUNT_MISSING)),
     "account_missing", "restore_role", "page_admin", "certain", "that the account was banned"),
    ("Google pushed that a hijacked account was disabled",
     refused(Cause.REFRESH_TOKEN_INVALID,
             recent=Recent(told_gone_at=ago(MINUTE), told_gone_as="the account was disabled",
                           told_gone_cause=Cause.CHECKPOINT)),
     "checkpoint", "reconnect", "login_owner", "certain", "that the account was disabled"),
    ("news from before the last sign-in explains nothing",
     refused(Cause.TOKEN_REJECTED, recent=Recent(told_gone_at=ago(60 * DAY))),
     "token_rejected", "reconnect", "login_owner", "unclear", "does not say why"),
    ("news of a revocation, but the account answers",
     answered(recent=Recent(told_gone_at=ago(MINUTE))),
     "", "none", "nobody", "certain", "Working"),
    # Minutes after the consent it is another story than after weeks.
    ("refused four minutes after the sign-in",
     refused(Cause.TOKEN_REJECTED, tokens=Tokens(consented_at=ago(4 * MINUTE), renewable=False)),
     "token_rejected", "reconnect", "login_owner", "unclear", "how the app is set up"),
    ("refresh refused half an hour after the sign-in",
     refused(Cause.REFRESH_TOKEN_INVALID,
             tokens=Tokens(consented_at=ago(30 * MINUTE), renewable=True), renewal_tried=True),
     "refresh_token_invalid", "reconnect", "login_owner", "unclear", "30 minutes after"),
    ("revoked ten minutes after the sign-in, and LinkedIn is past its known falsehood",
     refused(Cause.REVOKED, tokens=Tokens(consented_at=ago(10 * MINUTE), renewable=False)),
     "revoked", "reconnect", "login_owner", "certain", "10 minutes after"),
    ("LinkedIn says revoked five seconds after the consent",
     refused(Cause.REVOKED, doubtful_until=NOW + MINUTE),
     "unknown", "wait", "nobody", "unclear", "say so falsely"),
    ("permission refused right after a complete sign-in, where the platform lists all as granted",
     answered(subject=replace(SUBJECT, reports_scopes=True), required=NEEDED, granted=NEEDED,
              publishing=Publishing(ago(MINUTE), False, Cause.PERMISSION_MISSING)),
     "permission_missing", "fix_app", "administrator", "likely", "review"),
    # Permissions and publishing.
    ("owner unticked publishing in the dialog", answered(required=NEEDED, granted=("see",)),
     "permission_missing", "grant_permission", "login_owner", "certain",
     "1 of 2 permissions are not granted: publish"),
    ("permission gone since the platform's list changed this morning",
     answered(required=NEEDED, granted=("see",), recent=Recent(scopes_changed_at=ago(HOUR))),
     "permission_missing", "grant_permission", "login_owner", "certain", "changed at 09:00"),
    ("both permissions taken away", answered(required=NEEDED, granted=()),
     "permission_missing", "grant_permission", "login_owner", "certain", "2 of 2"),
    ("a call is refused for want of a permission that the platform does not name",
     refused(Cause.PERMISSION_MISSING),
     "permission_missing", "grant_permission", "login_owner", "certain", "every permission ticked"),
    ("platform does not tell its permissions, and the account answers",
     answered(required=NEEDED, granted=None),
     "", "none", "nobody", "certain", "Working"),
    ("lookup works, publishing is called unauthorised: an endpoint's permission",
     answered(publishing=Publishing(ago(MINUTE), False, Cause.TOKEN_REJECTED)),
     "permission_missing", "grant_permission", "login_owner", "likely", "publish test"),
    ("TikTok lets the account be read and has banned it from posting",
     answered(publishing=Publishing(ago(MINUTE), False, Cause.CHECKPOINT)),
     "checkpoint", "none", "login_owner", "likely", "restricts @bakery"),
    ("TikTok app is not audited, so that nothing goes out in public",
     answered(publishing=Publishing(ago(MINUTE), False, Cause.APP_DISABLED)),
     "app_disabled", "fix_app", "administrator", "likely", "restricts our app"),
    ("publish test ran into a limit: nothing is known", answered(
        publishing=Publishing(ago(MINUTE), False, Cause.RATE_LIMITED)),
     "", "none", "nobody", "certain", "Working"),
    ("publish test failed before the last sign-in",
     answered(publishing=Publishing(ago(60 * DAY), False, Cause.PERMISSION_MISSING)),
     "", "none", "nobody", "certain", "Working"),
    ("publish test passed", answered(publishing=Publishing(ago(MINUTE), True)),
     "", "none", "nobody", "certain", "Working"),
    # Whose access it is.
    ("owner signed in with the private profile by mistake",
     answered(expected_account="1", returned_account="2"),
     "wrong_account", "reconnect", "login_owner", "certain", "another account"),
    ("the expected account answers", answered(expected_account="1", returned_account="1"),
     "", "none", "nobody", "certain", "Working"),
    ("staging access in production", answered(expected_app="prod", returned_app="staging"),
     "app_credentials", "fix_app", "administrator", "certain", "the app staging"),
    ("production access in staging, and the platform refuses it",
     refused(Cause.TOKEN_REJECTED, expected_app="staging", returned_app="prod"),
     "app_credentials", "fix_app", "administrator", "certain", "were mixed"),
    # The app.
    ("secret rotated at the platform and not here", refused(Cause.APP_CREDENTIALS, code="invalid"),
     "app_credentials", "fix_app", "administrator", "certain", "id or secret (invalid)"),
    ("secret rotated here ten minutes ago, with a slip",
     refused(Cause.APP_CREDENTIALS, recent=Recent(secret_rotated_at=ago(10 * MINUTE))),
     "app_credentials", "fix_app", "administrator", "certain", "last changed here at 09:50"),
    ("a refresh is refused for the app's secret",
     refused(Cause.TOKEN_REJECTED, renewal_refused=Cause.APP_CREDENTIALS),
     "app_credentials", "fix_app", "administrator", "certain", "Reconnecting will not help"),
    ("app deleted at the platform", refused(Cause.APP_DISABLED),
     "app_disabled", "fix_app", "administrator", "certain", "developer pages"),
    ("98 of 100 logins of one app refused without a word",
     refused(Cause.TOKEN_REJECTED, alike=alike(Level.APP, 98, 100)),
     "app_disabled", "fix_app", "administrator", "likely", "98 of 100 logins"),
    ("every login of one app said to be revoked in the same minutes",
     refused(Cause.REVOKED, alike=alike(Level.APP, 40, 40)),
     "app_disabled", "fix_app", "administrator", "likely", "points to the app"),
    ("return address changed at the platform", refused(Cause.REDIRECT_MISMATCH),
     "redirect_mismatch", "fix_app", "administrator", "certain", "return address"),
    ("LinkedIn retired the version of its API that we speak", refused(Cause.MALFORMED_REQUEST),
     "malformed_request", "fix_request", "administrator", "likely", "API version"),
    # The clock.
    ("server's clock an hour slow: dead by the platform's clock, alive by ours",
     refused(Cause.EXPIRED, clock_skew=HOUR,
             tokens=replace(WEEKS_OLD, expires_at=NOW + 10 * MINUTE)),
     "clock_skew", "fix_clock", "administrator", "likely", "60 minutes behind"),
    ("server's clock forty seconds off: worth a warning, not the reason",
     refused(Cause.EXPIRED, clock_skew=timedelta(seconds=40),
             tokens=replace(WEEKS_OLD, expires_at=ago(DAY))),
     "expired", "reconnect", "login_owner", "certain", "40 seconds behind"),
    ("server's clock an hour slow, and the access ended by both clocks",
     refused(Cause.EXPIRED, clock_skew=HOUR, tokens=replace(WEEKS_OLD, expires_at=ago(DAY))),
     "expired", "reconnect", "login_owner", "certain", "ran out"),
    ("renewed too early because our clock is a day fast",
     refused(Cause.MALFORMED_REQUEST, clock_skew=-DAY, renewal_refused=Cause.MALFORMED_REQUEST),
     "clock_skew", "fix_clock", "administrator", "likely", "ahead of"),
    # What passes.
    ("Facebook is down", refused(Cause.PLATFORM_OUTAGE, status=503),
     "platform_outage", "wait", "nobody", "certain", "says nothing about @bakery"),
    ("Facebook is down for most of its accounts",
     refused(Cause.PLATFORM_OUTAGE, alike=alike(Level.PLATFORM, 80, 90)),
     "platform_outage", "wait", "nobody", "certain", "80 of 90 accounts"),
    ("a vague refusal while Facebook fails for most",
     refused(Cause.TOKEN_REJECTED, alike=alike(Level.PLATFORM, 80, 90)),
     "platform_outage", "wait", "nobody", "likely", "80 of 90 accounts"),
    ("a clear revocation while Facebook fails for most",
     refused(Cause.REVOKED, alike=alike(Level.PLATFORM, 80, 90)),
     "revoked", "reconnect", "login_owner", "certain", "Access was removed"),
    ("too many calls", refused(Cause.RATE_LIMITED, status=429),
     "rate_limited", "wait", "nobody", "certain", "limits how often"),
    ("X's credits are used up", refused(Cause.RATE_LIMITED, status=402, code="CreditsDepleted"),
     "rate_limited", "wait", "administrator", "certain", "Add credit"),
    ("an answer nobody can read", refused(Cause.UNKNOWN, status=200),
     "unknown", "wait", "nobody", "unclear", "cannot tell"),
    ("code of a sign-in used twice", refused(Cause.CODE_REJECTED),
     "code_rejected", "restart_flow", "staff", "certain", "Start the sign-in again"),
    # Nothing.
    ("all is well", answered(tokens=replace(WEEKS_OLD, last_good_at=ago(MINUTE))),
     "", "none", "nobody", "certain", "Working"),
]  # fmt: skip


def at_its_platform(situation: str, evidence: Evidence) -> Evidence:
    """Tell the evidence of the platform that the situation names."""
    named = [name for name in NOUNS if re.search(rf"\b{name}\b", situation)]
    if not named:
        return evidence
    subject = replace(evidence.subject, platform=named[0], noun=NOUNS[named[0]])
    return replace(evidence, subject=subject)


def text_of(diagnosis: Diagnosis) -> str:
    lines = (diagnosis.what, diagnosis.why, diagnosis.who, diagnosis.next_step)
    return " ".join([*lines, *diagnosis.evidence])


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_situation_is_diagnosed_as_a_checklist_would(row):
    situation, evidence, cause, remedy, actor, confidence, words = row

    found = diagnose(at_its_platform(situation, evidence))

    assert (found.cause, found.remedy, found.actor) == (cause, remedy, actor)
    assert found.confidence == confidence
    assert words in text_of(found)


def test_table_is_long_enough_to_be_a_checklist():
    assert len(TABLE) >= 60
    assert len({row[0] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_sign_in_is_offered_only_where_it_helps(row):
    found = diagnose(row[1])

    by_sign_in = {"reconnect", "grant_permission", "restore_role", "refresh"}
    assert found.offers_reconnect is (found.remedy in by_sign_in)
    if not found.offers_reconnect and found.actor == "administrator":
        assert "Reconnecting will not help" in found.next_step


def test_verdict_says_what_would_change_it():
    for row in TABLE:
        found = diagnose(row[1])
        assert not found.cause or found.evidence[-1].startswith("What would change this verdict")


causes = st.sampled_from(list(Cause))
texts = st.sampled_from(["", "190/463", "invalid_grant", "GET graph.facebook.com/me"])
spans = st.integers(-400 * 86400, 400 * 86400).map(lambda seconds: timedelta(seconds=seconds))
moments = st.none() | spans.map(lambda span: NOW + span)
counts = st.integers(0, 200)
subjects = st.sampled_from(list(PLATFORMS.values())).map(
    lambda platform: Subject(platform.name, platform.account_noun, lifetime=platform.lifetime_words)
)
evidences = st.builds(
    Evidence,
    subject=subjects,
    now=st.just(NOW),
    reading=st.none() | st.builds(Refusal, causes, st.integers(100, 599), code=texts),
    seen_at=moments,
    second_look=texts,
    renewal_refused=st.none() | causes,
    renewal_tried=st.booleans(),
    tokens=st.builds(
        Tokens,
        **{
            field.name: moments
            for field in fields(Tokens)
            if field.name not in {"renewable", "margin"}
        },
        renewable=st.none() | st.booleans(),
        margin=st.none() | spans,
    ),
    required=st.sampled_from([(), NEEDED]),
    granted=st.sampled_from([None, (), ("see",), NEEDED]),
    expected_account=st.sampled_from(["", "1"]),
    returned_account=st.sampled_from(["", "1", "2"]),
    expected_app=st.sampled_from(["", "1"]),
    returned_app=st.sampled_from(["", "1", "2"]),
    clock_skew=st.none() | spans,
    publishing=st.none() | st.builds(Publishing, st.just(NOW), st.booleans(), st.none() | causes),
    siblings=st.builds(Siblings, counts, counts),
    alike=st.none() | st.builds(Alike, st.sampled_from(Level), counts, counts, st.just(NOW)),
    recent=st.builds(Recent, moments, moments, moments, texts, moments),
    doubtful_until=moments,
)


@given(evidences)
def test_no_diagnosis_lacks_a_line_or_a_word(evidence):
    found = diagnose(evidence)

    for line in (found.what, found.why, found.who, found.next_step, *found.evidence):
        assert line.strip()
        assert not any(
            odd in line for odd in ("{", "}", "None", "  ", " .", "..", "error occurred")
        )


@given(evidences)
def test_what_passes_never_asks_for_a_sign_in(evidence):
    found = diagnose(evidence)

    read_as = evidence.reading.cause if evidence.reading else None
    if read_as in {Cause.PLATFORM_OUTAGE, Cause.RATE_LIMITED, Cause.UNKNOWN}:
        assert not found.offers_reconnect
        assert found.remedy == "wait"
    if found.level in {Level.APP, Level.PLATFORM}:
        assert not found.offers_reconnect
