"""Folders and users of the stack, each user a process of its own."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import stack
from config.stack_folder import StackFolder

ROOT = Path(__file__).resolve().parents[2]
USE_STACK = """
import json, sys
from pathlib import Path
from config import stack
try:
    addresses = stack.attach(Path(sys.argv[1]))
except stack.StackError as error:
    sys.exit(str(error))
print(json.dumps([addresses.database_url, addresses.redis_url]), flush=True)
sys.stdin.read()
"""


class StackUser:
    """A process that uses the stack until it is told to leave."""

    def __init__(self, data: Path, python: str, environment: dict[str, str], **options) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USE_STACK, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
            **options,
        )
        line = self.process.stdout.readline()
        self.database_url, self.redis_url = json.loads(line) if line else ("", "")
        self.sentence = "" if line else self.process.stderr.read().strip()

    def leave(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data() -> Iterator[Path]:
    """Answer a data folder whose parents any user can enter, unlike pytest's own."""
    parent = Path(tempfile.mkdtemp(prefix="relink-test-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
def use_stack(data: Path) -> Iterator[Callable[..., StackUser]]:
    users: list[StackUser] = []

    def use(python: str = sys.executable, data: Path = data, **options) -> StackUser:
        environment = {name: value for name, value in os.environ.items() if "_URL" not in name}
        environment |= options.pop("environment", {})
        users.append(StackUser(data, python, environment, **options))
        return users[-1]

    yield use
    for user in users:
        user.leave()
    assert stack.stop(data)


@pytest.fixture
def folder(data: Path) -> StackFolder:
    return StackFolder(data)


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def query(user, sql):
    with psycopg.connect(user.database_url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def answers(user):
    assert user.database_url, user.sentence
    with contextlib.suppress(psycopg.OperationalError, redis.ConnectionError):
        return query(user, "SELECT 1") == 1 and redis.Redis.from_url(user.redis_url).ping()
    return False


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])
