"""Google's public keys: fetched when one is needed, kept for hours, asked for rarely.

Anybody may send a message that names an unknown key, so that fetching is rationed.
"""

import logging
from datetime import timedelta
from typing import Any

import jwt
from django.core.cache import cache
from redis import RedisError

from connections.http import send
from connections.platforms.wire import OAuthClient, Request, Response, Unreachable
from connections.pushes.google import ISSUER
from connections.pushes.news import CannotVerify, NotGenuine

log = logging.getLogger(__name__)

CONFIGURATION = "https://accounts.google.com/.well-known/risc-configuration"
KEPT_FOR = timedelta(hours=6)  # Google's own keys say five to seven
ASKED_EVERY = timedelta(minutes=1)


def public_key(client: OAuthClient, key_id: str) -> Any:
    """Return Google's key with this id.

    Raises ``NotGenuine`` where Google has none, ``CannotVerify`` where that is not known.
    """
    try:
        kept = f"google-keys:{client.base_url}"
        keys = cache.get(kept)
        if (keys is None or key_id not in keys) and _may_ask(client):
            keys = _fetch(client)
            cache.set(kept, keys, KEPT_FOR.total_seconds())
    except RedisError:
        raise CannotVerify("the cache does not answer") from None
    if keys is None:
        raise CannotVerify("Google's keys are not known")
    if key_id not in keys:
        raise NotGenuine("Google has no key with that id")
    return jwt.PyJWK(keys[key_id], algorithm="RS256").key


def _may_ask(client: OAuthClient) -> bool:
    return cache.add(f"google-keys-asked:{client.base_url}", 1, ASKED_EVERY.total_seconds())


def _fetch(client: OAuthClient) -> dict[str, dict[str, Any]]:
    configuration = _get(client, CONFIGURATION)
    address = configuration.text_at("jwks_uri")
    if configuration.text_at("issuer") != ISSUER or not address.startswith("https://"):
        raise CannotVerify("Google's configuration is not readable")
    rows = _get(client, address).at("keys")
    found = {row["kid"]: row for row in rows or [] if _is_usable(row)}
    if not found:
        raise CannotVerify("Google's keys are not readable")
    return found


def _is_usable(row: Any) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("kid"), str):
        return False
    try:
        jwt.PyJWK(row, algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        return False
    return row.get("kty") == "RSA" and row.get("use", "sig") == "sig"


def _get(client: OAuthClient, url: str) -> Response:
    try:
        answer = send(Request("GET", client.at(url)))
    except Unreachable as error:
        raise CannotVerify(f"Google's keys: {error.kind}") from None
    if not answer.ok:
        raise CannotVerify(f"Google's keys: status {answer.status}")
    return answer
