"""Whom PostgreSQL runs as when root starts it, and which folders that user can reach."""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.stack_folder import StackError, StackFolder, make_folder, write_private

OWNER_FILE = "belongs-to"
# Many systems empty /var/tmp of old files, so it comes second; a folder there must be ours.
PLACES_OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108


@dataclass(frozen=True)
class Runner:
    """The user a program runs as; without an id, the user of this process."""

    uid: int | None = None
    gid: int | None = None
    name: str = ""

    def options(self) -> dict[str, object]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        return self._can('cd -- "$1"', folder)

    def can_write(self, folder: Path) -> bool:
        return self._can('cd -- "$1" && test -r . && test -w .', folder)

    def _can(self, script: str, folder: Path) -> bool:
        answer = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(folder)],
            check=False,
            capture_output=True,
            cwd="/",
            **self.options(),
        )
        return answer.returncode == 0

    def own(self, folder: Path) -> None:
        if self.uid is not None:
            os.chown(folder, self.uid, self.gid)


def choose_runner(cluster: Path) -> Runner:
    """Choose whom PostgreSQL runs as: ourselves or, as it refuses root, someone who exists.

    An existing cluster runs as its owner.
    """
    if os.geteuid() != 0:
        return Runner()
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Runner(owner.st_uid, owner.st_gid, f"user {owner.st_uid}")
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Runner(entry.pw_uid, entry.pw_gid, name)
    raise StackError(
        "PostgreSQL refuses to run as root and this machine has neither a user postgres nor "
        "nobody: run Relink as an ordinary user, or set DATABASE_URL."
    )


def choose_home(folder: StackFolder) -> Path:
    """Choose the folder below which PostgreSQL keeps its files.

    It is the data folder, unless root runs us below a folder that no other user can enter:
    then it is one outside, which the data folder remembers.
    """
    record = folder.path / "postgres-home"
    if record.exists():
        return _recorded_home(record, folder)
    cluster = folder.data / "postgres"
    if choose_runner(cluster).can_enter(folder.data):
        return folder.data
    if cluster.exists():
        raise StackError(
            f"PostgreSQL runs as {choose_runner(cluster).name}, who cannot enter {folder.data} "
            "any more: open the folders above it, or run Relink as its owner."
        )
    home = _home_outside(folder.data)
    write_private(record, str(home))
    return home


def _recorded_home(record: Path, folder: StackFolder) -> Path:
    home = Path(record.read_text())
    if not home.is_dir():
        raise StackError(
            f"The database folder {home} is gone: restore it, "
            f"or delete {record} to begin with an empty database."
        )
    owner = Path((home / OWNER_FILE).read_text())
    if owner != folder.data and StackFolder(owner).path.joinpath(record.name).exists():
        raise StackError(
            f"{folder.data} is a copy of {owner} and both name the database in {home}: "
            f"delete {record} to begin with an empty database."
        )
    if owner != folder.data:
        write_private(home / OWNER_FILE, str(folder.data))
    return home


def _home_outside(data: Path) -> Path:
    name = f"relink-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"
    for parent in PLACES_OUTSIDE:
        home = parent / name
        try:
            make_folder(home, 0o711)
        except OSError:
            continue
        if home.lstat().st_uid == os.geteuid() and choose_runner(home).can_enter(home):
            write_private(home / OWNER_FILE, str(data))
            return home
    raise StackError(
        f"PostgreSQL refuses to run as root, and the user it runs as instead cannot enter {data} "
        "or a folder in /var: set RELINK_DATA to a folder it can enter, or set DATABASE_URL."
    )
