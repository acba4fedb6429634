"""Reading and diagnosing a platform's answer, beside ``json.loads`` of the same body."""

import contextlib
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connections.platforms import PLATFORMS
from connections.platforms.wire import Endpoint, Request, Response
from health.diagnosis import diagnose
from health.evidence import Evidence, Subject, Tokens

CASES = Path(__file__).parent.parent / "connections" / "error_cases.json"
ROUNDS = 30
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
TOKENS = Tokens(consented_at=NOW - timedelta(days=30), expires_at=NOW + timedelta(days=30))


@dataclass(frozen=True)
class Figures:
    """Medians over all answers, in microseconds of CPU."""

    loads: float
    read: float
    both: float
    slowest: float

    def __str__(self) -> str:
        return (
            f"reading {self.read:.0f} µs, reading and diagnosing {self.both:.0f} µs (slowest "
            f"answer {self.slowest:.0f} µs), bare json.loads {self.loads:.1f} µs: "
            f"{self.both / self.loads:.0f} x"
        )


def measure() -> Figures:
    rows = json.loads(CASES.read_text())
    loads, read, both = [], [], []
    for row in rows:
        text = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
        body, platform = text.encode(), PLATFORMS[row["platform"]]
        headers = {name.lower(): value for name, value in row["headers"].items()}
        request = Request("GET", "https://platform.example/me", Endpoint(row["endpoint"]))

        def answer(
            status: int = row["http_status"], body: bytes = body,
            headers: dict[str, str] = headers, request: Request = request,
        ) -> Response:  # fmt: skip
            return Response(status, body, headers, request)

        subject = Subject(platform.name, platform.account_noun)

        def diagnosed(platform=platform, answer=answer, subject=subject) -> None:
            diagnose(Evidence(subject, NOW, platform.refusal(answer()), tokens=TOKENS))

        loads.append(_cpu(lambda body=body: _loads(body)))
        read.append(_cpu(lambda platform=platform, answer=answer: platform.refusal(answer())))
        both.append(_cpu(diagnosed))
    middle = statistics.median
    return Figures(middle(loads), middle(read), middle(both), max(both))


def _loads(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        json.loads(body)


def _cpu(act: Callable[[], object]) -> float:
    """Return the fastest of some rounds, in microseconds: the others measure the machine."""
    fastest = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        act()
        fastest = min(fastest, time.process_time_ns() - began)
    return fastest / 1000


def print_figures() -> None:
    print(f"One refused answer: {measure()}.")  # noqa: T201 (this is what it is for)
