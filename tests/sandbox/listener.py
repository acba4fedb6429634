"""An app's push addresses: a real HTTP server that keeps what it is sent."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CONSUMER_SECRET = "planted-consumer-secret"


@dataclass
class Push:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """``statuses`` are answered one by one, then 200; ``consumer_secret`` answers challenges."""

    url: str = ""
    pushes: list[Push] = field(default_factory=list)
    challenges: int = 0
    statuses: list[int] = field(default_factory=list)
    consumer_secret: str = CONSUMER_SECRET

    def wait_for(self, count: int, seconds: float = 8) -> list[Push]:
        """Return the pushes once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.pushes) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.pushes) >= count, f"{len(self.pushes)} of {count} pushes came"
        return self.pushes

    def response_token(self, challenge: str) -> str:
        code = hmac.new(self.consumer_secret.encode(), challenge.encode(), hashlib.sha256).digest()
        return "sha256=" + base64.b64encode(code).decode()


@contextmanager
def listening() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.challenges += 1
            challenge = parse_qs(urlsplit(self.path).query)["crc_token"][0]
            self.answer(200, {"response_token": heard.response_token(challenge)})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.pushes.append(Push(self.path, dict(self.headers), body))
            self.answer(heard.statuses.pop(0) if heard.statuses else 200, {"heard": True})

        def answer(self, status: int, value: dict) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the default would fill the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}/push/0/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
