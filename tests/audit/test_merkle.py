"""The tree against published vectors, and against a naive tree that recurses as the RFC is written."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.audit.merkle import (
    EMPTY_ROOT,
    NoProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_by_inclusion,
    root_of,
    roots_by_consistency,
    tree_head,
)

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [  # of the first n leaves: the vectors of Certificate Transparency
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def subtree_of(leaves: list[bytes]):
    return lambda level, index: naive(leaves[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(9))
def test_heads_are_those_of_certificate_transparency(size: int):
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES[:size]]
    assert root_of([leaf_hash(leaf) for leaf in leaves]).hex() == ROOTS[size]
    assert tree_head(size, subtree_of(leaves)).hex() == ROOTS[size]


def vectors(kind: str) -> list[dict]:
    lines = (Path(__file__).parent / "vectors" / f"{kind}.jsonl").read_text().splitlines()
    return [pytest.param(json.loads(line), id=json.loads(line)["desc"]) for line in lines]


def raw(vector: dict, name: str) -> bytes:
    return b64decode(vector[name] or "")


def proof(vector: dict) -> list[bytes]:
    return [b64decode(one) for one in vector["proof"] or []]


@pytest.mark.parametrize("vector", vectors("inclusion"))
def test_inclusion_is_judged_as_published(vector: dict):
    try:
        root = root_by_inclusion(
            raw(vector, "leafHash"), vector["leafIdx"], vector["treeSize"], proof(vector)
        )
    except NoProofError:
        root = None
    assert (root != raw(vector, "root")) == vector["wantErr"]


@pytest.mark.parametrize("vector", vectors("consistency"))
def test_consistency_is_judged_as_published(vector: dict):
    old, new = raw(vector, "root1"), raw(vector, "root2")
    try:
        found = roots_by_consistency(vector["size1"], vector["size2"], old, proof(vector))
    except NoProofError:
        found = None
    # "from nothing to something" is refused here; there it needs no proof
    if vector["size1"] == 0:
        assert found is None
    else:
        assert (found != (old, new)) == vector["wantErr"]


trees = st.lists(st.binary(max_size=3), min_size=1, max_size=70)


@given(trees, st.data())
def test_every_leaf_s_proof_leads_to_the_root(leaves: list[bytes], data: st.DataObject):
    index = data.draw(st.integers(0, len(leaves) - 1))
    found = inclusion_proof(index, len(leaves), subtree_of(leaves))
    assert root_by_inclusion(leaf_hash(leaves[index]), index, len(leaves), found) == naive(leaves)


@given(trees, st.data())
def test_every_beginning_of_a_log_is_proven_to_be_one(leaves: list[bytes], data: st.DataObject):
    old = data.draw(st.integers(1, len(leaves)))
    found = consistency_proof(old, len(leaves), subtree_of(leaves))
    roots = roots_by_consistency(old, len(leaves), naive(leaves[:old]), found)
    assert roots == (naive(leaves[:old]), naive(leaves))


@given(trees, st.data())
def test_no_changed_hash_of_a_proof_leads_to_the_root(leaves: list[bytes], data: st.DataObject):
    index = data.draw(st.integers(0, len(leaves) - 1))
    found = inclusion_proof(index, len(leaves), subtree_of(leaves))
    if found:
        which = data.draw(st.integers(0, len(found) - 1))
        found[which] = bytes([found[which][0] ^ 1]) + found[which][1:]
        assert root_by_inclusion(leaf_hash(leaves[index]), index, len(leaves), found) != naive(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=300))
def test_the_quick_head_is_the_naive_one(leaves: list[bytes]):
    assert root_of([leaf_hash(leaf) for leaf in leaves]) == naive(leaves)


@pytest.mark.parametrize(
    ("index", "size", "hashes"),
    [
        (1, 1, 0),  # behind the end
        (-1, 3, 1),  # before the beginning
        (0, 1, 1),  # a proof for what needs none
        (0, 2, 0),  # none for what needs one
        (0, 2, 2),  # one hash too many
    ],
)
def test_a_proof_of_the_wrong_length_is_none(index: int, size: int, hashes: int):
    with pytest.raises(NoProofError):
        root_by_inclusion(EMPTY_ROOT, index, size, [EMPTY_ROOT] * hashes)


def test_leaves_and_nodes_never_hash_alike():
    assert leaf_hash(EMPTY_ROOT + EMPTY_ROOT) != node_hash(EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3), (-1, 3)])
def test_there_is_no_consistency_with_nothing_or_with_the_future(old: int, size: int):
    with pytest.raises(NoProofError):
        consistency_proof(old, size, subtree_of([b"x"] * 3))
