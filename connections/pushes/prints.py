"""Prints of refresh tokens: what Google names a revoked token by, kept so that it tells nothing.

Google says "the token that starts with …" or "whose digest is …". Either would be a part
of a secret, so only its keyed digest is stored, under a key made from SECRET_KEY.
"""

import base64
import hashlib

from django.utils.crypto import salted_hmac

from connections.platforms.wire import Secret

PREFIX = 16  # characters that Google shows of a refresh token
STANDARD = str.maketrans("-_", "+/")


def prefix_print(prefix: Secret) -> str:
    return _print("prefix", prefix.reveal())


def hash_print(digest: Secret) -> str:
    """Return the print of base64(SHA-512(SHA-512(token))), however it was padded."""
    return _print("hash", digest.reveal().rstrip("=").translate(STANDARD))


def prints_of(refresh: Secret | None) -> dict[str, str]:
    """Return what ``Grant`` stores of a refresh token besides the sealed token itself."""
    if not refresh:
        return {"refresh_prefix_print": "", "refresh_hash_print": ""}
    twice = hashlib.sha512(hashlib.sha512(refresh.reveal().encode()).digest()).digest()
    return {
        "refresh_prefix_print": prefix_print(Secret(refresh.reveal()[:PREFIX])),
        "refresh_hash_print": hash_print(Secret(base64.b64encode(twice).decode())),
    }


def _print(what: str, text: str) -> str:
    return salted_hmac(f"relink.refresh-token.{what}", text, algorithm="sha256").hexdigest()
