"""The embedded stack under kill -9, garbage and several users, with real servers."""

import os
import shutil
import signal
import socket
import subprocess

import psycopg
import pytest
import redis

from config import processes, stack
from tests.process.conftest import answers, postmaster, query, wait_until

pytestmark = pytest.mark.process


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
