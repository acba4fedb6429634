"""Explains one answer of a platform that somebody pasted, without a query or a call.

The same reading and the same words as for our own checks. What only our own records know
(how old the sign-in is, who else fails) is missing, and is not made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connections.platforms import Platform
from connections.platforms.wire import (
    LONGEST_JSON,
    Cause,
    Endpoint,
    Refusal,
    Request,
    Response,
)
from connections.redaction import mask
from health import moments
from health.diagnosis import Diagnosis, diagnose
from health.evidence import Evidence, Subject, Tokens
from health.pasted import Pasted, read_pasted
from health.statuses import Actor, Remedy
from health.weighing import Confidence

LONGEST_MESSAGE = 300
LONGEST_CODE = 60
LONGEST_ID = 200
LONGEST_LIST = 1000
MOST_LISTED = 20
TEXTS = ("what", "why", "who", "next_step")
KEYS = ("cause", "remedy", "actor", "retry_after_refresh", "confidence", *TEXTS, "evidence")
TOO_LONG = f"It is longer than {LONGEST_JSON:,} bytes, which no error of a platform is."
PASTE_ALL = "Paste the whole answer, with its HTTP status if you have it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An answer as pasted, and what is known beside it. Empty means that nobody said."""

    platform: Platform
    body: bytes = b""
    endpoint: Endpoint = Endpoint.API
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    expected_account: str = ""
    required_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with what was found in its text; options win over a pasted head."""

    question: Question
    pasted: Pasted
    response: Response
    status: int | None  # as told; None where only the body speaks

    @property
    def platform(self) -> Platform:
        return self.question.platform


def explain_answer(question: Question, now: datetime) -> Diagnosis:
    """Diagnose a pasted answer; every text is masked. Never raises, whatever the body."""
    reading = _read(question)
    if _tells_something(reading):
        diagnosis = _explain_good(reading, now)
    else:
        diagnosis = _explain_refusal(reading, now)
    return _for_display(diagnosis)


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return what a machine reads of it; ``cause`` is None where nothing is wrong."""
    found = {key: getattr(diagnosis, key) for key in KEYS}
    return {**found, "cause": diagnosis.cause or None, "evidence": list(diagnosis.evidence)}


def split_scopes(text: str) -> tuple[str, ...]:
    """Split a list of permissions at commas and spaces."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _read(question: Question) -> Reading:
    pasted = read_pasted(question.body)
    status = question.status or pasted.status
    headers = {**pasted.headers, **question.headers}
    # A challenge goes with 401 (RFC 9110, 11.6.1); as 200 a body is read for its own words only.
    assumed = 401 if "www-authenticate" in headers else 200
    request = Request("GET", "", question.endpoint)
    response = Response(status or assumed, pasted.body, headers, request)
    return Reading(question, pasted, response, status)


def _tells_something(reading: Reading) -> bool:
    """Say whether it is a good answer in which we find an account, permissions or access."""
    platform, response = reading.platform, reading.response
    return platform.is_good(response) and bool(
        platform.shows_life(response)
        or platform.accounts_in(response)
        or platform.aliases_in(response)
        or platform.scopes_in(response) is not None
    )


# Refusals


def _explain_refusal(reading: Reading, now: datetime) -> Diagnosis:
    found = reading.platform.refusal(reading.response)
    code = _line(reading.platform.read_code(reading.response), LONGEST_CODE)
    # The request is made up, so that its name would tell people nothing.
    refusal = replace(found, http_status=reading.status, code=code, endpoint="")
    diagnosis = diagnose(_evidence(reading, now, refusal=refusal))
    if refusal.cause is Cause.UNKNOWN:
        diagnosis = _say_why_unknown(diagnosis, reading)
    said = bool(refusal.http_status or refusal.code)  # the first sentence is about the answer
    ours = tuple(_notes(reading, refusal))
    whole = (*diagnosis.evidence[:said], *ours, *diagnosis.evidence[said:])
    return replace(diagnosis, evidence=whole)


def _notes(reading: Reading, refusal: Refusal) -> Iterator[str]:
    """Add the platform's own words, and what this platform is known for."""
    platform = reading.platform
    if message := _line(platform.read_message(reading.response), LONGEST_MESSAGE):
        yield f"{platform.name} wrote: “{message}”"
    if refusal.request_id:
        yield f"Its reference is {_line(refusal.request_id, LONGEST_CODE)}."
    if reading.status is None:
        yield "No HTTP status was given, so that only the text was read."
    if refusal.cause is Cause.REVOKED and platform.false_revoked_for:
        span = moments.spoken(platform.false_revoked_for)
        yield f"{platform.name} is known to say so falsely in the first {span} after a sign-in."


def _say_why_unknown(diagnosis: Diagnosis, reading: Reading) -> Diagnosis:
    """Tell what kind of thing was pasted, where it is not an answer that we can read."""
    if _is_too_long(reading):
        step = "Paste the part that tells of the error; the rest is not needed."
        return replace(diagnosis, why=TOO_LONG, next_step=step)
    if not (why := _why_unreadable(reading)):
        return diagnosis
    step = f"{PASTE_ALL} If this is all of it: {_begin_small(diagnosis.next_step)}"
    return replace(diagnosis, why=why, next_step=step)


def _is_too_long(reading: Reading) -> bool:
    return reading.pasted.is_too_long or len(reading.pasted.body) > LONGEST_JSON


