"""Missing or weak configuration stops the process with a sentence, and says no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KEY = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
COMPLETE = {
    "SECRET_KEY": "planted-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "TOKEN_KEYS": KEY,
    "ALLOWED_HOSTS": "relink.example",
    "DATABASE_URL": "postgresql://user:planted@127.0.0.1:1/relink",
    "REDIS_URL": "redis://:planted@127.0.0.1:1/0",
}


def load_settings(code: str = "", **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**COMPLETE, **changes, "PATH": os.environ["PATH"]}
    environment = {name: value for name, value in environment.items() if value is not None}
    program = f"import config.settings as settings\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_complete_production_settings_load():
    assert load_settings().returncode == 0


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("value", [None, "", " "])
def test_missing_setting_stops_the_process(name, value):
    answer = load_settings(**{name: value})

    assert answer.returncode == 1
    assert f"Relink cannot start: {name} is not set." in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "planted" not in answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "planted"),
        ("TOKEN_KEYS", "planted"),
        ("TOKEN_KEYS", "k1:cGxhbnRlZA=="),
        ("TOKEN_KEYS", f"{KEY},k2"),
        ("RELINK_ENV", "staging"),
        ("CHECK_EVERY", "soon"),
        ("CHECK_EVERY", "0"),
    ],
)
def test_unusable_setting_stops_the_process(name, value):
    answer = load_settings(**{name: value})

    assert answer.returncode == 1
    assert answer.stderr.startswith("Relink cannot start: ")
    assert "planted" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_production_is_the_default_and_is_strict():
    code = (
        "assert not settings.DEBUG and not settings.DEMO\n"
        "assert settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE\n"
        "assert settings.SESSION_COOKIE_NAME.startswith('__Host-')\n"
        "assert settings.SECURE_HSTS_SECONDS >= 31536000\n"
    )

    assert load_settings(code).returncode == 0


def test_sandbox_cannot_be_imported_in_production():
    answer = load_settings("import connections.sandbox")

    assert answer.returncode != 0
    assert "ImportError" in answer.stderr


def test_deployment_check_finds_nothing():
    environment = {**COMPLETE, "PATH": os.environ["PATH"]}
    answer = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
