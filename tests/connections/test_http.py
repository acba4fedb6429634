"""The only way to a platform is bounded, follows nothing and gives nothing away."""

import http.server
import logging
import socket
import threading
import time
from datetime import timedelta

import pytest

from connections.http import MAX_BYTES, converse, converse_many, send
from connections.platforms.wire import Cause, Request, Secret, Unreachable

PLANTED = "planted-token-value"
seen: list[tuple[str, str]] = []


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """A platform in a bad mood; the path says which."""

    def do_GET(self) -> None:
        seen.append((self.path.split("?")[0], self.headers.get("Authorization", "")))
        getattr(self, self.path.split("?")[0].strip("/"))()

    def head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def endless(self) -> None:
        self.head()
        try:
            for _ in range(2 * MAX_BYTES // 65536 + 2):
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def dripping(self) -> None:
        self.head()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    def redirecting(self) -> None:
        self.head(302, Location="/stolen")

    def stolen(self) -> None:
        self.head()

    def echoing(self) -> None:
        self.head(400)
        self.wfile.write(PLANTED.encode())

    def resetting(self) -> None:
        self.connection.close()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def platform():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def short_patience(settings):
    settings.PLATFORM_TIMEOUT = timedelta(seconds=1)


def one_by_one(request: Request):
    return send(request)


def many_at_once(request: Request):
    def talk():
        return (yield request)

    outcome = converse_many([talk()])[0]
    if outcome.refused:
        raise Unreachable(outcome.refused.code, request)
    return outcome.value


both = pytest.mark.parametrize("way", [one_by_one, many_at_once])


def request_to(address: str) -> Request:
    return Request("GET", address, params={"input_token": PLANTED}, bearer=Secret(PLANTED))


@both
@pytest.mark.parametrize("mood", ["endless", "dripping", "resetting"])
def test_answer_is_bounded_in_size_and_time(way, mood, platform):
    began = time.monotonic()

    with pytest.raises(Unreachable) as caught:
        way(request_to(f"{platform}/{mood}"))

    assert time.monotonic() - began < 4
    assert PLANTED not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.refusal.cause == Cause.PLATFORM_OUTAGE


@both
def test_redirect_is_not_followed_with_a_token(way, platform):
    seen.clear()

    answer = way(request_to(f"{platform}/redirecting"))

    assert answer.status == 302
    assert [path for path, _ in seen] == ["/redirecting"]


@both
def test_closed_port_and_unknown_name_are_told_apart(way):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/"

    for address, kind in (
        (closed, "connection refused"),
        ("https://no.invalid/", "name not found"),
    ):
        with pytest.raises(Unreachable) as caught:
            way(request_to(address))
        assert caught.value.kind == kind


@both
def test_nothing_secret_is_logged_even_at_debug(way, platform, caplog):
    caplog.set_level(logging.DEBUG)

    answer = way(request_to(f"{platform}/echoing"))

    assert answer.status == 400
    assert PLANTED not in repr(answer)
    assert all(PLANTED not in record.getMessage() for record in caplog.records)


def test_one_broken_conversation_leaves_the_others_alone(platform):
    def good():
        return (yield request_to(f"{platform}/echoing")).status

    def faulty():
        yield request_to(f"{platform}/echoing")
        raise KeyError(PLANTED)

    outcomes = converse_many([good(), faulty(), good()])

    assert [outcome.value for outcome in outcomes] == [400, None, 400]
    assert outcomes[1].refused.cause == Cause.UNKNOWN


def test_conversation_is_closed_when_it_fails(platform):
    closed = []

    def talk():
        try:
            yield request_to(f"{platform}/resetting")
        finally:
            closed.append(True)

    with pytest.raises(Unreachable):
        converse(talk())

    assert closed == [True]
