"""The embedded PostgreSQL and Redis, seen by the processes that use them.

`attach` answers their addresses and keeps them up for the life of the calling process and
of those it forks. Any number of processes may attach; the first starts the supervisor
(`config/supervisor.py`), which ends both servers when the last user is gone.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.stack_folder import SERVICES, StackError, StackFolder, cannot_write

__all__ = ["Addresses", "StackError", "attach", "is_running", "release", "stop"]

VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
PATIENCE_SECONDS = 5
LAUNCHES = 3

_held: dict[tuple[Path, str], int] = {}


@dataclass(frozen=True)
class Addresses:
    database_url: str
    redis_url: str


def attach(data: Path) -> Addresses:
    """Answer where PostgreSQL and Redis are, bringing up what the environment does not name.

    Raise StackError with one sentence where that cannot be.
    """
    folder = StackFolder(data.resolve())
    urls = {name: os.environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    wanted = [name for name in SERVICES if not urls[name]]
    if wanted:
        folder.make()
        _hold(folder, wanted)
        try:
            urls |= _wait_for(folder, wanted)
        except BaseException:
            release(data)
            raise
    return Addresses(urls["postgres"], urls["redis"])


def is_running(data: Path) -> bool:
    """Answer whether a supervisor lives; when not, attaching again starts one."""
    folder = StackFolder(data.resolve())
    return folder.path.is_dir() and folder.supervisor.is_taken()


def release(data: Path) -> None:
    """Let go of the stack; it ends a little later unless another process uses it."""
    for key in [key for key in _held if key[0] == data.resolve()]:
        os.close(_held.pop(key))


def stop(data: Path) -> bool:
    """Let go of the stack and wait for its end; answer False where another process uses it."""
    release(data)
    folder = StackFolder(data.resolve())
    if not folder.path.is_dir():
        return True
    locks = [folder.users(name).take(wait=False) for name in SERVICES]
    try:
        if None in locks:
            return False
        _end_supervisor(folder)
        return True
    finally:
        for lock in filter(None, locks):
            os.close(lock)


def _hold(folder: StackFolder, wanted: list[str]) -> None:
    for name in wanted:
        if (folder.data, name) not in _held:
            _held[folder.data, name] = folder.users(name).take(shared=True)


def _wait_for(folder: StackFolder, wanted: list[str]) -> dict[str, str]:
    """Wait until every wanted service is ready, as long as a supervisor works on it."""
    launches = 0
    began, said = time.monotonic(), ""
    while True:
        if not folder.supervisor.is_taken():
            if launches == LAUNCHES:
                raise StackError(f"The stack does not start: {folder.log('supervisor')} says why.")
            launches += 1
            folder.try_room()
            _launch(folder)
        states = {name: folder.read(name) for name in wanted}
        for state in states.values():
            # An older failure is not ours: what caused it may have been mended since.
            if state.get("state") == "failed" and float(state["at"]) > began:
                raise StackError(state["message"])
        if all(state.get("state") == "ready" for state in states.values()):
            return {name: state["url"] for name, state in states.items()}
        if time.monotonic() - began > PATIENCE_SECONDS:
            said = _say_once(said, states)
        time.sleep(0.05)


def _say_once(said: str, states: dict[str, dict[str, str]]) -> str:
    messages = [state["message"] for state in states.values() if "message" in state]
    sentence = messages[0] if messages else "Waiting for PostgreSQL and Redis."
    if sentence != said:
        sys.stderr.write(f"{sentence}\n")
    return sentence


def _launch(folder: StackFolder) -> None:
    """Start a supervisor detached from this terminal; it is no child of ours afterwards."""
    root = Path(__file__).resolve().parent.parent
    search = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": search}
    try:
        log = os.open(folder.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise StackError(cannot_write(folder.data, error)) from error
    try:
        subprocess.run(
            [sys.executable, "-m", "config.supervisor", str(folder.data)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            env=environment,
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(log)


def _end_supervisor(folder: StackFolder) -> None:
    while folder.supervisor.is_taken():
        pid = folder.supervisor_pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            os.close(folder.supervisor.take())
            return
        time.sleep(0.05)
