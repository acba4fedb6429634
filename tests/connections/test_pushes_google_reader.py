"""The reader of Google's security events: what is read, and every way to be refused."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from connections.platforms.wire import Secret
from connections.pushes import google
from connections.pushes.news import Delivery, Kind
from connections.pushes.prints import hash_print, prefix_print, prints_of
from tests.connections.pushing import NOW, recipient, refused
from tests.connections.signing import (
    GOOGLE_KEY,
    KEY_ID,
    SECEVENT,
    base64url,
    digest,
    google_claims,
    google_message,
)


def google_news(claims: dict, **header: str):
    return google.read(Delivery(google_message(claims, **header)), recipient(), NOW)


def test_google_reads_who_and_what_and_ignores_expiry():
    (news,) = google_news(google_claims("ours", NOW - timedelta(days=2), exp=1))

    assert (news.kind, news.login_id) == (Kind.ACCESS_REMOVED, "108")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("risc/event-type/sessions-revoked", Kind.ACCOUNT_SECURITY),
        ("oauth/event-type/tokens-revoked", Kind.ACCESS_REMOVED),
        ("risc/event-type/account-disabled", Kind.ACCOUNT_DISABLED),
        ("risc/event-type/account-enabled", Kind.ACCOUNT_ENABLED),
        ("risc/event-type/account-credential-change-required", Kind.ACCOUNT_SECURITY),
        ("risc/event-type/verification", Kind.VERIFICATION),
    ],
)
def test_google_events_are_told_apart(name, kind):
    (news,) = google_news(google_claims("ours", NOW, events={f"{SECEVENT}/{name}": {}}))

    assert news.kind == kind


def test_google_names_a_token_by_a_part_or_a_digest():
    subject = {"subject_type": "oauth_token", "token_type": "refresh_token", "token": "1//0gTEST"}
    name = f"{SECEVENT}/oauth/event-type/token-revoked"

    found = {}
    for algorithm in ("prefix", google.HASH):
        event = {"subject": {**subject, "token_identifier_alg": algorithm}}
        (found[algorithm],) = google_news(google_claims("ours", NOW, events={name: event}))

    assert (found["prefix"].token_prefix, found["prefix"].token_hash) == (Secret("1//0gTEST"), None)
    assert (found[google.HASH].token_prefix, found[google.HASH].token_hash) == (
        None,
        Secret("1//0gTEST"),
    )


def test_prints_follow_googles_vector_and_hold_no_part_of_the_token():
    prints = prints_of(Secret("1//0gTESTrefreshTOKEN"))

    hashed = (
        "iaD0gHpAp5UOoxWAqZ5RCCfMDpRIyy7rq8Plg6dNJNOQ8htzfSIYlP45cYoSuLRFSJnG25Y9iYw6a+nUn9m6YQ=="
    )
    assert prints["refresh_prefix_print"] == prefix_print(Secret("1//0gTESTrefresh"))
    assert prints["refresh_hash_print"] == hash_print(Secret(hashed))
    assert "1//0g" not in str(prints)
    assert hashed[:20] not in str(prints)


def hs256_with_the_public_key() -> bytes:
    pem = GOOGLE_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": KEY_ID}).encode())
    claims = base64.urlsafe_b64encode(json.dumps(google_claims("ours", NOW)).encode())
    message = header.rstrip(b"=") + b"." + claims.rstrip(b"=")
    return message + b"." + base64url(digest(pem.decode(), message)).encode()


def google_bodies() -> dict[str, bytes]:
    good, parts = google_message(google_claims("ours", NOW)), {}
    parts["none"] = google_message(google_claims("ours", NOW), key=None, alg="none")
    parts["HS256"] = hs256_with_the_public_key()
    parts["cut"] = good[:-8]
    parts["other claims"] = b".".join(
        [
            good.split(b".")[0],
            google_message(google_claims("ours", NOW, jti="2")).split(b".")[1],
            good.split(b".")[2],
        ]
    )
    parts["no slash"] = google_message(
        google_claims("ours", NOW, iss="https://accounts.google.com")
    )
    parts["other app"] = google_message(google_claims("theirs", NOW))
    parts["no events"] = google_message(google_claims("ours", NOW, events=None))
    parts["no jti"] = google_message(google_claims("ours", NOW, jti=""))
    parts["future"] = google_message(google_claims("ours", NOW + timedelta(hours=1)))
    return parts


@pytest.mark.parametrize("name", google_bodies())
def test_google_refuses(name):
    refused(google.read, Delivery(google_bodies()[name]))
