"""The Merkle tree of RFC 6962 and RFC 9162: hashes, heads, proofs. Knows no tile, no signature, no entry's meaning.

A tree is asked through a function of (level, index) that gives the hash of a complete subtree: the one over the
leaves index * 2**level up to (index + 1) * 2**level. So a list of leaves and a directory of tiles prove alike.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32
LARGEST_TREE = 2**63 - 1  # leaves

Subtree: TypeAlias = Callable[[int, int], bytes]
"""(level, index) to the hash of that complete subtree; level 0 are the leaf hashes."""


class NoProofError(ValueError):
    """What was handed over can't be a proof for that place and size: too long, too short, or out of the tree."""


EMPTY_ROOT = sha256().digest()
"""The head of a tree without leaves (RFC 6962, 2.1)."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry) (RFC 6962, 2.1).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right) (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The head over subtrees of one height, in order: pairs are hashed, an odd last one rises as it is."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = [row[-1]] if len(row) % 2 else []
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


def root_between(first: int, end: int, subtree: Subtree) -> bytes:
    """MTH(D[first:end]), where the range is one that the tree is divided into (RFC 6962, 2.1)."""
    size = end - first
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return subtree(level, first >> level)
    middle = first + _left_half(size)
    return node_hash(root_between(first, middle, subtree), root_between(middle, end, subtree))


def tree_head(size: int, subtree: Subtree) -> bytes:
    """The root hash of the first `size` leaves."""
    return root_between(0, size, subtree)


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(index, D[size]): the siblings from the leaf up to the root (RFC 6962, 2.1.1).

    NoProofError where the leaf is not in a tree of that size.
    """
    if not 0 <= index < size:
        raise NoProofError(f"leaf {index} is not in a tree of {size} leaves")
    siblings: list[tuple[int, int]] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _left_half(end - first)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((first, middle))
            first = middle
    return [root_between(*one, subtree) for one in reversed(siblings)]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """PROOF(old, D[size]): what shows that the first `old` leaves are a beginning of it (RFC 6962, 2.1.2).

    Empty where both are the same size. NoProofError where there is nothing to prove: 0 < old <= size.
    """
    if not 0 < old <= size:
        raise NoProofError(
            f"no proof from {old} to {size} leaves: the older tree has at least 1 and at most {size}"
        )
    parts: list[tuple[int, int]] = []
    first, end = 0, size
    while end != old:
        middle = first + _left_half(end - first)
        if old <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((first, middle))
            first = middle
    if first:
        parts.append((first, end))
    return [root_between(*one, subtree) for one in reversed(parts)]


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that the proof leads to from a leaf hash: right when it equals the checkpoint's (RFC 9162, 2.1.3.2).

    NoProofError where the proof does not have the length that this place needs.
    """
    if not 0 <= index < size:
        raise NoProofError(f"leaf {index} is not in a tree of {size} leaves")
    root = leaf
    for sibling, on_the_left in _climb(index, size - 1, [leaf, *proof]):
        root = node_hash(sibling, root) if on_the_left else node_hash(root, sibling)
    return root


def roots_by_consistency(old: int, size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the old and the new tree that the proof leads to (RFC 9162, 2.1.4.2).

    The log only grew when both equal those of the two checkpoints. NoProofError where the length can't be right.
    """
    if not 0 < old <= size:
        raise NoProofError(f"no proof leads from {old} to {size} leaves")
    if old == size:
        if proof:
            raise NoProofError(f"{len(proof)} hashes are too many between two trees of {size} leaves")
        return old_root, old_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise NoProofError(f"an empty proof can't lead from {old} to {size} leaves")
    shared = (old & -old).bit_length() - 1  # rows in which the old tree ends with a whole subtree
    before = after = path[0]
    for part, on_the_left in _climb((old - 1) >> shared, (size - 1) >> shared, path):
        before = node_hash(part, before) if on_the_left else before
        after = node_hash(part, after) if on_the_left else node_hash(after, part)
    return before, after


def _climb(place: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each hash after the path's first, and whether it stands on the left; `last` is the row's last place.

    NoProofError where the path is too long or too short to end at the root, or holds what is no hash.
    """
    if any(len(one) != HASH_BYTES for one in path):
        raise NoProofError(f"a hash that does not have {HASH_BYTES} bytes")
    for part in path[1:]:
        if last == 0:
            raise NoProofError(f"{len(path) - 1} hashes are too many: the root is reached before")
        on_the_left = bool(place & 1) or place == last
        yield part, on_the_left
        while on_the_left and not place & 1 and place:  # rows where this place has no sibling
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise NoProofError(f"{len(path) - 1} hashes are too few to reach the root")


def _left_half(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
