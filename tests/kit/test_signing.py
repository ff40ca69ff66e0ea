"""Keys by name: the specification's own, files that only the owner reads, and characters that were changed."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.signing import (
    SigningKey,
    UnusableKeyError,
    VerifierKey,
    load_signing_keys,
    load_verifier_keys,
    save_new_key,
)

SPECIFIED = (
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"  # C2SP signed-note, "Example"
)


def test_the_specification_s_key_reads_and_writes_as_it_stands_there():
    key = VerifierKey.parse(SPECIFIED)
    assert key.name == "example.com/foo"
    assert key.key_id.hex() == "530d903a"
    assert str(key) == SPECIFIED


@given(st.integers(0, len(SPECIFIED) - 1), st.sampled_from("Aaz09+/="))
def test_a_changed_character_of_a_verifier_key_is_noticed(position: int, character: str):
    changed = SPECIFIED[:position] + character + SPECIFIED[position + 1 :]
    if changed != SPECIFIED:
        with pytest.raises(UnusableKeyError):
            VerifierKey.parse(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing
        "example.com/foo",  # a name alone
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  # type 02, not Ed25519
        "example.com/foo+530d903a+AekyeRrm",  # too short
        "exam ple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  # a blank in the name
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  # no name
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str):
    with pytest.raises(UnusableKeyError):
        VerifierKey.parse(text)


def test_a_key_signs_what_its_verifier_verifies_and_nothing_else():
    key, other = SigningKey.generate("example.org/audit"), SigningKey.generate("example.org/audit")
    signature = key.sign(b"text")
    assert key.verifier.verifies(signature, b"text")
    assert not key.verifier.verifies(signature, b"Text")
    assert not key.verifier.verifies(signature[:-1], b"text")
    assert not other.verifier.verifies(signature, b"text")


def test_a_saved_key_is_the_same_key_and_only_its_owner_reads_it(tmp_path: Path):
    key = SigningKey.generate("example.org/audit")
    path = tmp_path / "audit.key"
    before = os.umask(0)
    try:
        save_new_key(path, key)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (loaded,) = load_signing_keys(path)
    assert loaded.verifier == key.verifier
    assert loaded.sign(b"x") == key.sign(b"x")


def test_a_key_is_never_written_over_another(tmp_path: Path):
    path = tmp_path / "audit.key"
    save_new_key(path, SigningKey.generate("example.org/audit"))
    with pytest.raises(FileExistsError):
        save_new_key(path, SigningKey.generate("example.org/audit"))


def test_a_key_that_others_may_read_is_refused(tmp_path: Path):
    path = tmp_path / "audit.key"
    save_new_key(path, SigningKey.generate("example.org/audit"))
    path.chmod(0o640)
    with pytest.raises(UnusableKeyError, match="mode 0640, expected 0600"):
        load_signing_keys(path)


def test_no_message_or_representation_shows_a_private_key(tmp_path: Path):
    key = SigningKey.generate("example.org/audit")
    secret = key.reveal().rsplit("+", 1)[1]
    path = tmp_path / "audit.key"
    path.write_text(key.reveal().replace("example.org/audit", "example.org/other") + "\n")
    path.chmod(0o600)
    with pytest.raises(UnusableKeyError) as refused:
        load_signing_keys(path)
    assert secret not in f"{refused.value!r} {key!r} {key}"
    path.write_text(secret)
    with pytest.raises(UnusableKeyError) as refused:
        load_signing_keys(path)
    assert secret not in str(refused.value)


def test_keys_of_a_rotation_stand_one_a_line_newest_first(tmp_path: Path):
    new, old = SigningKey.generate("example.org/audit"), SigningKey.generate("example.org/audit")
    private, public = tmp_path / "audit.key", tmp_path / "verifier-keys"
    private.write_text(f"{new.reveal()}\n{old.reveal()}\n")
    private.chmod(0o600)
    public.write_text(f"{new.verifier}\n\n{old.verifier}\n")
    assert [key.verifier for key in load_signing_keys(private)] == [new.verifier, old.verifier]
    assert load_verifier_keys(public) == (new.verifier, old.verifier)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 keys"),  # empty
        (b"x" * 20_000, "over 16,384 bytes"),  # no key file at all
        (b"\xff\xfe", "key 1"),  # no UTF-8
        (SPECIFIED.encode() + b"\nnonsense", "key 2"),  # the second is none
    ],
)
def test_a_file_without_keys_says_what_is_wrong_and_where(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "verifier-keys"
    path.write_bytes(content)
    with pytest.raises(UnusableKeyError, match=said):
        load_verifier_keys(path)
