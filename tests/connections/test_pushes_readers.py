"""Readers of pushes: the platforms' own vectors, and every way to be refused."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.pushes import google, meta, tiktok, x
from connections.pushes.news import Delivery, Kind, NotGenuine
from tests.connections.pushing import NOW, SECRET, moment_at, recipient, refused
from tests.connections.signing import (
    google_claims,
    google_message,
    meta_form,
    tiktok_body,
    tiktok_signature,
    x_event,
    x_signature,
)

# Meta's own test, of its PHP SDK.
META_PAYLOAD = (
    "eyJvYXV0aF90b2tlbiI6ImZvb190b2tlbiIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjozMjEs"
    "ImNvZGUiOiJmb29fY29kZSIsInN0YXRlIjoiZm9vX3N0YXRlIiwidXNlcl9pZCI6MTIzLCJmb28iOiJiYXIifQ=="
)
META_SIGNATURE = "U0_O1MqqNKUt32633zAkdd2Ce-jGVgRgJeRauyx_zC8="
OWN_VECTOR = (
    "MgChNJTM9CJ75wlk7iDsf-5_LH4rMfst5fvUhiJRiqg.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMi"
    "OjEyOTE4NDA0MDAsImlzc3VlZF9hdCI6MTI5MTgzNjgwMCwidXNlcl9pZCI6IjIxODQ3MSJ9"
)
TIKTOK_BODY = (
    rb'{"client_key":"bwo2m45353a6k85","event":"authorization.removed","create_time":1615338610,'
    rb'"user_openid":"act.example12345Example12345Example","content":"{\"reason\": 1 }"}'
)
TIKTOK_MAC = "39c29244091b6bb0d67eca735a97218805842b7c8cea52dde8296f6c0c36ae09"
X_OLD = (
    b'{"user_event":{"revoke":{"date_time":"2018-05-24T09:48:12+00:00",'
    b'"target":{"app_id":"13090192"},"source":{"user_id":"63046977"}}}}'
)


# Meta


def deauthorization(body: bytes, now: datetime = NOW, secret: str = SECRET):
    (news,) = meta.read_deauthorization(Delivery(body), recipient(secret), now)
    return news


def test_meta_vector_of_the_sdk_opens():
    found = meta.open_signed_request(f"{META_SIGNATURE}.{META_PAYLOAD}", b"foo_app_secret")

    assert found["user_id"] == 123


def test_meta_vector_reads_as_a_removal():
    body = f"signed_request={OWN_VECTOR}".encode()

    news = deauthorization(body, moment_at(1291836800), "test_app_secret")

    assert (news.kind, news.login_id, news.at) == (
        Kind.ACCESS_REMOVED,
        "218471",
        moment_at(1291836800),
    )
    assert news.reason == "the person removed the app"


def test_meta_id_may_be_a_number_and_a_page_may_remove():
    issued = int(NOW.timestamp())

    person = deauthorization(meta_form(SECRET, user_id=2**60, issued_at=issued))
    page = deauthorization(meta_form(SECRET, profile_id=77, issued_at=issued))

    assert (person.login_id, person.account_id) == (str(2**60), "")
    assert (page.login_id, page.account_id) == ("", "77")


def test_meta_callbacks_of_one_second_are_two_events():
    delivery = Delivery(meta_form(SECRET, user_id="1", issued_at=int(NOW.timestamp())))

    (removal,) = meta.read_deauthorization(delivery, recipient(), NOW)
    (deletion,) = meta.read_data_deletion(delivery, recipient(), NOW)

    assert removal.key != deletion.key


@pytest.mark.parametrize("age", [timedelta(minutes=61), timedelta(minutes=-6)])
def test_meta_request_too_old_or_of_the_future_is_refused(age):
    issued = int((NOW - age).timestamp())

    refused(meta.read_deauthorization, Delivery(meta_form(SECRET, user_id="1", issued_at=issued)))


def test_meta_age_limit_is_the_apps_to_set():
    issued = int((NOW - timedelta(hours=2)).timestamp())
    delivery = Delivery(meta_form(SECRET, user_id="1", issued_at=issued))

    assert meta.read_deauthorization(delivery, recipient(push_age=9000), NOW)


def meta_bodies() -> dict[str, bytes]:
    issued = int(NOW.timestamp())
    good = meta_form(SECRET, user_id="1", issued_at=issued)
    return {
        "other secret": meta_form("other", user_id="1", issued_at=issued),
        "cut signature": good[:15] + good[25:],
        "no dot": good.replace(b".", b""),
        "nothing": b"",
        "twice": good + b"&" + good,
        "other algorithm": meta_form(SECRET, user_id="1", issued_at=issued, algorithm="none"),
        "no time": meta_form(SECRET, user_id="1"),
        "nobody": meta_form(SECRET, issued_at=issued),
        "true is no id": meta_form(SECRET, user_id=True, issued_at=issued),
        "no signature": b"signed_request=." + good.partition(b".")[2],
    }


@pytest.mark.parametrize("name", meta_bodies())
def test_meta_refuses(name):
    refused(meta.read_deauthorization, Delivery(meta_bodies()[name]))


def test_app_without_a_secret_believes_nothing():
    body = meta_form("", user_id="1", issued_at=int(NOW.timestamp()))

    assert "no secret" in refused(meta.read_deauthorization, Delivery(body), recipient(""))


# TikTok


def test_tiktok_vector_reads_as_a_removal():
    headers = {"tiktok-signature": f"t=1633174587,s={TIKTOK_MAC}"}
    ours = recipient("test_client_secret", "bwo2m45353a6k85")

    (news,) = tiktok.read(Delivery(TIKTOK_BODY, headers), ours, moment_at(1633174600))

    assert news.login_id == "act.example12345Example12345Example"
    assert (news.at, news.reason) == (moment_at(1615338610), "the person removed the app")


def tiktok_delivery(body: bytes, sent: datetime = NOW, secret: str = SECRET) -> Delivery:
    return Delivery(body, {"tiktok-signature": tiktok_signature(secret, body, sent)})


@pytest.mark.parametrize("reason", range(6))
def test_tiktok_reasons_are_told_apart(reason):
    (news,) = tiktok.read(tiktok_delivery(tiktok_body("ours", "a", NOW, reason)), recipient(), NOW)

    assert news.reason == tiktok.REASONS[str(reason)]


def test_tiktok_delivery_signed_anew_is_the_same_event():
    body, later = tiktok_body("ours", "a", NOW), NOW + timedelta(hours=1)

    (first,) = tiktok.read(tiktok_delivery(body), recipient(), NOW)
    (again,) = tiktok.read(tiktok_delivery(body, later), recipient(), later)

    assert first.key == again.key


@pytest.mark.parametrize(
    "delivery",
    [
        tiktok_delivery(tiktok_body("ours", "a", NOW), NOW - timedelta(seconds=301)),
        tiktok_delivery(tiktok_body("ours", "a", NOW), NOW + timedelta(seconds=301)),
        tiktok_delivery(tiktok_body("ours", "a", NOW), secret="other"),
        tiktok_delivery(tiktok_body("theirs", "a", NOW)),
        tiktok_delivery(tiktok_body("ours", "", NOW)),
        tiktok_delivery(b"[]"),
        Delivery(tiktok_body("ours", "a", NOW)),
        Delivery(tiktok_body("ours", "a", NOW), {"tiktok-signature": "t=1,s=00"}),
    ],
    ids=["late", "future", "other secret", "other app", "nobody", "list", "bare", "cut"],
)
def test_tiktok_refuses(delivery):
    refused(tiktok.read, delivery)


def test_tiktok_other_events_are_no_news():
    body = json.dumps({"client_key": "ours", "event": "post.publish.complete"}).encode()

    assert tiktok.read(tiktok_delivery(body), recipient(), NOW) == ()


# X


def x_delivery(body: bytes, secret: str = SECRET) -> Delivery:
    return Delivery(body, {"x-twitter-webhooks-signature": x_signature(secret, body)})


def test_x_challenge_vector():
    answer = x.answer_challenge("challenge_string", recipient("test_consumer_secret"))

    expected = "sha256=583uAmerwtjpykYEAEm+CEIRm6dOywK4QKRr0ha/Pd4="
    assert answer == {"response_token": expected}


@pytest.mark.parametrize("text", [x_event("1", NOW).decode(), "", "{}", "a" * 301, "é"])
def test_x_challenge_never_signs_what_could_be_an_event(text):
    with pytest.raises(NotGenuine):
        x.answer_challenge(text, recipient())


def test_x_reads_the_event_and_the_older_one():
    (new,) = x.read(x_delivery(x_event("1111111111111111111", NOW)), recipient(), NOW)
    (old,) = x.read(x_delivery(X_OLD), recipient(app_id=13090192), NOW)

    assert (new.login_id, new.at) == ("1111111111111111111", NOW)
    assert (old.login_id, old.at) == ("63046977", datetime(2018, 5, 24, 9, 48, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "delivery",
    [
        x_delivery(x_event("1", NOW), "other"),
        Delivery(x_event("1", NOW)),
        Delivery(x_event("1", NOW), {"x-twitter-webhooks-signature": "sha256="}),
        x_delivery(x_event("", NOW)),
        x_delivery(x_event("1", NOW, app_id="7")),
        x_delivery(x_event("1", NOW + timedelta(hours=1))),
        x_delivery(x_event("1", NOW, date_time="soon")),
    ],
    ids=["other secret", "bare", "cut", "nobody", "other app", "future", "no time"],
)
def test_x_refuses(delivery):
    refused(x.read, delivery, recipient(app_id="29820954"))


# Anything at all


READERS = [meta.read_deauthorization, meta.read_data_deletion, tiktok.read, x.read, google.read]


@pytest.mark.parametrize("reader", READERS)
@given(body=st.binary(max_size=400), header=st.text(max_size=90))
def test_any_bytes_are_refused_and_nothing_worse(reader, body, header):
    names = ("tiktok-signature", "x-twitter-webhooks-signature")

    refused(reader, Delivery(body, dict.fromkeys(names, header)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)
NAMES = ["user_id", "issued_at", "data", "payload", "event_type", "date_time", "content", "event"]
PAYLOADS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6)


@given(payload=PAYLOADS)
def test_anything_well_signed_is_read_or_refused(payload):
    body = json.dumps({"client_key": "ours", **payload}).encode()
    tries = [
        (meta.read_deauthorization, Delivery(meta_form(SECRET, **payload))),
        (tiktok.read, tiktok_delivery(body)),
        (x.read, x_delivery(body)),
        (google.read, Delivery(google_message({**google_claims("ours", NOW), "events": payload}))),
    ]

    for reader, delivery in tries:
        try:
            reader(delivery, recipient(), NOW)
        except NotGenuine:
            continue


@pytest.mark.parametrize("reader", READERS)
def test_deep_json_is_refused(reader):
    deep = b"[" * 30_000
    signed = {
        "tiktok-signature": tiktok_signature(SECRET, deep, NOW),
        "x-twitter-webhooks-signature": x_signature(SECRET, deep),
    }
    header = base64.urlsafe_b64encode(deep)

    refused(reader, Delivery(deep, signed))
    refused(reader, Delivery(header + b"." + header + b"." + header, {}))
