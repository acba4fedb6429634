"""The whole product in processes of its own: what ``make run`` starts, for tests to use."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis
import requests

from tests.sandbox_process import free_port

ROOT = Path(__file__).parents[1]
PASSWORD = "planted-password-of-the-demo"
START_UP = 90  # seconds, first start on two busy cores
PATIENCE = 60  # seconds, for anything a sweep brings about


class Product:
    """A running Relink with its own data, ports and sandbox."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data, self.log = data, data.parent / "run.log"
        self.port, self.sandbox_port = free_port(), free_port()
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.endswith("_URL")},
            "RELINK_ENV": "demo",
            "RELINK_DATA": str(data),
            "RELINK_DEMO_PASSWORD": PASSWORD,
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "CHECK_EVERY": "3",
            "SWEEP_EVERY": "2",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}/control"

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: "Relink is ready at" in self.output() or self.ended(), START_UP)
        assert not self.ended(), self.output()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> int:
        """Press Ctrl-C and return the exit status."""
        assert self.process is not None
        if not self.ended():
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def manage(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def connections(self, **filters: str) -> list[dict[str, Any]]:
        options = [part for name, value in filters.items() for part in (f"--{name}", value)]
        answer = self.manage("connections", "--json", *options)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def connection(self, platform: str, number: int = 5) -> dict[str, Any]:
        """Return one of a platform's connections, by the name of its client."""
        return sorted(self.connections(platform=platform), key=lambda c: c["client"])[number]

    def status(self, connection: dict[str, Any]) -> str:
        found = self.connections(platform=connection["platform"])
        return next(c["status"] for c in found if c["id"] == connection["id"])

    def addresses(self) -> dict[str, str]:
        told = json.loads((self.data / "stack" / "addresses.json").read_text())
        return {name: told[name]["url"] for name in ("postgres", "redis")}

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.addresses()["postgres"], autocommit=True) as database:
            cursor = database.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.addresses()["redis"])

    def worker_processes(self) -> list[int]:
        """Return the worker and its children, and no other product's."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                mine = str(self.data).encode() in (folder / "environ").read_bytes()
                if mine and b"\0worker\0" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return found

    def break_it(self, **fault: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.control}/faults", json=fault, timeout=10)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def undo(self, fault: dict[str, Any]) -> None:
        requests.delete(f"{self.control}/faults", params={"id": fault["id"]}, timeout=10)

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        return requests.get(f"{self.control}/calls", params={"after": after}, timeout=10).json()


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


@contextlib.contextmanager
def running(**environment: str) -> Iterator[Product]:
    """Start a product in a folder that any user may enter, and remove it afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="relink-test-"))
    parent.chmod(0o711)
    product = Product(parent / "data", **environment)
    try:
        product.start()
        yield product
    finally:
        if product.process is not None:
            product.stop()
        shutil.rmtree(parent, ignore_errors=True)
