"""What users of the embedded stack and its supervisor share: a folder of locks and addresses.

Whether somebody uses a service, and whether a supervisor lives, is told by kernel locks alone:
they end with the process that holds them, however it dies.
"""

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from config import processes

SERVICES = ("postgres", "redis")
ROOM_BYTES = 65_536


class StackError(Exception):
    """Say in one sentence, fit for the terminal, why the stack cannot run."""


@dataclass(frozen=True)
class Lock:
    """A file that processes lock; the descriptor is not handed to programs they start."""

    path: Path

    def open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False, wait: bool = True) -> int | None:
        """Answer a descriptor that holds the lock until closed, or None when it is taken."""
        descriptor = self.open()
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def is_taken(self) -> bool:
        descriptor = self.take(shared=True, wait=False)
        if descriptor is None:
            return True
        os.close(descriptor)
        return False


@dataclass(frozen=True)
class StackFolder:
    """The folder `stack` below the data folder, private to who runs Relink."""

    data: Path

    @property
    def path(self) -> Path:
        return self.data / "stack"

    @property
    def supervisor(self) -> Lock:
        return Lock(self.path / "supervisor.lock")

    @property
    def running(self) -> Lock:
        return Lock(self.path / "run.lock")

    @property
    def addresses(self) -> Path:
        return self.path / "addresses.json"

    def users(self, service: str) -> Lock:
        return Lock(self.path / f"{service}-users.lock")

    def log(self, name: str) -> Path:
        return self.data / "logs" / f"{name}.log"

    def make(self) -> None:
        """Make the folders; raise StackError where they cannot be written."""
        # The database runs as an unprivileged user when root starts it, and has to pass through.
        passable = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            make_folder(self.data, passable)
            make_folder(self.path, 0o700)
            make_folder(self.data / "logs", 0o700)
            os.close(self.supervisor.open())
        except OSError as error:
            raise StackError(cannot_write(self.data, error)) from error

    def password_file(self, service: str) -> Path:
        return self.path / f"{service}-password"

    def password(self, service: str) -> str:
        """Answer the password of a service, made at the first start and kept."""
        if not self.password_file(service).exists():
            write_private(self.password_file(service), secrets.token_urlsafe(32))
        return self.password_file(service).read_text().strip()

    def last_port(self, service: str) -> int | None:
        try:
            return int((self.path / f"{service}-port").read_text())
        except (OSError, ValueError):
            return None

    def choose_port(self, service: str) -> int:
        """Answer the port of the last start where it is free, so that running users reconnect."""
        port = processes.free_port(self.last_port(service))
        write_private(self.path / f"{service}-port", str(port))
        return port

    def try_room(self) -> None:
        """Raise StackError where the disk is full, before a process without a voice finds out."""
        room = self.path / "room"
        try:
            write_private(room, " " * ROOM_BYTES)
            room.unlink(missing_ok=True)
        except OSError as error:
            raise StackError(cannot_write(self.data, error)) from error

    def publish(self, states: dict[str, dict[str, str]]) -> None:
        content = {"supervisor": os.getpid(), **states}
        write_private(self.addresses, json.dumps(content))

    def supervisor_pid(self) -> int | None:
        """Answer the process that wrote the addresses, None when it is no more."""
        try:
            pid = json.loads(self.addresses.read_text())["supervisor"]
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError, ValueError, KeyError):
            return None
        return pid

    def read(self, service: str) -> dict[str, str]:
        """Answer `state` and `url` or `message`; empty when no living supervisor wrote them."""
        if self.supervisor_pid() is None:
            return {}
        return json.loads(self.addresses.read_text()).get(service, {})


def make_folder(path: Path, mode: int) -> None:
    """Make one folder with exactly this mode; leave an existing one as it is."""
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    path.chmod(mode)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"Relink cannot write to {path} ({reason}): "
        "make room or give it to your user, or set RELINK_DATA to another folder."
    )
