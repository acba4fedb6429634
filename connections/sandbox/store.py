"""The sandbox's state in one SQLite file, which survives restarts and kill -9.

Tokens are kept as SHA-256 digests, and Google's refresh tokens also by what its pushes name
them. One connection, used from one thread only: a call's reads and writes are one
transaction, committed before its answer is sent.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS app (
    platform TEXT, client_id TEXT, secret TEXT NOT NULL, name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL, settings TEXT NOT NULL, PRIMARY KEY (platform, client_id));
CREATE TABLE IF NOT EXISTS login (
    platform TEXT, login TEXT, name TEXT NOT NULL, PRIMARY KEY (platform, login));
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY, platform TEXT, account TEXT, login TEXT NOT NULL, handle TEXT NOT NULL,
    name TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (platform, account));
CREATE INDEX IF NOT EXISTS account_login ON account (platform, login);
CREATE TABLE IF NOT EXISTS consent (
    platform TEXT, client_id TEXT, login TEXT, account TEXT, scopes TEXT NOT NULL,
    live INTEGER NOT NULL, PRIMARY KEY (platform, client_id, login, account));
CREATE INDEX IF NOT EXISTS consent_account ON consent (platform, account);
CREATE TABLE IF NOT EXISTS token (
    digest TEXT PRIMARY KEY, kind TEXT NOT NULL, platform TEXT NOT NULL, client_id TEXT NOT NULL,
    login TEXT NOT NULL, account TEXT, scopes TEXT NOT NULL, issued_at REAL NOT NULL,
    expires_at REAL, used_at REAL, dead TEXT, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS token_owner ON token (platform, client_id, login);
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, client_id TEXT, account TEXT,
    fault TEXT NOT NULL, extra TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS effect (
    fault_id INTEGER NOT NULL REFERENCES fault (id) ON DELETE CASCADE, platform TEXT NOT NULL,
    client_id TEXT NOT NULL, login TEXT NOT NULL, account TEXT, fault TEXT NOT NULL,
    scope TEXT, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS effect_owner ON effect (platform, client_id, login);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, app TEXT,
    account TEXT, endpoint TEXT NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
    spent_refresh INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS post (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, platform TEXT NOT NULL, app TEXT,
    account TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, published_at REAL,
    UNIQUE (platform, id));
CREATE TABLE IF NOT EXISTS push_target (
    platform TEXT, client_id TEXT, url TEXT NOT NULL, consumer_secret TEXT NOT NULL,
    PRIMARY KEY (platform, client_id));
"""


class Store:
    def __init__(self, folder: Path, lifetimes: dict[str, dict[str, float | None]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lifetimes = lifetimes
        self.db = sqlite3.connect(folder / "sandbox.sqlite3", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        # NORMAL loses nothing when the process is killed; only a power cut could.
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA foreign_keys = ON")
        self.db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all of the block's changes, or none when it raises."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return self.db.execute(sql, values).fetchone()

    def run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.db.execute(sql, values)

    def setting(self, name: str) -> str | None:
        row = self.row("SELECT value FROM setting WHERE name = ?", name)
        return row["value"] if row else None

    def keep_setting(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)

    def seed(self) -> bytes:
        """A random key of this installation, for tokens that must come out the same twice."""
        if not (seed := self.setting("seed")):
            seed = secrets.token_hex(32)
            self.keep_setting("seed", seed)
        return seed.encode()

    def close(self) -> None:
        self.db.close()
