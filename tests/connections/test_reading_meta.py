"""How answers of Meta's platforms are read, beyond the recorded ones."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.platforms import PLATFORMS
from connections.platforms.meta_codes import SUBCODES_OF_SESSION
from connections.platforms.wire import Cause, Endpoint, Request, Response
from tests.connections.meta_answers import (
    CHECKPOINT,
    ENGAGED,
    EXPIRED,
    FB,
    LOGGED_OUT,
    META,
    PAGE,
    PASSWORD,
    REVOKED,
    ROWS,
    TH,
    UNSUPPORTED,
    C,
    graph,
)

BLAMING = {
    *(C.REVOKED, C.PASSWORD_CHANGED, C.CHECKPOINT, C.REFRESH_TOKEN_INVALID, C.WRONG_ACCOUNT),
    *(C.TOKEN_REJECTED, C.EXPIRED, C.DATA_ACCESS_EXPIRED, C.CODE_REJECTED),
}


def challenge(name, message=""):
    return {"www-authenticate": f'OAuth "Facebook Platform" "{name}" "{message}"'}


def read(platform, endpoint, status, body, headers=None):
    text = body if isinstance(body, str) else json.dumps(body)
    request = Request("GET", "https://platform.example/path", Endpoint(endpoint))
    response = Response(status, text.encode(), headers or {}, request)
    return PLATFORMS[platform].refusal(response).cause


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_answer_is_read_as_an_honest_cause(row):
    _, platform, endpoint, status, body, *honest = row

    assert read(platform, endpoint, status, body) in honest


CHALLENGES = [
    ("invalid_token", "", 401, C.TOKEN_REJECTED),
    ("invalid_token", EXPIRED, 400, C.EXPIRED),
    ("insufficient_scope", "(#10) Application does not have permission", 403, C.PERMISSION_MISSING),
    ("invalid_code", "", 400, C.CODE_REJECTED),
    ("invalid_request", "(#4) Application request limit reached", 400, C.RATE_LIMITED),
    # Meta says so to throttled calls as well.
    ("invalid_request", "", 400, C.UNKNOWN),
    ("invalid_token", "", 503, C.PLATFORM_OUTAGE),
    ("invalid_token", "", 429, C.RATE_LIMITED),
]


@pytest.mark.parametrize(("name", "message", "status", "cause"), CHALLENGES)
def test_challenge_speaks_for_an_unreadable_body(name, message, status, cause):
    assert read(FB, "api", status, PAGE, challenge(name, message)) == cause


codes_that_pass = st.sampled_from([1, 2, 4, 9, 17, 32, 341, 368, 613, *range(80000, 80015)])
subcodes = st.sampled_from([None, 33, 36007, 36009, 2207050, 4279013, *SUBCODES_OF_SESSION])
texts = st.sampled_from([EXPIRED, PASSWORD, REVOKED, LOGGED_OUT, CHECKPOINT, ENGAGED, UNSUPPORTED])
statuses = st.sampled_from([200, 400, 401, 403, 404, 429, 500, 503])


@given(st.sampled_from(META), st.sampled_from(Endpoint), statuses, codes_that_pass, subcodes, texts)
def test_passing_trouble_never_blames_an_account(platform, kind, status, code, subcode, text):
    assert read(platform, kind, status, graph(code, subcode, text)) not in BLAMING


@given(st.sampled_from(META), st.sampled_from(Endpoint), subcodes, texts)
def test_transient_fault_never_blames_an_account(platform, kind, subcode, text):
    body = graph(190, subcode, text, is_transient=True)

    assert read(platform, kind, 400, body) == C.PLATFORM_OUTAGE


unknown_codes = st.sampled_from([None, 0, 300, 340, 351, 424242, 2**53 + 1, "", "x", "4x", 0.5])


@given(
    st.sampled_from(META),
    st.sampled_from(Endpoint),
    st.integers(500, 599),
    unknown_codes,
    subcodes,
    texts,
)
def test_outage_with_an_unknown_code_is_an_outage(platform, kind, status, code, subcode, text):
    assert read(platform, kind, status, graph(code, subcode, text)) == C.PLATFORM_OUTAGE


@pytest.mark.parametrize("code", [*range(200, 300), 3, 10, 100, 101, 191, 803, 2500])
@pytest.mark.parametrize("text", [EXPIRED, PASSWORD, REVOKED, LOGGED_OUT, CHECKPOINT])
def test_codes_outweigh_texts(code, text):
    assert read(FB, "api", 400, graph(code, None, text)) not in BLAMING


@pytest.mark.parametrize(
    "body",
    [
        "[" * 5000,
        '{"error":' * 400 + "1" + "}" * 400,
        "(#" * 50_000,
        '{"code":1' + "0" * 4000 + "}",
    ],
    ids=["nested lists", "nested errors", "half numbers", "a long number"],
)
def test_hostile_body_is_read_quickly(body):
    started = time.process_time()

    assert read(TH, "token", 400, body, challenge("x" * 9000)) in Cause

    assert time.process_time() - started < 0.05


def test_log_names_code_and_trace_of_the_error():
    body = json.dumps(graph(190, 463, EXPIRED)).encode()

    refusal = PLATFORMS[FB].refusal(Response(400, body))

    assert (refusal.code, refusal.request_id, refusal.message) == ("190/463", "A", EXPIRED)


def test_wait_is_read_from_the_header_of_businesses():
    usage = {"1": [{"type": "pages", "estimated_time_to_regain_access": 19}]}
    headers = {"x-business-use-case-usage": json.dumps(usage)}

    refusal = PLATFORMS[FB].refusal(Response(400, json.dumps(graph(80001)).encode(), headers))

    assert refusal.retry_after.total_seconds() == 19 * 60
