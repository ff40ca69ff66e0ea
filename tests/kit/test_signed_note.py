"""C2SP signed-note: its own example, what it forbids, and every byte changed."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.signed_note import NotANoteError, UnsignedError, parse_note, sign_note, verified_by
from trueup.kit.signing import SigningKey, VerifierKey

SPECIFIED_KEY = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
SPECIFIED = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
KEY = SigningKey.generate("example.org/audit")
OTHER = SigningKey.generate("example.org/witness")


def test_the_specification_s_example_verifies():
    note = parse_note(SPECIFIED)
    assert note.text == "This is an example message.\n"
    assert verified_by(note, [SPECIFIED_KEY]) == (SPECIFIED_KEY,)


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=("Cs",))))
def test_what_is_signed_reads_back_and_verifies(text: str):
    note = parse_note(sign_note(text + "\n", [KEY, OTHER]).encode())
    assert note.text == text + "\n"
    assert verified_by(note, [KEY.verifier, OTHER.verifier]) == (KEY.verifier, OTHER.verifier)


@given(st.integers(0, len(SPECIFIED) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_changes_unnoticed(position: int, change: int):
    changed = bytearray(SPECIFIED)
    changed[position] ^= change
    with pytest.raises((NotANoteError, UnsignedError)):
        verified_by(parse_note(bytes(changed)), [SPECIFIED_KEY])


def test_signatures_of_unknown_keys_are_ignored():
    note = parse_note(sign_note("text\n", [OTHER, KEY]).encode())
    assert verified_by(note, [KEY.verifier]) == (KEY.verifier,)


def test_a_key_of_the_same_name_is_another_key():
    note = parse_note(sign_note("text\n", [KEY]).encode())
    with pytest.raises(UnsignedError, match=r"expected example\.org/audit"):
        verified_by(note, [SigningKey.generate("example.org/audit").verifier])


def test_sixteen_signatures_of_the_greatest_kind_are_read():
    # signed-note, "Format": at least 16, and post-quantum ones have up to nearly 5,000 bytes
    lines = "".join(
        f"\u2014 witness{number}.example {b64encode(bytes(5000)).decode()}\n" for number in range(15)
    )
    note = parse_note((sign_note("text\n", [KEY]) + lines).encode())
    assert len(note.signatures) == 16
    assert verified_by(note, [KEY.verifier]) == (KEY.verifier,)


def test_one_wrong_signature_of_a_known_key_rejects_the_note():
    good, bad = sign_note("text\n", [KEY]), sign_note("other\n", [OTHER])
    note = parse_note((good + bad.split("\n\n")[1]).encode())
    with pytest.raises(UnsignedError, match=r"example\.org/witness"):
        verified_by(note, [KEY.verifier, OTHER.verifier])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "blank line"),  # nothing
        (b"text\n", "blank line"),  # no signatures
        (b"text\n\n", "signature lines that end"),  # none
        (SPECIFIED[:-1], "end with a newline"),  # cut off
        (SPECIFIED.replace("\u2014".encode(), b"-"), "no signature line"),  # a hyphen is no dash
        (SPECIFIED.replace(b"message", b"mess\x07ge"), "U\\+0007"),  # a bell
        (SPECIFIED.replace(b"\n", b"\r\n"), "U\\+000D"),  # copied through Windows
        (SPECIFIED.replace(b"This", b"Th\xffs"), "byte 2"),  # no UTF-8
        (SPECIFIED.replace(b"IneyaQM=", b"IneyaQM"), "no base64"),  # padding lost
        (SPECIFIED.replace(b"IneyaQM=", b"IneyaQN="), "no base64"),  # the same bytes, spelled otherwise
        (b"text\n\n" + "\u2014 a AAAA\n".encode(), "3 bytes"),  # a key id alone, cut
        (b"x" * 300_000, "at most"),  # too much
        (b"text\n\n" + "\u2014 a AAAAAAA=\n".encode() * 100, "100 signature lines"),
    ],
)
def test_what_is_no_note_says_why(raw: bytes, said: str):
    with pytest.raises(NotANoteError, match=said):
        parse_note(raw)


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\r\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str):
    with pytest.raises(ValueError, match="newline"):
        sign_note(text, [KEY])


def test_a_note_needs_somebody_to_sign_it():
    with pytest.raises(ValueError, match="at least one key"):
        sign_note("text\n", [])
