"""The sandbox process for tests that know nothing of Django."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_process import Sandbox


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
