"""Google's signing key, kept in the sandbox's state, and the documents that lead to it.

Source: https://developers.google.com/identity/protocols/risc. The addresses inside are
the real ones: whoever reads them at the sandbox maps them to it.
"""

import base64
import hashlib
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connections.sandbox.call import Answer, Call
from connections.sandbox.store import Store

ISSUER = "https://accounts.google.com/"
JWKS = "https://www.googleapis.com/oauth2/v3/certs"
KEY = "google_key"
PREFIX_LENGTH = 16


def _key(store: Store) -> rsa.RSAPrivateKey:
    """Return the key, made when it is first needed."""
    if text := store.setting(KEY):
        return serialization.load_pem_private_key(text.encode(), None)
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    store.keep_setting(KEY, pem.decode())
    return made


def _public(store: Store) -> dict[str, Any]:
    parts = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key(store).public_key()))
    key_id = hashlib.sha256(parts["n"].encode()).hexdigest()[:40]
    named = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": key_id}
    return {**named, "n": parts["n"], "e": parts["e"]}


def sign(store: Store, claims: dict[str, Any]) -> str:
    headers = {"kid": _public(store)["kid"], "typ": "secevent+jwt"}
    return jwt.encode(claims, _key(store), algorithm="RS256", headers=headers)


def certs(call: Call) -> Answer:
    return Answer({"keys": [_public(call.store)]})


def configuration(call: Call) -> Answer:
    return Answer(
        {
            "issuer": ISSUER,
            "jwks_uri": JWKS,
            "delivery_methods_supported": [
                "https://schemas.openid.net/secevent/risc/delivery-method/push"
            ],
            "default_subjects": "ALL",
        }
    )


def identifiers(refresh_token: str) -> dict[str, str]:
    """Return what Google names a refresh token by, without giving it away."""
    twice = hashlib.sha512(hashlib.sha512(refresh_token.encode()).digest()).digest()
    return {
        "prefix": refresh_token[:PREFIX_LENGTH],
        "hash_base64_sha512_sha512": base64.b64encode(twice).decode(),
    }
