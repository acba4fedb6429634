"""Finds the error in an answer of Meta's, however it is wrapped.

The Graph API writes ``{"error": {...}}``, the code exchanges of Instagram and Threads write
flat fields, ``debug_token`` puts the error of the token it describes below ``data``, and a
batch answers a list whose items carry the body as text.
Sources: https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/graph-api/batch-requests
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connections.platforms.wire import Response

DEEPEST = 4  # list, item, body, error: no answer of Meta's nests deeper
MOST_ITEMS = 50  # a batch holds no more
MOST_TEXT = 1000  # Meta's longest sentences have about half
NAMED = re.compile(r'^OAuth "[^"]*" "(\w+)"(?: "(.*)")?$')
NUMBERED = re.compile(r"^\(#(\d{1,9})\)\s*")
MARKS = frozenset(
    ("code", "error_code", "error_subcode", "error_type", "error_message", "error_msg")
)


@dataclass(frozen=True)
class Fault:
    """One error of Meta's. A code of 0 means that none was written."""

    fields: Mapping[str, Any]
    described: bool = False  # of the token that was asked about, not of the call

    @cached_property
    def code(self) -> int:
        code = number(self._first("code", "error_code"))
        found = None if code else NUMBERED.match(self.message)
        return int(found[1]) if found else code

    @cached_property
    def subcode(self) -> int:
        return number(self._first("error_subcode", "subcode"))

    @cached_property
    def message(self) -> str:
        texts = (self.fields.get(key) for key in ("message", "error_message", "error_msg"))
        return next((text for text in texts if isinstance(text, str) and text), "")

    @cached_property
    def text(self) -> str:
        """Return the message as the tables of known texts are written."""
        text = NUMBERED.sub("", self.message[:MOST_TEXT].lower().replace("\u2019", "'"))
        return " ".join(text.split())

    @property
    def name(self) -> str:
        """Return the word of RFC 6749 that stands where Meta writes an object elsewhere."""
        name = self.fields.get("name")
        return name if isinstance(name, str) else ""

    @property
    def is_transient(self) -> bool:
        return self.fields.get("is_transient") in (True, "true")

    def _first(self, *keys: str) -> Any:
        return next((value for key in keys if (value := self.fields.get(key))), None)


def number(value: Any) -> int:
    """Return a code that Meta may write as a number or as text; 0 where neither."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, float):
        return int(value) if value.is_integer() else 0
    if isinstance(value, int):
        return value
    try:
        return int(value[:20]) if isinstance(value, str) else 0
    except ValueError:
        return 0


def find_fault(response: Response) -> Fault | None:
    """Return the error of an answer, from its body or else from its challenge."""
    return _within(_parsed(response.json), DEEPEST) or _challenge(response)


def _within(value: Any, depth: int) -> Fault | None:
    if depth == 0:
        return None
    if isinstance(value, list):
        found = (_within(item, depth - 1) for item in value[:MOST_ITEMS])
        return next((fault for fault in found if fault), None)
    if not isinstance(value, Mapping):
        return None
    return next((fault for fault in _candidates(value, depth) if fault), None)


def _candidates(value: Mapping[str, Any], depth: int) -> Iterator[Fault | None]:
    error = value.get("error")
    if isinstance(error, Mapping):
        yield Fault(error)
    elif isinstance(error, str) and error:
        described = value.get("error_description")
        message = described if isinstance(described, str) and described else error
        yield Fault({"message": message, **value, "name": error})
    yield _below_data(value.get("data"), depth)
    yield _within(_parsed(value.get("body")), depth - 1)
    if "body" not in value and not MARKS.isdisjoint(value):
        yield Fault(value)


def _below_data(data: Any, depth: int) -> Fault | None:
    if isinstance(data, Mapping) and isinstance(error := data.get("error"), Mapping):
        return Fault(error, described=True)
    return _within(data, depth - 1) if isinstance(data, list) else None


def _parsed(body: Any) -> Any:
    if not isinstance(body, str) or not body.lstrip().startswith(("{", "[")):
        return body
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _challenge(response: Response) -> Fault | None:
    """Read ``WWW-Authenticate: OAuth "Facebook Platform" "invalid_token" "…"``."""
    found = NAMED.match(response.headers.get("www-authenticate", "")[:MOST_TEXT].strip())
    return Fault({"name": found[1], "message": found[2] or ""}) if found else None
