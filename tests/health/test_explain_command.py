"""manage.py explain_error as its users run it: another process, bytes in, one object out."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

KEYS = [
    "cause",
    "remedy",
    "actor",
    "retry_after_refresh",
    "confidence",
    "what",
    "why",
    "who",
    "next_step",
    "evidence",
]
BODY = b'{"error": {"code": 190, "error_subcode": 463, "message": "EAABplanted0planted"}}'
# Nothing listens there: whoever asks what an error means may have lost the database.
NOWHERE = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:9/n", "REDIS_URL": "redis://127.0.0.1:9/0"}


def run(*options: str, body: bytes = BODY) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "explain_error", *options],
        input=body,
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, **NOWHERE},
        timeout=60,
        check=False,
    )


def test_command_prints_one_object_without_a_database():
    done = run("--platform", "facebook", "--status", "400")

    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)) == KEYS
    assert done.stderr == b""
    assert b"planted" not in done.stdout


def test_command_compares_with_what_is_expected():
    done = run(
        "--platform", "x", "--endpoint", "token", "--expected-account", "5",
        "--required-scopes", "tweet.write, media.write", "--headers", '{"Date": "x"}',
        body=b'{"access_token": "planted", "scope": "tweet.write"}',
    )  # fmt: skip

    assert json.loads(done.stdout)["cause"] == "permission_missing"


@pytest.mark.parametrize("body", [b"", b"\xff\x00\xfe nonsense", b"<html>", b"x" * 2_000_000])
def test_command_takes_garbage_calmly(body):
    done = run("--platform", "tiktok", body=body)

    assert done.returncode == 0
    assert json.loads(done.stdout)["cause"] == "unknown"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--platform", "myspace"], b"There is no platform 'myspace'. Known: facebook,"),
        (["--platform", "x", "--endpoint", "door"], b"There is no endpoint 'door'. Known: api,"),
        (["--platform", "x", "--status", "999"], b"--status '999' is no HTTP status"),
        (["--platform", "x", "--status", "many"], b"--status 'many' is no HTTP status"),
        (["--platform", "x", "--headers", "[1]"], b"--headers cannot be read"),
        (["--platform", "x", "--headers", "{"], b"--headers cannot be read"),
        ([], b"--platform"),
    ],
)
def test_command_refuses_options_it_cannot_use(options, sentence):
    done = run(*options)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == b""
