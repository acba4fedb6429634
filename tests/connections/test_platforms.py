"""Contracts that every platform of the registry keeps; a gap fails, it is not skipped."""

import json
from pathlib import Path

import pytest
import requests

from connections.platforms import PLATFORMS
from connections.platforms.base import Platform
from connections.platforms.wire import Cause, Endpoint, OAuthClient, Request, Response, Secret

CASES = json.loads((Path(__file__).parent / "error_cases.json").read_text())
SPRITE = Path(__file__).parents[2] / "static" / "icons.svg"
CLIENT = OAuthClient(
    "planted-id",
    Secret("planted-secret"),
    "https://relink.example/callback",
    settings={
        "authorize_url": "https://id.example/authorize",
        "token_url": "https://id.example/token",
        "userinfo_url": "https://id.example/userinfo",
    },
)
every_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS.keys())


def answer(case: dict) -> Response:
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    headers = {name.lower(): value for name, value in case["headers"].items()}
    request = Request("GET", "https://platform.example/path", Endpoint(case["endpoint"]))
    return Response(case["http_status"], body.encode(), headers, request)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_answer_is_read_as_an_honest_cause(case):
    assert PLATFORMS[case["platform"]].read_error(answer(case)) in case["causes"]


@every_platform
def test_platform_has_error_payloads(platform: Platform):
    rows = [case for case in CASES if case["platform"] == platform.slug]

    assert {row["endpoint"] for row in rows} >= {"api", "token"}


@every_platform
def test_platform_has_an_icon(platform: Platform):
    assert f'id="{platform.slug}"' in SPRITE.read_text()


@every_platform
def test_platform_has_a_sandbox_counterpart(platform: Platform, platforms_process):
    table = requests.get(f"{platforms_process.url}/control/table", timeout=5).json()

    assert {"revoke", "outage"} <= {r["fault"] for r in table if r["platform"] == platform.slug}


@every_platform
def test_platform_names_its_permissions_for_people(platform: Platform):
    for permission in platform.permissions:
        assert permission.name
        assert permission.needed_for
        assert "_" not in permission.name


@every_platform
def test_platform_shows_no_secret_in_a_request(platform: Platform):
    requests_built = [
        platform.code_request(CLIENT, "planted-code", "planted-verifier"),
        platform.renewal_request(CLIENT, Secret("planted-access"), Secret("planted-refresh")),
        next(platform.inspect(CLIENT, Secret("planted-access"), "1")),
    ]

    for request in requests_built:
        assert "planted" not in repr(request)
        assert "planted" not in request.name


@every_platform
@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("endpoint", Endpoint)
def test_outage_is_never_read_as_the_accounts_fault(platform, status, endpoint):
    page = b"<html><body>token expired, access revoked, password changed</body></html>"
    response = Response(status, page, {}, Request("GET", "https://a.example/b", endpoint))

    assert platform.read_error(response) == Cause.PLATFORM_OUTAGE


@every_platform
def test_unreadable_good_answer_is_unknown(platform: Platform):
    response = Response(200, b'{"data": {"id": "1', {}, None)

    assert platform.read_error(response) == Cause.UNKNOWN


@every_platform
def test_throttling_is_never_read_as_the_accounts_fault(platform: Platform):
    response = Response(429, b"Too Many Requests", {"retry-after": "30"}, None)

    assert platform.refusal(response).cause == Cause.RATE_LIMITED
    assert platform.refusal(response).retry_after.total_seconds() == 30
