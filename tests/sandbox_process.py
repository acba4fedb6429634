"""A real sandbox process on a free port, and a person who consents in it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

ROOT = Path(__file__).parents[1]
REDIRECT = "http://127.0.0.1:9/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

ACCOUNTS = {
    "facebook": ["111", "112"],
    "instagram": ["17841400000000001"],
    "threads": ["17841400000000002"],
    "x": ["2244994945"],
    "tiktok": ["open-1"],
    "linkedin": ["782bbtaQ"],
    "youtube": ["UC1", "UC2"],
    "generic": ["g-1"],
}


class Sandbox:
    """The process, its control API and shorthand for its platforms."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {
            **os.environ,
            "RELINK_ENV": "demo",
            "RELINK_DATA": str(self.folder),
            "SANDBOX_PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "connections.sandbox"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        wait_until_open(self.port)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(5)

    def set_up(self) -> None:
        for slug, accounts in ACCOUNTS.items():
            self.add_app(slug)
            self.add_login(slug, "ana@brand.example", accounts)

    def add_app(self, platform: str, **changes: object) -> None:
        app = {
            "platform": platform,
            "client_id": "100",
            "client_secret": "s3cret",
            "name": "Relink",
            "redirect_uris": [REDIRECT],
            **changes,
        }
        assert self.control("apps", app).status_code == 201

    def add_login(self, platform: str, login: str, accounts: list[str]) -> None:
        rows = [
            {"account": number, "handle": f"@{number}", "name": f"Name {number}"}
            for number in accounts
        ]
        person = {"platform": platform, "login": login, "name": "Ana", "accounts": rows}
        assert self.control("accounts", person).status_code == 201

    def control(self, door: str, body: object) -> requests.Response:
        return requests.post(f"{self.url}/control/{door}", json=body, timeout=5)

    def fault(self, platform: str, fault: str, **more: object) -> int:
        answer = self.control("faults", {"platform": platform, "fault": fault, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def advance(self, seconds: float) -> None:
        assert self.control("clock", {"advance": seconds}).status_code == 200

    def call(self, method: str, address: str, **more: object) -> requests.Response:
        return requests.request(
            method, f"{self.url}/{address}", timeout=5, allow_redirects=False, **more
        )

    def last_call(self) -> dict:
        return requests.get(f"{self.url}/control/calls", timeout=5).json()[-1]

    def accounts(self) -> list[dict]:
        return requests.get(f"{self.url}/control/accounts", timeout=5).json()

    def decide(
        self, address: str, query: dict, decision: str = "approve", **form: object
    ) -> requests.Response:
        fields = {"login": "ana@brand.example", "decision": decision, **form}
        return self.call("POST", address, params=query, data=fields)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_open(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the sandbox did not start")


def answered(response: requests.Response) -> dict[str, str]:
    """Return the parameters a consent sent back to the app."""
    assert response.status_code == 302, response.text
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}
