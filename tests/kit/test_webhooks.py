"""Standard Webhooks: the published vector, an independent signer, rotation, replays and forgeries."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from trueup.kit.webhooks import (
    NotAuthenticError,
    Refusal,
    SignedHeaders,
    UnusableSecretError,
    WebhookKey,
    authenticate,
)

NOW = datetime(2026, 3, 31, 22, 15, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the secret of the specification's own tests
KEY = WebhookKey.parse(SECRET)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = WebhookKey.parse("whpk_" + b64encode(PRIVATE.public_key().public_bytes_raw()).decode())
BODY = b'{"test": 2432232314}'


def signed(
    body: bytes = BODY, at: datetime = NOW, webhook_id: str = "msg_1", secret: str = SECRET
) -> SignedHeaders:
    """By the specification's own library, which knows nothing of ours."""
    return SignedHeaders(
        webhook_id, str(int(at.timestamp())), Webhook(secret).sign(webhook_id, at, body.decode())
    )


def signed_asymmetric(body: bytes = BODY, at: datetime = NOW, webhook_id: str = "msg_1") -> SignedHeaders:
    timestamp = str(int(at.timestamp()))
    signature = PRIVATE.sign(f"{webhook_id}.{timestamp}.".encode() + body)
    return SignedHeaders(webhook_id, timestamp, "v1a," + b64encode(signature).decode())


def refused(
    headers: SignedHeaders, body: bytes = BODY, keys: list[WebhookKey] | None = None
) -> NotAuthenticError:
    with pytest.raises(NotAuthenticError) as found:
        authenticate(headers, body, [KEY, PUBLIC] if keys is None else keys, NOW)
    return found.value


def test_the_published_vector_is_authentic():
    headers = SignedHeaders(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    at = datetime.fromtimestamp(1614265330, UTC)
    assert authenticate(headers, BODY, [KEY], at) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_what_the_specification_s_library_signs_is_authentic(text: str):
    body = text.encode()
    assert authenticate(signed(body), body, [KEY], NOW) == "msg_1"
    assert authenticate(signed_asymmetric(body), body, [PUBLIC], NOW) == "msg_1"


def test_a_body_need_not_be_text():
    body = bytes(range(256))
    assert authenticate(signed_asymmetric(body), body, [PUBLIC], NOW)


@pytest.mark.parametrize("headers", [signed(), signed_asymmetric()], ids=["v1", "v1a"])
def test_nothing_that_is_signed_may_change(headers: SignedHeaders):
    for changed, body in (
        (headers, BODY + b" "),
        (SignedHeaders("msg_2", headers.timestamp, headers.signature), BODY),
        (SignedHeaders(headers.webhook_id, str(int(headers.timestamp) + 1), headers.signature), BODY),
    ):
        assert refused(changed, body).refusal is Refusal.FORGED


@pytest.mark.parametrize(
    ("off", "refusal"),
    [
        (timedelta(0), None),
        (timedelta(minutes=-5), None),  # the edge is within
        (timedelta(minutes=5), None),
        (timedelta(minutes=-5, seconds=-1), Refusal.TOO_OLD),  # a replay
        (timedelta(minutes=5, seconds=1), Refusal.TOO_NEW),
        (timedelta(days=-30_000), Refusal.MALFORMED),  # before 1970: no digits
        (timedelta(days=30_000), Refusal.TOO_NEW),
    ],
)
def test_only_what_was_signed_about_now_is_authentic(off: timedelta, refusal: Refusal | None):
    headers = signed_asymmetric(at=NOW + off)
    if refusal is None:
        assert authenticate(headers, BODY, [PUBLIC], NOW)
    else:
        assert refused(headers).refusal is refusal


def test_both_sides_rotate_without_a_gap():
    new = "whsec_" + b64encode(b"n" * 24).decode()
    both = SignedHeaders("msg_1", signed().timestamp, f"{signed().signature} {signed(secret=new).signature}")
    for keys in ([KEY], [WebhookKey.parse(new)], [WebhookKey.parse(new), KEY]):
        assert authenticate(both, BODY, keys, NOW)
        assert authenticate(signed() if KEY in keys else signed(secret=new), BODY, keys, NOW)


def test_signatures_of_other_schemes_and_keys_do_not_disturb():
    signature = f"v2,AAAA v1,AAAA v1a,AAAA v1,? nonsense {signed().signature}"
    assert authenticate(SignedHeaders("msg_1", signed().timestamp, signature), BODY, [PUBLIC, KEY], NOW)


def test_a_scheme_is_verified_by_its_own_keys_only():
    raw = b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
    forged = signed(secret="whsec_" + raw)  # the public key as if it were a secret
    assert refused(forged, keys=[PUBLIC]).refusal is Refusal.FORGED


GOOD = signed()


@pytest.mark.parametrize(
    ("headers", "header"),
    [
        (SignedHeaders(None, GOOD.timestamp, GOOD.signature), "webhook-id"),
        (SignedHeaders("", GOOD.timestamp, GOOD.signature), "webhook-id"),
        (
            SignedHeaders("a.b", GOOD.timestamp, GOOD.signature),
            "webhook-id",
        ),  # a full stop parts what is signed
        (SignedHeaders("x" * 201, GOOD.timestamp, GOOD.signature), "webhook-id"),
        (SignedHeaders("msg_1", None, GOOD.signature), "webhook-timestamp"),
        (SignedHeaders("msg_1", "now", GOOD.signature), "webhook-timestamp"),
        (SignedHeaders("msg_1", "1.5", GOOD.signature), "webhook-timestamp"),
        (SignedHeaders("msg_1", "-1", GOOD.signature), "webhook-timestamp"),
        (SignedHeaders("msg_1", "9" * 400, GOOD.signature), "webhook-timestamp"),
        (SignedHeaders("msg_1", "١٢٣", GOOD.signature), "webhook-timestamp"),  # digits of another script
        (SignedHeaders("msg_1", GOOD.timestamp, None), "webhook-signature"),
        (SignedHeaders("msg_1", GOOD.timestamp, "v1"), "webhook-signature"),
        (SignedHeaders("msg_1", GOOD.timestamp, "v1,?"), "webhook-signature"),
        (SignedHeaders("msg_1", GOOD.timestamp, "v1,AAAA " * 1000), "webhook-signature"),
    ],
)
def test_a_header_that_is_not_what_it_should_be_is_named(headers: SignedHeaders, header: str):
    found = refused(headers)
    assert (found.refusal, found.header) == (Refusal.MALFORMED, header)


def test_no_key_trusts_nobody():
    assert refused(GOOD, keys=[]).refusal is Refusal.FORGED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # which scheme?
        "whsec_",
        "whsec_AAAA",  # too short to be secret
        "whsec_" + b64encode(bytes(65)).decode(),
        "whpk_" + b64encode(bytes(31)).decode(),
        "whsk_" + b64encode(bytes(32)).decode(),  # a private key is nobody's to hand out
        "whsec_not base64 at all!",
    ],
)
def test_an_unusable_secret_is_refused_and_never_repeated(text: str):
    with pytest.raises(UnusableSecretError) as found:
        WebhookKey.parse(text)
    assert len(text) < 8 or text[6:] not in str(found.value)
    assert "MfKQ" not in f"{KEY!r} {refused(signed(b'x'))}"


def test_a_secret_without_padding_is_the_same_secret():
    assert WebhookKey.parse("whsec_" + b64encode(bytes(25)).decode().rstrip("=")) == WebhookKey.parse(
        "whsec_" + b64encode(bytes(25)).decode()
    )
