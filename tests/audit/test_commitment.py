"""Commitments: they open with their salt alone, and say nothing without it."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.audit.commitment import commitment, leaf_of, salt_of

RECORD = {"source": "moodle", "record_id": "LMS-4410", "revision": "1"}
secrets = st.binary(min_size=32, max_size=32)


@given(secrets)
def test_the_order_of_a_record_s_members_does_not_matter(secret: bytes):
    turned = dict(reversed(RECORD.items()))
    assert commitment(salt_of(secret, RECORD), RECORD) == commitment(salt_of(secret, turned), turned)


def test_anybody_can_open_it_with_what_every_language_has():
    salt = bytes(range(32))
    text = b'{"record_id":"LMS-4410","revision":"1","source":"moodle"}'
    assert commitment(salt, RECORD) == hmac.new(salt, text, "sha256").digest()


@given(secrets, secrets)
def test_two_persons_entries_for_one_record_differ(one: bytes, other: bytes):
    if one != other:
        assert commitment(salt_of(one, RECORD), RECORD) != commitment(salt_of(other, RECORD), RECORD)


def test_two_records_of_one_person_have_salts_of_their_own():
    secret = bytes(32)
    assert salt_of(secret, RECORD) != salt_of(secret, {**RECORD, "revision": "2"})


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_short_secret_or_salt_is_refused(length: int):
    with pytest.raises(ValueError, match=f"{length} bytes"):
        salt_of(bytes(length), RECORD)
    with pytest.raises(ValueError, match=f"{length} bytes"):
        commitment(bytes(length), RECORD)


@given(secrets)
def test_a_leaf_is_its_salt_and_its_commitment(secret: bytes):
    salt = salt_of(secret, RECORD)
    assert leaf_of(secret, RECORD) == (salt, commitment(salt, RECORD))
