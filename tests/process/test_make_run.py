"""What a newcomer does: a clone, `make run`, Ctrl-C, and what can be in the way."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from config import processes
from config.run import answers
from tests.process.conftest import ROOT, wait_until

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are counted in /proc"),
]
FIRST_START_SECONDS = 150
SECOND_START_SECONDS = 60


@pytest.fixture
def clone(data):
    """Answer what `git clone` would bring, with changes that are not committed yet."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folder = data.with_name("clone")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


class MakeRun:
    """`make run` in a terminal of its own, so that Ctrl-C reaches what it would reach there."""

    def __init__(self, folder: Path, **variables: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.data = folder / ".data"
        self.environment = {**kept, **variables, "VENV": sys.prefix}
        self.output = folder / "terminal"
        with self.output.open("w") as terminal:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=folder,
                env=self.environment,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self, seconds: float) -> None:
        wait_until(lambda: "Relink is ready" in self.said or self.process.poll(), seconds)
        last_line = self.said.splitlines()[-1]
        assert last_line == f"Relink is ready at http://127.0.0.1:{self.environment['PORT']}"

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(60)

    def all_processes(self) -> list[int]:
        """Answer every living process that works in or for this clone."""
        found = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
        return [pid for pid in found if str(self.data.parent) in description(pid)]

    def process_named(self, text: str) -> int:
        return next(pid for pid in self.all_processes() if text in processes.command_line(pid))


def description(pid: int) -> str:
    """Answer a process's command line, environment and working folder; empty for a dead one."""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return ""
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        return f"{processes.command_line(pid)} {environment} {Path(f'/proc/{pid}/cwd').readlink()}"
    except OSError:
        return ""


@pytest.fixture
def ports():
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        found = one.getsockname()[1], two.getsockname()[1]
    return {"PORT": str(found[0]), "SANDBOX_PORT": str(found[1])}


@pytest.fixture
def make_run(clone, ports):
    runs = []

    def start(**variables):
        runs.append(MakeRun(clone, **{**ports, **variables}))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.press_ctrl_c()
    wait_until(lambda: all(not run.all_processes() for run in runs))


def sign_in_page(ports):
    address = f"http://127.0.0.1:{ports['PORT']}/"
    with urllib.request.urlopen(address, timeout=20) as response:
        return response.status, response.url, response.read().decode()


def test_newcomer_starts_stops_and_starts_again(make_run, ports):
    first = make_run()
    first.wait_until_ready(FIRST_START_SECONDS)
    status, address, page = sign_in_page(ports)
    assert status == 200
    assert "password" in page
    assert "next=" in address or "login" in address
    password = re.search(r"Password (\S+)", first.said)[1]

    assert "already runs" in refused(make_run, PORT="1", SANDBOX_PORT="2")

    first.press_ctrl_c()
    assert "Stopped. Your data is in" in first.said
    assert "Traceback" not in first.said
    wait_until(lambda: first.all_processes() == [])
    assert (first.data / "postgres" / "PG_VERSION").exists() or os.geteuid() == 0

    began = time.monotonic()
    second = make_run()
    second.wait_until_ready(SECOND_START_SECONDS)
    assert time.monotonic() - began < SECOND_START_SECONDS
    assert password in second.said
    assert sign_in_page(ports)[0] == 200


def refused(make_run, **variables) -> str:
    """Run where it cannot be; answer the one sentence it says."""
    run = make_run(**variables)
    assert run.process.wait(60) != 0
    lines = [line for line in run.said.splitlines() if not line.startswith("make: ")]
    assert len(lines) == 1, run.said
    return lines[0]


def test_dead_child_is_replaced_and_nothing_survives_the_kill(make_run, ports):
    run = make_run()
    run.wait_until_ready(FIRST_START_SECONDS)

    os.kill(run.process_named("granian"), signal.SIGKILL)
    wait_until(lambda: "The web process was killed by SIGKILL and is started again" in run.said)
    wait_until(lambda: answers(int(ports["PORT"]), "/healthz"))

    os.kill(run.process_named("config.supervisor"), signal.SIGKILL)
    wait_until(lambda: "starting them again" in run.said)

    os.kill(run.process_named("-m config.run"), signal.SIGKILL)
    wait_until(lambda: run.all_processes() == [], 60)


def test_killed_make_takes_everything_with_it(make_run):
    run = make_run()
    wait_until(lambda: "Preparing" in run.said, 60)

    run.process.kill()

    wait_until(lambda: run.all_processes() == [], 60)


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_taken_port_gets_one_sentence(make_run, name, ports):
    with socket.create_server(("127.0.0.1", int(ports[name]))):
        sentence = refused(make_run)

    assert sentence.startswith(f"Port {ports[name]} is taken. Set {name} to another one")


def test_same_port_twice_gets_one_sentence(make_run):
    assert "both 8123" in refused(make_run, PORT="8123", SANDBOX_PORT="8123")


def test_port_that_is_no_number_gets_one_sentence(make_run):
    assert "PORT must be a number" in refused(make_run, PORT="web")


def test_broken_database_folder_gets_one_sentence(make_run, clone):
    (clone / ".data" / "postgres").mkdir(parents=True)
    (clone / ".data" / "postgres" / "notes.txt").write_text("not a database")

    run = make_run()
    assert run.process.wait(60) != 0

    assert "is broken: restore it, or move it away" in run.said
    assert "Traceback" not in run.said


def test_missing_python_gets_one_sentence(clone):
    command = ["make", "run", "PYTHONS=python-of-nobody", "VENV=none"]

    answer = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)

    assert answer.returncode != 0
    assert answer.stderr.splitlines()[0].startswith("Relink needs Python 3.11 or newer")
