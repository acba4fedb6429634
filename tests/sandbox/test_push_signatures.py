"""The platforms' signatures, against the vectors of their own documents and kits."""

import json

from connections.sandbox.pushes import google_keys, signing

SDK_PAYLOAD = (
    "eyJvYXV0aF90b2tlbiI6ImZvb190b2tlbiIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0Ijoz"
    "MjEsImNvZGUiOiJmb29fY29kZSIsInN0YXRlIjoiZm9vX3N0YXRlIiwidXNlcl9pZCI6MTIzLCJmb28iOiJiYXIifQ=="
)
TIKTOK_BODY = (
    rb'{"client_key":"bwo2m45353a6k85","event":"authorization.removed","create_time":1615338610,'
    rb'"user_openid":"act.example12345Example12345Example","content":"{\"reason\": 1 }"}'
)


def test_meta_signature_is_that_of_the_php_kit():
    signature = signing.meta_signature("foo_app_secret", SDK_PAYLOAD)

    assert signature == "U0_O1MqqNKUt32633zAkdd2Ce-jGVgRgJeRauyx_zC8"


def test_signed_request_joins_signature_and_payload():
    payload = {
        "algorithm": "HMAC-SHA256",
        "expires": 1291840400,
        "issued_at": 1291836800,
        "user_id": "218471",
    }

    text = json.dumps(payload, separators=(",", ":")).encode()

    assert signing.signed_request("test_app_secret", text) == (
        "MgChNJTM9CJ75wlk7iDsf-5_LH4rMfst5fvUhiJRiqg."
        "eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjEyOTE4NDA0MDAsImlzc3VlZF9hdCI6MTI5MTgz"
        "NjgwMCwidXNlcl9pZCI6IjIxODQ3MSJ9"
    )


def test_tiktok_signature_covers_time_and_body():
    header = signing.tiktok_signature("test_client_secret", 1633174587, TIKTOK_BODY)

    assert header == (
        "t=1633174587,s=39c29244091b6bb0d67eca735a97218805842b7c8cea52dde8296f6c0c36ae09"
    )


def test_x_signature_answers_the_challenge():
    answer = signing.x_signature("test_consumer_secret", b"challenge_string")

    assert answer == "sha256=583uAmerwtjpykYEAEm+CEIRm6dOywK4QKRr0ha/Pd4="


def test_google_names_a_refresh_token_by_prefix_and_hash():
    named = google_keys.identifiers("1//0gTESTrefreshTOKEN")

    assert named == {
        "prefix": "1//0gTESTrefresh",
        "hash_base64_sha512_sha512": (
            "iaD0gHpAp5UOoxWAqZ5RCCfMDpRIyy7rq8Plg6dNJNOQ8htzfSIYlP45cYoSuLRFSJnG25Y9iYw6a+nUn9m6YQ=="
        ),
    }
