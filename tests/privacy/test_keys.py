"""What a person's key seals opens with that key, at that place, and with nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.privacy.keys import MASTER_BYTES, MasterKey, PersonKey, WrongKeyError

MASTER = MasterKey(bytes(range(MASTER_BYTES)))
KEY = PersonKey.generate()


@given(plain=st.binary(max_size=2000), place=st.binary(max_size=100))
def test_what_is_sealed_opens_where_it_was_sealed(plain: bytes, place: bytes):
    sealed = KEY.seal(plain, place)
    assert KEY.opened(sealed, place) == plain
    assert plain not in sealed or len(plain) < 4
    with pytest.raises(WrongKeyError):
        KEY.opened(sealed, place + b"x")
    with pytest.raises(WrongKeyError):
        PersonKey.generate().opened(sealed, place)


@given(data=st.data())
def test_changed_byte_does_not_open(data: st.DataObject):
    sealed = bytearray(KEY.seal(b"a completion", b"here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WrongKeyError):
        KEY.opened(bytes(sealed), b"here")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(27)])
def test_what_was_never_sealed_does_not_open(sealed: bytes):
    with pytest.raises(WrongKeyError):
        KEY.opened(sealed, b"")


def test_persons_key_opens_for_its_owner_and_under_its_master_key_only():
    wrapped = MASTER.wrap(KEY, b"anna")
    assert MASTER.unwrapped(wrapped, b"anna") == KEY
    with pytest.raises(WrongKeyError):
        MASTER.unwrapped(wrapped, b"ben")
    with pytest.raises(WrongKeyError):
        MasterKey(bytes(MASTER_BYTES)).unwrapped(wrapped, b"anna")


def test_fingerprint_tells_bodies_apart_and_needs_the_key():
    assert KEY.fingerprint(b"one") == KEY.fingerprint(b"one")
    assert KEY.fingerprint(b"one") != KEY.fingerprint(b"two")
    assert KEY.fingerprint(b"one") != PersonKey.generate().fingerprint(b"one")


def test_no_key_shows_in_its_representation():
    assert KEY.material.hex() not in repr(KEY)
    assert repr(MASTER.secret) not in repr(MASTER)
    assert MASTER.key_id not in MASTER.secret.hex()


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_master_key_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(bytes(length))
