"""Start programs that cannot outlive their parent, and end them with patience."""

import contextlib
import ctypes
import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 5_000_000


def die_with_parent(
    death_signal: signal.Signals, parent: int | None = None
) -> Callable[[], None] | None:
    """Answer a `preexec_fn` after which the kernel signals the child when its parent dies.

    It has to run after a change of user, which clears the setting; subprocess does so.
    Elsewhere than on Linux there is no such thing, and orphans are ended at the next start.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = parent or os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os.kill(os.getpid(), death_signal)

    return ask_kernel


def end(process: subprocess.Popen, steps: list[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, giving the process that many seconds to end after it."""
    for step, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(step)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def command_line(pid: int) -> str:
    """Answer the command line of a living process, empty when there is none."""
    if sys.platform.startswith("linux"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def exists(pid: int) -> bool:
    """Answer whether the number is taken, if only by a dead process nobody has waited for."""
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def working_in(folder: Path) -> list[int]:
    """Answer the processes whose working folder this is; where there is no /proc, none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return found


def end_orphan(pid: int, mark: str, steps: list[tuple[signal.Signals, float]]) -> bool:
    """End a process left by an earlier run, known by `mark` in its command line.

    Answer whether nothing of it is left.
    """
    for step, patience in steps:
        if mark not in command_line(pid):
            return True
        os.kill(pid, step)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and mark in command_line(pid):
            time.sleep(0.1)
    return mark not in command_line(pid)


def free_port(preferred: int | None = None) -> int:
    """Answer the preferred loopback port where it is free, so that addresses survive a restart."""
    for port in (preferred or 0, 0):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return candidate.getsockname()[1]
    raise OSError("no free port on 127.0.0.1")


def port_trouble(port: int) -> str:
    """Answer why a loopback port cannot be listened on, empty when it can."""
    with socket.socket() as candidate, socket.socket() as visitor:
        # Where a server listens on every address, some systems still let us have the loopback one.
        if visitor.connect_ex(("127.0.0.1", port)) == 0:
            return "is taken"
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except PermissionError:
            return "is not for ordinary users"
        except OSError:
            return "is taken"
    return ""


def open_log(path: Path) -> int:
    """Open a log for appending, readable by its owner only; keep one older file of it."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.old"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def version_of(program: Path | str, **options: object) -> tuple[int, int] | None:
    """Answer (major, minor) from `program --version`; None when it does not run here."""
    try:
        answer = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            cwd="/",
            **options,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found and answer.returncode == 0 else None
