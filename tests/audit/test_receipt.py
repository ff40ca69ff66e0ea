"""Receipts: genuine, completed by a proof, and every claim of them changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_logs import CLAIMS, KEY, KEYS, ORIGIN, SALT, as_json, entries_of, log_of, proven
from trueup.audit.checkpoint import signed
from trueup.audit.problem import UnverifiableError
from trueup.audit.receipt import issue, parse, verify_receipt
from trueup.kit.signing import SigningKey


def test_a_receipt_is_genuine_before_it_has_a_proof():
    verdict = verify_receipt(parse(as_json(issue(CLAIMS, KEY, SALT))), KEYS)
    assert (verdict.signed_by, verdict.head, verdict.problems) == (KEY.verifier, None, ())


def test_the_same_record_has_the_same_receipt():
    assert issue(CLAIMS, KEY, SALT) == issue(CLAIMS, KEY, SALT)


@given(st.integers(1, 600), st.data())
def test_a_proof_leads_to_the_log_s_head_from_every_leaf(size: int, data: st.DataObject):
    receipt = proven(size, data.draw(st.integers(0, size - 1)))
    verdict = verify_receipt(parse(as_json(receipt)), KEYS)
    assert verdict.head is not None
    assert (verdict.head.origin, verdict.head.size, verdict.problems) == (ORIGIN, size, ())


CHANGES = [  # member, value, what is said
    ("source", "canvas", "a claim was changed"),
    ("record_id", "LMS-4411", "a claim was changed"),
    ("revision", "2", "a claim was changed"),
    ("digest", "1" * 64, "a claim was changed"),
    ("time", "2026-04-01T00:00:00.000001Z", "a claim was changed"),
    ("contract", "1.0.1", "a claim was changed"),
    ("signature", "AAAA", "a claim was changed"),
    ("signature", "?", "can't be read"),
    ("key", "somebody+00000000", "not trusted"),
    ("leaf_index", 301, "does not hold"),  # its neighbour
    ("leaf_index", 700, "not in a tree"),  # behind the end
    ("leaf_index", -1, "not in a tree"),
    ("salt", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "does not hold"),
    ("salt", "AAAA", "3 bytes"),
]


@pytest.mark.parametrize(("member", "value", "said"), CHANGES)
def test_a_changed_member_is_noticed(member: str, value: object, said: str):
    document = json.loads(as_json(proven()))
    document[member] = value
    verdict = verify_receipt(parse(json.dumps(document).encode()), KEYS)
    assert said in verdict.problems[0].detail
    assert verdict.problems[0].expected != verdict.problems[0].actual


def test_a_changed_proof_names_the_leaf_and_both_roots():
    document = json.loads(as_json(proven()))
    hashes = document["proof"]["hashes"]
    hashes[0], hashes[1] = hashes[1], hashes[0]
    verdict = verify_receipt(parse(json.dumps(document).encode()), KEYS)
    (found,) = verdict.problems
    assert (found.where, found.first_leaf) == ("proof", 300)
    assert found.expected == verdict.head.root.hex()


@pytest.mark.parametrize("hashes", [[], ["x"], ["AAAA"]])
def test_a_proof_of_the_wrong_form_is_none(hashes: list[str]):
    document = json.loads(as_json(proven()))
    document["proof"]["hashes"] = hashes
    (found,) = verify_receipt(parse(json.dumps(document).encode()), KEYS).problems
    assert found.actual == "no proof"


def test_a_checkpoint_inside_that_nobody_signed_proves_nothing():
    document = json.loads(as_json(proven()))
    document["proof"]["checkpoint"] = document["proof"]["checkpoint"].replace("700", "701")
    (found,) = verify_receipt(parse(json.dumps(document).encode()), KEYS).problems
    assert "does not fit" in found.detail


# A checkpoint from elsewhere


def test_a_checkpoint_from_elsewhere_of_the_same_tree_agrees():
    receipt = proven()
    assert verify_receipt(receipt, KEYS, checkpoint=receipt.proof.checkpoint.encode()).problems == ()


def test_two_signed_trees_of_one_size_are_noticed():
    other = signed(log_of(entries_of(700)).head, [KEY]).encode()
    (found,) = verify_receipt(proven(), KEYS, checkpoint=other).problems
    assert found.detail == "the log signed two different trees of one size"


def test_a_checkpoint_of_another_size_says_what_to_do():
    other = signed(log_of(entries_of(701)).head, [KEY]).encode()
    with pytest.raises(UnverifiableError, match=r"give a checkpoint of 700 leaves"):
        verify_receipt(proven(), KEYS, checkpoint=other)


def test_without_a_proof_no_checkpoint_helps():
    other = signed(log_of(entries_of(701)).head, [KEY]).encode()
    with pytest.raises(UnverifiableError, match="no proof yet"):
        verify_receipt(issue(CLAIMS, KEY, SALT), KEYS, checkpoint=other)


def test_a_receipt_of_before_a_rotation_verifies_with_the_old_key_beside_the_new():
    new = SigningKey.generate(ORIGIN)
    assert verify_receipt(proven(), [new.verifier, KEY.verifier]).problems == ()
    assert verify_receipt(issue(CLAIMS, KEY, SALT), [new.verifier]).problems


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no receipt"),
        (b"[" * 100_000, "no receipt"),  # nested
        (b"[]", "no receipt"),
        (b'{"source": "moodle"}', "record_id"),  # names what is missing
        (b" " * 300_000, "at most|over"),
        (b'{"source": "\xff"}', "no receipt"),
        (
            as_json(issue(CLAIMS, KEY, SALT)).replace(b'"digest"', b'"digset"'),
            "digset",
        ),  # a member unknown here
    ],
    ids=["nothing", "nested", "a list", "a member missing", "too long", "no text", "an unknown member"],
)
def test_what_is_no_receipt_says_why(raw: bytes, said: str):
    with pytest.raises(UnverifiableError, match=said):
        parse(raw)
