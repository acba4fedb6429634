"""The second factor: its secrets are sealed at rest, its picture readable on any background."""

import base64
import os
from io import BytesIO

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from qrcode.image.svg import SvgPathFillImage

NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1
PURPOSE = b"relink second factor v1"


class SealingAdapter(DefaultMFAAdapter):
    """allauth's adapter for authenticator apps and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right. Type the one your app shows now.",
    }

    def encrypt(self, text: str) -> str:
        key_id, key = next(iter(settings.TOKEN_KEYS.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), PURPOSE)
        return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        key_id, _, encoded = encrypted_text.partition(".")
        sealed = base64.urlsafe_b64decode(encoded)
        key = settings.TOKEN_KEYS[key_id]
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSE).decode()

    def build_totp_svg(self, url: str) -> str:
        """Draw the code on white, because the page behind it may be dark."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()
