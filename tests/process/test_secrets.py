"""After the story, nothing secret lies anywhere in the clear: known values are searched for."""

import base64
import json
from urllib.parse import quote

import psycopg
import pytest

from connections import vault
from connections.vault import VaultError
from tests.person import Person
from tests.product import PASSWORD, wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]
SEALED = {
    "connections_grant": ("access_token", "refresh_token"),
    "connections_connection": ("derived_token",),
    "connections_platformapp": ("client_secret",),
}
PLATFORMS = ("facebook", "instagram", "x", "youtube")


@pytest.fixture
def opened(product, settings) -> list[str]:
    """Every secret in the product's vault, opened with its own keys."""
    keys = json.loads((product.data / "keys.json").read_text())["TOKEN_KEYS"]
    key_id, _, key = keys.partition(":")
    settings.TOKEN_KEYS = {key_id: base64.b64decode(key)}
    return [
        vault.unseal(sealed, table=table, row=str(row), field=field).reveal()
        for table, fields in SEALED.items()
        for field in fields
        for row, sealed in product.sql(f"SELECT id, {field} FROM {table}")  # noqa: S608
        if sealed
    ]


def tell_the_story(product) -> list[str]:
    """Break, see, fail and reconnect on several platforms; return the codes that were used."""
    person, codes = Person(product), []
    for platform in PLATFORMS:
        connection = product.connection(platform, 7)
        fault = {"platform": platform, "account": connection["external_id"], "fault": "revoke"}
        product.break_it(**fault)
        wait_until(lambda: product.status(connection) == "revoked")  # noqa: B023
        handle = connection["client"].lower().replace(" ", "")[:15]
        codes.append(person.reconnect(connection, f"social@{handle}.example"))
        wait_until(lambda: product.status(connection) == "ok")  # noqa: B023
    outage = product.break_it(platform="tiktok", fault="outage", mode="half_json")
    some = product.connection("tiktok", 7)
    wait_until(lambda: product.status(some) == "platform")
    product.undo(outage)
    return codes


def dump_database(product) -> bytes:
    with psycopg.connect(product.addresses()["postgres"]) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        parts = []
        for (table,) in tables:
            with database.cursor().copy(f'COPY "{table}" TO STDOUT') as rows:
                parts += [bytes(chunk) for chunk in rows]
    return b"".join(parts)


def dump_redis(product) -> bytes:
    store, parts = product.redis(), []
    for key in store.scan_iter("*"):
        kind = store.type(key).decode()
        read = {
            "string": lambda: store.get(key),  # noqa: B023
            "list": lambda: store.lrange(key, 0, -1),  # noqa: B023
            "set": lambda: store.smembers(key),  # noqa: B023
            "zset": lambda: store.zrange(key, 0, -1),  # noqa: B023
            "hash": lambda: store.hgetall(key),  # noqa: B023
        }[kind]
        parts.append(key + repr(read()).encode())
    return b"\n".join(parts)


def logs(product) -> bytes:
    """Return every log, and the terminal without the password that it shows on purpose."""
    files = (product.data / "logs").glob("*")
    terminal = product.log.read_text().replace(f"Password {PASSWORD}", "")
    return b"\n".join([terminal.encode(), *(file.read_bytes() for file in files)])


def forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    return {raw, quote(secret).encode(), base64.b64encode(raw), raw.hex().encode()}


def test_no_secret_lies_in_database_redis_or_logs(product, opened):
    codes = tell_the_story(product)
    secrets = {*opened, *codes, PASSWORD}
    assert len(opened) > 100
    assert len(codes) == len(PLATFORMS)

    for place, content in {
        "database": dump_database(product),
        "redis": dump_redis(product),
        "logs": logs(product),
    }.items():
        assert len(content) > 100, place
        found = [s[:6] for s in secrets if any(form in content for form in forms(s))]
        assert found == [], f"{len(found)} secrets in {place}"


def test_sealed_values_do_not_open_in_another_row(product, opened):
    rows = product.sql("SELECT id, access_token FROM connections_grant WHERE access_token <> ''")
    (one, sealed), (other, _) = rows[:2]
    place = {"table": "connections_grant", "field": "access_token"}

    assert vault.unseal(sealed, row=str(one), **place)
    with pytest.raises(VaultError):
        vault.unseal(sealed, row=str(other), **place)


def test_pages_show_no_secret(product, opened):
    person = Person(product, "admin")
    connection = product.connection("x", 7)

    for path in ("/", "/?view=list", f"/c/{connection['id']}/", "/log/", "/apps/", "/audit/"):
        page = person.get(path).encode()
        assert not any(form in page for s in opened for form in forms(s)), path
