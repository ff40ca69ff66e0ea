"""The signed head: the specification's own, bounds of each line, and rotation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.audit.checkpoint import Checkpoint, NotACheckpointError, opened, signed
from trueup.audit.merkle import EMPTY_ROOT
from trueup.kit.signed_note import UnsignedError
from trueup.kit.signing import SigningKey

SPECIFIED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"  # tlog-checkpoint
)
KEY = SigningKey.generate("example.org/audit")
HEAD = Checkpoint("example.org/audit", 7, bytes(range(32)))


def test_the_specification_s_checkpoint_reads_and_writes_as_it_stands_there():
    head = Checkpoint.parse(SPECIFIED)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text() == SPECIFIED


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_signed_opens_as_it_was(size: int, root: bytes):
    head = Checkpoint("example.org/audit", size, root)
    assert opened(signed(head, [KEY]).encode(), [KEY.verifier]) == (head, (KEY.verifier,))


def test_an_empty_log_has_the_root_of_nothing():
    head = Checkpoint("example.org/audit", 0, EMPTY_ROOT)
    assert Checkpoint.parse(head.text()) == head


def test_lines_that_others_add_are_kept():
    assert Checkpoint.parse(SPECIFIED + "witness policy 3\n").extensions == ("witness policy 3",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "three lines"),  # nothing
        ("origin\n7\n", "three lines"),  # no root
        (SPECIFIED + "\n", "none empty"),  # an empty extension
        ("\n7\n" + SPECIFIED.split("\n")[2] + "\n", "none empty"),  # no origin
        (SPECIFIED[:-1], "three lines"),  # no last newline
        (SPECIFIED.replace("20852163", "020852163"), "line 2"),  # a leading zero
        (SPECIFIED.replace("20852163", "+20852163"), "line 2"),
        (SPECIFIED.replace("20852163", "2_0"), "line 2"),  # a number for Python alone
        (SPECIFIED.replace("20852163", "٢"), "line 2"),  # a digit of another script
        (SPECIFIED.replace("20852163", str(2**63)), "line 2"),  # beyond what is counted
        (SPECIFIED.replace("20852163", "9" * 5000), "line 2"),  # a number that takes its time
        (SPECIFIED.replace("20852163", "0"), "empty tree"),  # a root of something
        (SPECIFIED.replace("q2I=", "q2J="), "line 3"),  # the same bytes, spelled otherwise
        (SPECIFIED.replace("CsUY", ""), "29 bytes"),
        ("o" * 300 + SPECIFIED[27:], "300 characters"),
    ],
)
def test_what_is_no_checkpoint_says_which_line(text: str, said: str):
    with pytest.raises(NotACheckpointError, match=said):
        Checkpoint.parse(text)


def test_in_a_rotation_either_key_opens_the_head():
    new = SigningKey.generate("example.org/audit")
    raw = signed(HEAD, [new, KEY]).encode()
    assert opened(raw, [KEY.verifier])[0] == opened(raw, [new.verifier])[0] == HEAD
    assert opened(raw, [new.verifier, KEY.verifier])[1] == (new.verifier, KEY.verifier)


def test_a_key_that_was_retired_before_opens_nothing():
    with pytest.raises(UnsignedError, match="expected"):
        opened(signed(HEAD, [SigningKey.generate("example.org/audit")]).encode(), [KEY.verifier])
