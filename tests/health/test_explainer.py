"""What a pasted answer means: the reading, the comparison, the words, and what is masked."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connections.platforms import PLATFORMS
from connections.platforms.wire import LONGEST_JSON, Endpoint
from health.explainer import Question, as_json, explain_answer
from health.pasted import LONGEST, parse_headers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = json.loads((Path(__file__).parents[1] / "connections/error_cases.json").read_text())
FACEBOOK_EXPIRED = b'{"error": {"message": "It ended.", "code": 190, "error_subcode": 463}}'
LINES = ("what", "why", "who", "next_step")


def explain(slug: str, body: Any, status: int | None = None, **beside: Any) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    question = Question(platform=PLATFORMS[slug], body=raw, status=status, **beside)
    return as_json(explain_answer(question, NOW))


def assert_reads_well(found: dict[str, Any]) -> None:
    texts = [*(found[line] for line in LINES), *found["evidence"]]
    for text in texts:
        assert text[:1].isupper(), text
        assert text.endswith((".", "”")), text
        assert not re.search(r"[{}]|\bNone\b|  |\.\.|Cause\.|Endpoint\.", text), text


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_known_case_is_explained_with_an_honest_cause(case):
    body = case["body"].encode() if isinstance(case["body"], str) else case["body"]
    headers = parse_headers(json.dumps(case["headers"] or {}))

    found = explain(
        case["platform"],
        body if body is not None else b"",
        case["http_status"],
        headers=headers,
        endpoint=Endpoint(case["endpoint"]),
    )

    assert found["cause"] in case["causes"]
    assert_reads_well(found)


GARBAGE = {
    "nothing": b"",
    "spaces": b" \r\n ",
    "zeros": b"\x00" * 50,
    "noise": bytes(range(256)),
    "sentence": b"It does not work, please help",
    "web page": b"<html><body>502</body></html>",
    "cut off": FACEBOOK_EXPIRED[:40],
    "deep": b"[" * 100_000,
    "number": b"7",
    "other": b'{"weather": "rain"}',
    "too long": b"{" + b" " * LONGEST + b"}",
    "mark": b"\xef\xbb\xbf",
    "half a head": b"HTTP/1.1",
}


@pytest.mark.parametrize("slug", PLATFORMS)
@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_unknown_and_says_so_usefully(slug, body):
    found = explain(slug, body)

    assert found["cause"] == "unknown"
    assert found["remedy"] == "wait"
    assert_reads_well(found)


def test_web_page_is_called_one():
    found = explain("x", b"<html>503</html>", 200)

    assert found["why"].startswith("It is a web page")
    assert "Paste the whole answer" in found["next_step"]


@pytest.mark.parametrize("size", [LONGEST_JSON, LONGEST])
def test_absurd_length_is_named(size):
    found = explain("x", b'{"data": "' + b"x" * size + b'"}', 200)

    assert found["why"].startswith("It is longer than")


def test_status_of_an_outage_counts_without_a_readable_body():
    found = explain("facebook", b"<html>503</html>", 503)

    assert found["cause"] == "platform_outage"
    assert "Reconnecting will not help." in found["next_step"]


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\n\r\n{}",
        b"HTTP/2 429\nretry-after: 120\n\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 120\r\n\r\n{}",
        b"< HTTP/2 429 \n< retry-after: 120\n< \n{}",
        "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\n\r\n{}".encode("utf-16"),
    ],
)
def test_whole_response_tells_its_status_and_headers(text):
    found = explain("youtube", text)

    assert found["cause"] == "rate_limited"
    assert "in 2 minutes" in found["next_step"]


def test_options_win_over_the_pasted_head():
    found = explain("x", b"HTTP/1.1 200 OK\r\n\r\n{}", 503)

    assert found["cause"] == "platform_outage"


@pytest.mark.parametrize(
    "around", [b"%s", b"\xef\xbb\xbf%s", b"\r\n%s\r\n", b"ERROR 400: %s", b"```json\n%s\n```"]
)
def test_answer_is_found_in_what_surrounds_it(around):
    assert explain("facebook", around % FACEBOOK_EXPIRED)["cause"] == "expired"


def test_answer_without_a_status_is_read_for_its_own_words():
    found = explain(
        "tiktok", {"error": {"code": "access_token_invalid", "message": "", "log_id": ""}}
    )

    assert found["cause"] == "token_rejected"
    assert "No HTTP status was given, so that only the text was read." in found["evidence"]


@pytest.mark.parametrize(
    ("slug", "helps"),
    [("x", True), ("tiktok", True), ("youtube", True), ("generic", True), ("linkedin", False)],
)
def test_one_refresh_is_advised_where_it_can_help(slug, helps):
    challenge = {"www-authenticate": 'Bearer error="invalid_token"'}

    found = explain(slug, b"", 401, headers=challenge)

    assert found["cause"] == "token_rejected"
    assert found["retry_after_refresh"] is helps
    assert found["remedy"] == ("refresh" if helps else "reconnect")


def test_refused_renewal_is_not_followed_by_another():
    body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}

    found = explain("youtube", body, 400, endpoint=Endpoint.TOKEN)

    assert found["retry_after_refresh"] is False
    assert found["remedy"] == "reconnect"


def test_platforms_own_words_are_evidence():
    found = explain("facebook", FACEBOOK_EXPIRED, 400)

    assert found["evidence"][:2] == [
        "Facebook answered 400, code 190/463.",
        "Facebook wrote: “It ended.”",
    ]


def test_linkedins_false_news_are_named():
    found = explain("linkedin", {"serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN"}, 401)

    assert "LinkedIn is known to say so falsely in the first 2 minutes" in str(found["evidence"])


def test_no_reading_takes_long():
    nested = b'{"data":' * 10_000 + b"1" + b"}" * 10_000

    for slug in PLATFORMS:
        assert explain(slug, nested, 400)["cause"] in {"unknown", "malformed_request"}
