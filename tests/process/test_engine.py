"""Worker, beat and the platforms, watched from outside while they run."""

import os
import signal

import pytest

from tests.product import wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]
TWO_SWEEPS = 2 * 2  # seconds, see SWEEP_EVERY in tests/product.py
WORKER_START = 30


def renewals(product, platform: str, account: str, after: int) -> list[dict]:
    word = {"x": "oauth2/token", "tiktok": "oauth/token"}[platform]
    return [
        call
        for call in product.calls(after)
        if call["platform"] == platform and word in call["endpoint"] and call["account"] == account
    ]


def grant_of(product, connection) -> tuple:
    return product.sql(
        "SELECT g.id, g.refresh_token, g.generation FROM connections_grant g "
        "JOIN connections_connection c ON c.grant_id = g.id WHERE c.id = %s",
        connection["id"],
    )[0]


@pytest.mark.parametrize("platform", ["x", "tiktok"])
def test_tokens_nearing_their_end_renew_and_rotate_by_themselves(platform, product):
    connection = product.connection(platform, 10)
    account = connection["external_id"]

    for _ in range(3):
        last = max((call["id"] for call in product.calls()), default=0)
        pk, before, generation = grant_of(product, connection)
        product.sql("UPDATE connections_grant SET renew_at = now() WHERE id = %s", pk)
        wait_until(lambda: grant_of(product, connection)[2] > generation)  # noqa: B023

        made = renewals(product, platform, account, last)
        assert [call["status"] for call in made] == [200]
        assert grant_of(product, connection)[1] != before

    assert not any(call["spent_refresh"] for call in product.calls())
    assert product.status(connection) == "ok"


def test_nothing_due_is_forgotten_when_the_worker_dies_and_redis_is_emptied(product):
    stopped = product.worker_processes()
    assert stopped
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    # Five minutes ago is also when leases ended that the dead worker held.
    ago = "now() - interval '5 minutes'"
    product.sql(
        f"UPDATE connections_connection SET next_check_at = {ago}, check_lease_until = {ago}"  # noqa: S608
    )
    before = product.sql("SELECT now()")[0][0]
    product.redis().flushall()
    for pid in stopped:
        os.kill(pid, signal.SIGKILL)

    def unchecked() -> int:
        question = "SELECT count(*) FROM connections_connection WHERE last_check_at < %s"
        return product.sql(question, before)[0][0]

    def sweeps() -> bool:
        return bool(product.sql("SELECT 1 FROM health_heartbeat WHERE at > %s", before))

    assert unchecked() == len(product.connections())
    wait_until(sweeps, WORKER_START)
    wait_until(lambda: unchecked() == 0, TWO_SWEEPS)


def test_check_command_needs_no_worker_and_says_what_is_broken(product):
    connection = product.connection("linkedin", 10)
    product.break_it(platform="linkedin", account=connection["external_id"], fault="revoke")

    answer = product.manage("check", connection["id"])

    assert answer.returncode == 1
    assert "Access removed" in answer.stdout
    assert "1 checked, 1 broken." in answer.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["check", "00000000-0000-0000-0000-000000000000"],
        ["check", "nonsense"],
        ["connections", "--status", "nonsense"],
        ["connections", "--platform", "nonsense"],
        ["platform_app", "add", "nonsense", "id"],
        ["platform_app", "rotate-secret", "nonsense"],
    ],
    ids=" ".join,
)
def test_command_refuses_what_it_does_not_know(command, product):
    answer = product.manage(*command, stdin="secret\n")

    assert answer.returncode == 2
    assert answer.stderr.startswith("CommandError: There is no")


def test_connections_command_prints_what_the_contract_says(product):
    rows = product.connections()

    assert len(rows) == 84
    keys = "id client platform handle external_id status cause expires_at last_good_check_at"
    assert all(list(row) == keys.split() for row in rows)
    assert all(row["last_good_check_at"].endswith("Z") for row in rows if row["status"] == "ok")
