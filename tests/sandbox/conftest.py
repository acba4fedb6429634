"""The sandbox process for tests that know nothing of Django."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_process import Sandbox

from .listener import CONSUMER_SECRET, Listener, listening
from .pushing import PUSHING


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    sandbox.set_up()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(process: Sandbox) -> Iterator[Sandbox]:
    """The shared process, reset after each test."""
    yield process
    assert process.control("reset", {}).status_code == 204
    process.set_up()


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A process a test may kill."""
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    sandbox.set_up()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def listener(sandbox) -> Iterator[Listener]:
    """A server that every app of the sandbox is told to push to."""
    with listening() as heard:
        for platform in PUSHING:
            secret = {"consumer_secret": CONSUMER_SECRET} if platform == "x" else {}
            target = {"platform": platform, "client_id": "100", "push_url": heard.url, **secret}
            assert sandbox.control("apps", target).status_code == 201
        yield heard
        for platform in PUSHING:
            sandbox.control("apps", {"platform": platform, "client_id": "100", "push_url": ""})