def _why_unreadable(reading: Reading) -> str:
    body, response, name = reading.pasted.body, reading.response, reading.platform.name
    if not body:
        return "There is no text to read, and nothing else tells what happened."
    if body.startswith(b"<"):
        return "It is a web page, not an answer of the API: a proxy may have answered instead."
    if response.json is None and body.startswith((b"{", b"[")):
        return "It begins like an answer and cannot be read to its end: a part is missing."
    if response.json is None:
        return f"It is not in the form that {name} answers in (JSON)."
    if reading.platform.is_good(response) and reading.status:
        return "By its status it is a good answer, but it names no account, permission or access."
    return ""


# Good answers


def _explain_good(reading: Reading, now: datetime) -> Diagnosis:
    question, platform, response = reading.question, reading.platform, reading.response
    granted, named = platform.scopes_in(response), _account_in(reading)
    diagnosis = diagnose(_evidence(reading, now, granted=granted, returned_account=named))
    is_open = bool(question.expected_account and not named) or bool(
        question.required_scopes and granted is None
    )
    if not diagnosis.cause:
        diagnosis = _nothing_wrong(diagnosis, platform, is_open)
    notes = tuple(_told(reading, named, granted))
    return replace(diagnosis, evidence=(*notes, *diagnosis.evidence))


def _account_in(reading: Reading) -> str:
    """Return the expected account where the answer is for it, else the first that it names."""
    platform, expected = reading.platform, reading.question.expected_account
    named = platform.accounts_in(reading.response)
    if expected and _is_named(expected, named, platform.aliases_in(reading.response)):
        return expected
    return named[0][:LONGEST_ID] if named else ""


def _is_named(expected: str, ids: tuple[str, ...], aliases: tuple[str, ...]) -> bool:
    """Say whether an id is the one expected, also as the end of a URN, or a name is."""
    if any(expected == found or expected.endswith(f":{found}") for found in ids):
        return True
    name = expected.removeprefix("@").casefold()
    return any(name == found.removeprefix("@").casefold() for found in aliases)


def _nothing_wrong(diagnosis: Diagnosis, platform: Platform, is_open: bool) -> Diagnosis:
    step = "Nothing needs to be done."
    if is_open:
        step = "Ask the platform for what this answer leaves open, and paste that answer too."
    return replace(
        diagnosis,
        what=f"{platform.name} answered well.",
        why="Nothing is wrong in what this answer says.",
        who="Nobody.",
        next_step=step,
        remedy=Remedy.NONE,
        actor=Actor.NOBODY,
        confidence=Confidence.UNCLEAR if is_open else Confidence.CERTAIN,
    )


def _told(reading: Reading, named: str, granted: tuple[str, ...] | None) -> Iterator[str]:
    question = reading.question
    if reading.platform.shows_life(reading.response):
        yield "The answer gives or confirms access."
    if named and not question.expected_account:
        yield f"The answer is for the account {named}."
    if question.expected_account and not named:
        yield "The answer does not name the account, so that it was not compared."
    if granted is None:
        if question.required_scopes:
            yield "The answer does not list permissions, so that they were not compared."
        return
    listed = ", ".join(granted[:MOST_LISTED]) + (" and more" if len(granted) > MOST_LISTED else "")
    yield f"The answer lists as granted: {_line(listed, LONGEST_LIST) or 'nothing'}."


# Both


def _evidence(
    reading: Reading,
    now: datetime,
    *,
    refusal: Refusal | None = None,
    granted: tuple[str, ...] | None = None,
    returned_account: str = "",
) -> Evidence:
    question, platform = reading.question, reading.platform
    rule = platform.renewal
    return Evidence(
        subject=_subject(platform),
        now=now,
        reading=refusal,
        # Where the renewal itself was refused, another one is not worth a try.
        renewal_tried=question.endpoint == Endpoint.TOKEN,
        tokens=Tokens(renewable=bool(rule and rule.usual and not rule.uses_access_token)),
        required=tuple(_in_full(platform, scope) for scope in question.required_scopes),
        granted=granted,
        expected_account=question.expected_account,
        returned_account=returned_account,
    )


def _subject(platform: Platform) -> Subject:
    noun = platform.account_noun
    return Subject(
        platform=platform.name,
        noun=noun,
        label="the account" if noun == Platform.account_noun else f"the {noun}",
        owner="the person who connected it",
        lifetime=platform.lifetime_words,
        reports_scopes=platform.reports_scopes,
        names={permission.scope: permission.name for permission in platform.permissions},
    )


def _in_full(platform: Platform, scope: str) -> str:
    """Return the whole name of a permission: Google's are addresses, and called by their ends."""
    return next((full for full in platform.scopes if full.endswith(f"/{scope}")), scope)


def _line(text: str, longest: int) -> str:
    """Return masked text as one line; masked before it is cut, so that no half is left."""
    line = " ".join(mask(text).split())
    return f"{line[: longest - 1]}…" if len(line) > longest else line


def _for_display(diagnosis: Diagnosis) -> Diagnosis:
    """Mask every text, as the last thing, and begin each with a capital letter."""
    texts = {name: _sentence(getattr(diagnosis, name)) for name in TEXTS}
    evidence = tuple(_sentence(text) for text in diagnosis.evidence)
    return replace(diagnosis, evidence=evidence, **texts)


def _sentence(text: str) -> str:
    clean = mask(text).encode("utf-8", "replace").decode()
    return clean[:1].upper() + clean[1:]


def _begin_small(text: str) -> str:
    return text[:1].lower() + text[1:]
