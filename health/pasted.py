"""Reads what people paste: the body of an answer, or a whole response with its head.

A response with its head is what ``curl -i`` and ``curl -v`` print (RFC 9112, 2.1): a status
line, headers, an empty line, the body. Where several heads follow one another, after a
redirect or a proxy, the last one counts.
"""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 1_000_000  # bytes; no platform writes an error that is a tenth as long
MOST_HEADS = 20
STATUS_LINE = re.compile(r"\s{0,99}(?:< ?)?HTTP/\d(?:\.\d)? +(\d{3})(?: [^\r\n]*)?(?:\r?\n|\Z)")
HEADER_LINE = re.compile(r"(?:< ?)?([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)(?:\r?\n|\Z)")
END_OF_HEAD = re.compile(r"(?:<[ \t]*)?(?:\r?\n|\Z)")
BYTE_ORDER_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class UnreadableHeaders(Exception):
    """Headers that are in no form we read. The text says which form we do."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in the text. None means that it has no status line."""

    body: bytes = b""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    is_too_long: bool = False


def read_pasted(raw: bytes) -> Pasted:
    """Read bytes in any shape; never raises."""
    if len(raw) > LONGEST:
        return Pasted(is_too_long=True)
    text = _text_of(raw)
    status, headers, start = None, {}, 0
    for _ in range(MOST_HEADS):
        found = STATUS_LINE.match(text, start)
        if not found:
            break
        status = int(found[1])
        headers, start = _read_head(text, found.end())
    return Pasted(_body_in(text[start:]), status, headers)


def _text_of(raw: bytes) -> str:
    """Decode what is likely UTF-8; Windows shells write UTF-16 with a mark in front."""
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8-sig")
    return raw.decode(encoding, "replace")


def _read_head(text: str, start: int) -> tuple[dict[str, str], int]:
    """Return the headers from ``start`` on, and where the body begins."""
    headers: dict[str, str] = {}
    while found := HEADER_LINE.match(text, start):
        headers[found[1].lower()] = found[2].strip()
        start = found.end()
    end = END_OF_HEAD.match(text, start)
    return headers, end.end() if end else start


def _body_in(text: str) -> bytes:
    """Return the body; of a longer text, such as a log line, the answer that it quotes."""
    text = text.strip()
    if not text.startswith(("{", "[", "<")) and (start := text.find("{")) > 0:
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            value, end = None, 0
        text = text[start:end] if isinstance(value, dict) else text
    return text.encode("utf-8", "replace")


def parse_headers(text: str) -> dict[str, str]:
    """Read headers from a JSON object. Raises ``UnreadableHeaders``."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UnreadableHeaders('give a JSON object, such as {"Retry-After": "60"}')
    return {str(name).lower(): _value_of(value) for name, value in given.items()}


def _value_of(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value_of(item) for item in value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadableHeaders("the value of each header must be text, a number or a list of them")
    return str(value)


def parse_header_lines(text: str) -> dict[str, str]:
    """Read headers as lines ``Name: value`` or as a JSON object. Raises ``UnreadableHeaders``."""
    if text.lstrip().startswith("{"):
        return parse_headers(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [HEADER_LINE.fullmatch(line) for line in lines if not STATUS_LINE.fullmatch(line)]
    if None in found:
        raise UnreadableHeaders("write each header in a line of its own, as in “Retry-After: 60”")
    return {match[1].lower(): match[2].strip() for match in found if match}
