"""Every adapter reads every answer: any bytes, any JSON, any headers, in little time."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connections.platforms import PLATFORMS
from connections.platforms.base import Platform
from connections.platforms.wire import Cause, Endpoint, Request, Response

CASES = json.loads((Path(__file__).parent / "error_cases.json").read_text())
MOST_SECONDS = 0.010
# Where a sign-in is what the words ask for.
RECONNECTING = {
    Cause.REVOKED,
    Cause.PASSWORD_CHANGED,
    Cause.CHECKPOINT,
    Cause.REFRESH_TOKEN_INVALID,
    Cause.WRONG_ACCOUNT,
    Cause.TOKEN_REJECTED,
    Cause.EXPIRED,
    Cause.DATA_ACCESS_EXPIRED,
    Cause.CODE_REJECTED,
}
# Meta documents its codes with any status, 500 among them: for it, codes outweigh a 5xx.
CODES_OUTWEIGH_STATUS = {"facebook", "instagram", "threads"}
every_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS.keys())
STATUS = st.integers(100, 599) | st.sampled_from([0, 200, 400, 401, 403, 429, 500, 999])
ENDPOINT = st.sampled_from(Endpoint)
NAMES = [
    "error",
    "errors",
    "code",
    "type",
    "status",
    "message",
    "data",
    "details",
    "reason",
    "title",
    "detail",
    "error_code",
    "items",
    "kind",
    "error_subcode",
    "subcode",
    "error_description",
    "error_type",
    "error_message",
    "serviceErrorCode",
    "active",
]
WORDS = [
    "invalid_grant",
    "invalid_token",
    "invalid_client",
    "OAuthException",
    "access_token_invalid",
    "authError",
    "UNAUTHENTICATED",
    "REVOKED_ACCESS_TOKEN",
    "EXPIRED_ACCESS_TOKEN",
    "user-suspended",
    "about:blank",
    "revoked",
    "expired",
    "youtubeSignupRequired",
    "channelSuspended",
    "scope_not_authorized",
    "ok",
    "accessNotConfigured",
]
NUMBERS = [0, 1, 10, 64, 65601, 65602, 89, 190, 200, 326, 401, 458, 460, 463, 2**53 + 1, 10**400]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(WORDS)
    | st.sampled_from(NUMBERS)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=15,
)
HEADER_NAMES = [
    "date",
    "retry-after",
    "www-authenticate",
    "x-rate-limit-reset",
    "x-business-use-case-usage",
    "x-app-usage",
    "x-fb-request-id",
    "x-li-uuid",
    "x-tt-logid",
    "content-type",
]
HEADERS = st.dictionaries(
    st.sampled_from(HEADER_NAMES),
    st.text(max_size=60)
    | st.sampled_from(
        [
            'Bearer error="invalid_token"',
            "Bearer " + "error=," * 2000,
            "9" * 5000,
            "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
            "Mon, 01 Jan 2026 00:00:00 +999999",
            "Mon, 31 Dec 9999 23:59:59 -2359",
            '{"1": [{"estimated_time_to_regain_access": 1e400}]}',
            "[" * 2000,
        ]
    ),
    max_size=4,
)


def answer(body: bytes, status: int, kind: Endpoint = Endpoint.API, headers=None) -> Response:
    request = Request("GET", "https://a.example/b", kind)
    return Response(status, body, headers or {}, request)


def cpu_seconds(read: Callable[[], object]) -> float:
    """Return the CPU time of the quickest of three readings: noise only ever adds."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read()
        times.append(time.process_time() - start)
    return min(times)


def reading_microseconds() -> tuple[float, float]:
    """Return the median CPU µs of reading one row of the case file, and of its bare JSON."""
    readings, parsings = [], []
    for case in CASES:
        text = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
        adapter, body, kind = PLATFORMS[case["platform"]], text.encode(), Endpoint(case["endpoint"])
        headers = {name.lower(): value for name, value in case["headers"].items()}
        answers = iter([answer(body, case["http_status"], kind, headers) for _ in range(200)])
        readings.append(_each(lambda: adapter.refusal(next(answers))))  # noqa: B023
        parsings.append(_each(lambda: Response(200, body).json))  # noqa: B023
    return statistics.median(readings), statistics.median(parsings)


