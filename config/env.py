"""What the environment says, read once; what is missing stops the process with a sentence.

``RELINK_ENV`` is ``production`` unless ``make run`` says ``demo``. Only the demo may
make up its own secrets and bring up its own PostgreSQL and Redis.
"""

import base64
import json
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = "production"
DEMO = "demo"
MODE = os.environ.get("RELINK_ENV", PRODUCTION)
IS_DEMO = MODE == DEMO
DATA_DIR = Path(os.environ.get("RELINK_DATA") or BASE_DIR / ".data").resolve()
MINIMUM_SECRET_KEY_LENGTH = 32


def stop(sentence: str) -> NoReturn:
    """End the process with one sentence on stderr and exit status 1."""
    sys.stderr.write(f"Relink cannot start: {sentence}\n")
    raise SystemExit(1)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def required(name: str, purpose: str) -> str:
    value = text(name)
    if not value:
        stop(f"{name} is not set. It is {purpose}. See .env.example.")
    return value


def listed(name: str) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()]


def seconds(name: str, default: int) -> timedelta:
    """Return a duration given as a whole number of seconds."""
    value = text(name, str(default))
    if not value.isdigit() or int(value) == 0:
        stop(f"{name} must be a whole number of seconds above 0, not {value!r}.")
    return timedelta(seconds=int(value))


def count(name: str, default: int) -> int:
    value = text(name, str(default)) or str(default)
    if not value.isdigit():
        stop(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def demo_secrets() -> dict[str, str]:
    """Return the demo's own keys, made at the first start and kept in the data folder."""
    path = DATA_DIR / "keys.json"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TOKEN_KEYS": "demo:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    own = path.with_suffix(f".{os.getpid()}")
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file)
    try:
        # Linking fails where the file is there: of two first starts, one decides for both.
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return json.loads(path.read_text())


def secret(name: str, purpose: str) -> str:
    """Return a secret from the environment, or the demo's own where this is the demo."""
    if text(name):
        return text(name)
    return demo_secrets()[name] if IS_DEMO else required(name, purpose)


def secret_key() -> str:
    value = secret("SECRET_KEY", "the key that signs sessions and forms")
    if len(value) < MINIMUM_SECRET_KEY_LENGTH:
        stop(f"SECRET_KEY must be at least {MINIMUM_SECRET_KEY_LENGTH} characters long.")
    return value


def token_keys() -> dict[str, bytes]:
    """Return the vault's keys by id, the sealing key first."""
    value = secret("TOKEN_KEYS", "the list of keys that seal tokens, id:base64key,…")
    keys: dict[str, bytes] = {}
    for entry in value.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        keys[key_id] = _decoded_key(key_id, encoded)
    return keys


def _decoded_key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not key_id or not key_id.isalnum() or len(key) != 32:
        stop(
            "TOKEN_KEYS must be id:key pairs separated by commas, each id of letters and "
            "digits, each key 32 bytes in base64."
        )
    return key


def demo_addresses() -> tuple[str, str]:
    """Return where the demo and its sandbox are: as told, else where this data's run says."""
    told = DATA_DIR / "running-at"
    running = told.read_text().split() if told.exists() else []
    web, sandbox = running if len(running) == 2 else ("", "")
    if text("PORT") or not web:
        web = f"http://127.0.0.1:{text('PORT') or 8000}"
    if text("SANDBOX_PORT") or not sandbox:
        sandbox = f"http://127.0.0.1:{text('SANDBOX_PORT') or 8001}"
    return web, sandbox


# Reads what is pasted and answers: starting a database for it would take longer than the work.
ASKS_NO_STORE = "explain_error"


def stores() -> tuple[str, str]:
    """Return the addresses of PostgreSQL and Redis, starting the demo's own where unset."""
    database, redis = text("DATABASE_URL"), text("REDIS_URL")
    if database and redis:
        return database, redis
    if not IS_DEMO:
        required("DATABASE_URL", "the address of PostgreSQL, postgresql://user:password@host/name")
        required("REDIS_URL", "the address of Redis, redis://:password@host:6379/0")
    if sys.argv[1:2] == [ASKS_NO_STORE]:
        return "postgresql://", "redis://"
    from config import stack

    try:
        addresses = stack.attach(DATA_DIR)
    except stack.StackError as error:
        stop(str(error))
    return database or addresses.database_url, redis or addresses.redis_url
