"""What platforms push is seen at once, by the product as it runs."""

import time

import pytest

from tests.product import wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]
PUSHING = ["facebook", "instagram", "threads", "x", "tiktok", "youtube"]
AT_ONCE = 4  # seconds: one on a quiet machine; the next planned check is an hour away


def status_of(product, connection) -> tuple[str, str]:
    question = "SELECT status, cause FROM connections_connection WHERE id = %s"
    return product.sql(question, connection["id"])[0]


@pytest.mark.parametrize("platform", PUSHING)
def test_revocation_is_seen_long_before_the_next_check(platform, product):
    connection = product.connection(platform, 9)
    product.sql("UPDATE connections_connection SET next_check_at = now() + interval '1 hour'")
    began = time.monotonic()

    product.break_it(platform=platform, account=connection["external_id"], fault="revoke")
    wait_until(lambda: status_of(product, connection)[0] == "revoked", AT_ONCE)

    print(f"{platform}: seen after {time.monotonic() - began:.1f} s")  # noqa: T201
    assert status_of(product, connection) == ("revoked", "revoked")
    told = "SELECT text FROM health_event WHERE connection_id = %s AND kind = 'told'"
    assert "told us that" in product.sql(told, connection["id"])[0][0]
    product.sql("UPDATE connections_connection SET next_check_at = now()")