def _each(read: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(200):
        read()
    return (time.process_time() - start) / 200 * 1e6


@every_platform
@given(body=st.binary(max_size=600), status=STATUS, kind=ENDPOINT, headers=HEADERS)
def test_any_bytes_are_read(platform: Platform, body, status, kind, headers):
    refusal = platform.refusal(answer(body, status, kind, headers))

    assert refusal.cause in Cause
    assert len(refusal.code) <= 60


@every_platform
@given(body=JSON, status=STATUS, kind=ENDPOINT, headers=HEADERS)
@example(body={"title": [[[]]], "code": {"a": 1}}, status=401, kind=Endpoint.API, headers={})
def test_any_json_is_read(platform: Platform, body, status, kind, headers):
    try:
        text = json.dumps(body).encode()
    except ValueError:
        text = b'{"error": ' + b"9" * 5000 + b"}"

    assert platform.refusal(answer(text, status, kind, headers)).cause in Cause
    assert platform.refusal(Response(status, text, headers, None)).cause in Cause


@every_platform
@given(body=JSON, status=st.integers(500, 599) | st.just(429), kind=ENDPOINT)
def test_trouble_asks_nobody_to_sign_in(platform: Platform, body, status, kind):
    if platform.slug in CODES_OUTWEIGH_STATUS and status != 429:
        body = {"error": {"message": str(body)[:200]}}

    found = platform.refusal(answer(json.dumps(body).encode(), status, kind)).cause

    assert found not in RECONNECTING


SIZE = 64_000
HEAVY = {
    "nothing": b" " * SIZE,
    "nested lists": b"[" * SIZE,
    "nested lists, closed": b"[" * 900 + b"]" * 900,
    "nested objects": b'{"error":' * 900 + b"1" + b"}" * 900,
    "one long message": b'{"error":{"code":190,"message":"' + b"a " * (SIZE // 2) + b'"}}',
    "one long description": b'{"error":"invalid_grant","error_description":"%s"}' % (b"x" * SIZE),
    "many errors": b'{"errors":[' + b'{"code":1},' * (SIZE // 11) + b'{"code":89}]}',
    "many reasons": b'{"error":{"errors":[' + b'{"reason":"a"},' * (SIZE // 15) + b"{}]}}",
    "many keys": b"{" + b",".join(b'"%d":1' % n for n in range(SIZE // 9)) + b"}",
    "many digits": b'{"error":{"code":' + b"9" * SIZE + b"}}",
    "4,300 digits": b'{"error":{"code":' + b"9" * 4300 + b'},"code":' + b"9" * 4300 + b"}",
    "not numbers": b'{"error":{"code":NaN,"error_subcode":-Infinity},"status":1e999}',
    "lone surrogates": b'{"error":{"message":"' + b"\\ud800" * (SIZE // 6) + b'"}}',
    "zero characters": b'{"errors":[' + b'"\\u0000",' * (SIZE // 9) + b"1]}",
    "a deep title": b'{"title":' + b"[" * 900 + b"]" * 900 + b',"detail":{"a":1}}',
    "a page": b"<html>" + b"<p>token expired</p>" * (SIZE // 20),
    "not text": bytes(range(256)) * (SIZE // 256),
    "cut off": b'{"error":{"message":"' + b"a" * SIZE,
}


@every_platform
@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY.keys())
def test_heavy_answer_is_read_quickly(platform: Platform, body):
    spent = cpu_seconds(lambda: platform.refusal(answer(body, 400)))

    assert spent < MOST_SECONDS


@every_platform
@pytest.mark.parametrize("value", ["Bearer error=" * 5000, "9" * 60_000, "[" * 60_000])
@pytest.mark.parametrize("name", HEADER_NAMES)
def test_heavy_header_is_read_quickly(platform: Platform, name, value):
    spent = cpu_seconds(lambda: platform.refusal(answer(b"{}", 401, headers={name: value})))

    assert spent < MOST_SECONDS


def test_reading_one_answer_costs_little():
    reading, parsing = reading_microseconds()

    print(f"reading one answer: {reading:.1f} µs CPU, of which JSON {parsing:.1f} µs")  # noqa: T201
    assert reading < 100
