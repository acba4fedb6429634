"""Seals tokens: AES-256-GCM under a key with an id, bound to the row they belong to.

A sealed value is ``v1.<key id>.<base64 of nonce and ciphertext>``. Its associated data
is table, row, field and version, so a ciphertext copied to another row or field does
not open. ``TOKEN_KEYS`` lists the keys: the first seals, all open.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from connections.platforms.wire import Secret

VERSION = "v1"
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1


class VaultError(Exception):
    """A sealed value does not open: another row's, damaged, or its key is missing."""


def seal(secret: Secret, *, table: str, row: str, field: str) -> str:
    key_id, key = next(iter(settings.TOKEN_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.reveal().encode(), _bound_to(table, row, field))
    return f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, table: str, row: str, field: str) -> Secret:
    """Open a sealed value; raises ``VaultError``, which never says what was inside."""
    version, _, rest = sealed.partition(".")
    key_id, _, encoded = rest.partition(".")
    key = settings.TOKEN_KEYS.get(key_id)
    if version != VERSION or key is None:
        raise VaultError(f"sealed under key {key_id[:20]!r}, which TOKEN_KEYS does not hold")
    try:
        blob = base64.b64decode(encoded, altchars=b"-_", validate=True)
        opened = AESGCM(key).decrypt(
            blob[:NONCE_BYTES], blob[NONCE_BYTES:], _bound_to(table, row, field)
        )
    except (InvalidTag, ValueError):
        raise VaultError("a sealed value does not belong to its row, or is damaged") from None
    return Secret(opened.decode())


def _bound_to(table: str, row: str, field: str) -> bytes:
    return "\x1f".join((table, row, field, VERSION)).encode()


class SealedField(models.TextField):
    """Ciphertext of a secret; empty where there is none.

    Reading the attribute gives the ciphertext. ``open_field`` and ``put_secret`` are
    the ways in and out, because opening needs the row's key.
    """

    description = "A sealed secret"

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


def open_field(row: models.Model, field: str) -> Secret | None:
    """Return the secret in ``field`` of a row, None where there is none."""
    sealed = getattr(row, field)
    if not sealed:
        return None
    return unseal(sealed, table=row._meta.db_table, row=str(row.pk), field=field)


def put_secret(row: models.Model, field: str, secret: Secret | None) -> None:
    """Seal a secret into ``field`` of a row that already has its key; does not save."""
    sealed = ""
    if secret:
        sealed = seal(secret, table=row._meta.db_table, row=str(row.pk), field=field)
    setattr(row, field, sealed)
