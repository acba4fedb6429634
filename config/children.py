"""Programs of the demo: started in process groups of their own, logged, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from config import processes

RESTARTS = 5
# Who ran this long has recovered, and may be restarted as often again.
STEADY_SECONDS = 60
TAIL_LINES = 15


@dataclass
class Child:
    """One program; it gets SIGTERM when this process dies, however it dies."""

    name: str
    command: list[str | Path]
    environment: dict[str, str]
    folder: Path
    log: Path
    process: subprocess.Popen | None = None
    restarts: int = 0
    started_at: float = 0.0
    log_start: int = field(default=0, repr=False)

    def start(self) -> None:
        log = processes.open_log(self.log)
        self.log_start = os.lseek(log, 0, os.SEEK_END)
        try:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.folder,
                process_group=0,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )
        finally:
            os.close(log)
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the program and what it started; its group outlives it while they live."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):
                return

    def next_pause(self) -> float | None:
        """Answer the seconds to wait before another start, None when there were enough."""
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.restarts = 0
        self.restarts += 1
        return None if self.restarts > RESTARTS else 2.0 ** (self.restarts - 1)

    def last_words(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])

    def outcome(self) -> str:
        code = self.process.returncode
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with status {code}"


def end_all(children: Iterable[Child], patience: float) -> None:
    """Ask all to end and, after that many seconds, make them."""
    children = list(children)
    for child in children:
        if child.is_running():
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(child.is_running() for child in children):
        time.sleep(0.05)
    for child in children:
        child.signal_group(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
            child.process = None
