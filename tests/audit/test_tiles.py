"""Paths, widths and contents of tiles as tlog-tiles says them, and proofs from tiles against a tree of leaves."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.audit.commitment import ENTRY_BYTES
from trueup.audit.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_by_inclusion,
    root_of,
    roots_by_consistency,
    tree_head,
)
from trueup.audit.tiles import (
    ENTRIES,
    NotATileError,
    Tile,
    bundle,
    entry_in,
    frames_in,
    levels_of,
    subtree_from_tiles,
    tile_at,
    tiles_of,
)

PATHS = [
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 999), "tile/0/999"),  # the last of one group
    (Tile(0, 1000), "tile/0/x001/000"),  # the first of two
    (Tile(1, 1234067), "tile/1/x001/x234/067"),  # the specification's example
    (Tile(2, 5, 17), "tile/2/005.p/17"),
    (Tile(63, 0, 1), "tile/63/000.p/1"),  # the highest level
    (Tile(ENTRIES, 1234067, 255), "tile/entries/x001/x234/067.p/255"),
]


@pytest.mark.parametrize(("tile", "path"), PATHS)
def test_a_path_is_written_and_read_as_specified(tile: Tile, path: str):
    assert tile.path == path
    assert Tile.parse(path) == tile


@given(st.integers(-1, 63), st.integers(0, 2**55), st.integers(1, 256))
def test_every_tile_has_one_path(level: int, index: int, width: int):
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",  # not padded
        "tile/00/000",  # a leading zero of the level
        "tile/64/000",  # above the highest
        "tile/0/x000/001",  # a leading group that is not needed
        "tile/0/001/000",  # no x
        "tile/0/000.p/0",  # empty
        "tile/0/000.p/256",  # full ones have no suffix
        "tile/0/000.p/007",  # a leading zero of the width
        "tile/0/000.p/1/..",  # a way out
        "tile/../000",
        "tile/entries/000\n",
        "tile/0/٠٠٠",  # digits of another script
        "",
    ],
)
def test_what_is_no_path_is_refused(path: str):
    with pytest.raises(NotATileError):
        Tile.parse(path)


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts():
    tiles = [tile for tile in tiles_of(70_000) if tile.level >= 0]
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert Tile(1, 0) in tiles
    assert list(levels_of(256)) == [(0, 256), (1, 1)]


def entries_of(size: int) -> list[bytes]:
    return [sha256(str(number).encode()).digest() for number in range(size)]


def stored(entries: list[bytes]) -> dict[Tile, bytes]:
    """All tiles, each computed from the leaves below it and not from one another."""
    hashes = [leaf_hash(entry) for entry in entries]
    found: dict[Tile, bytes] = {}
    for tile in tiles_of(len(entries)):
        ranges = [tile.leaves(position) for position in range(tile.width)]
        if tile.level == ENTRIES:
            found[tile] = bundle([entries[first] for first, _ in ranges])
        else:
            found[tile] = b"".join(root_of(hashes[first : last + 1]) for first, last in ranges)
    return found


SIZES = [1, 2, 255, 256, 257, 511, 512, 700, 65_536, 65_537 + 256]  # around every edge of a tile and a level


@pytest.mark.parametrize("size", SIZES)
def test_the_head_from_tiles_is_the_head_of_the_leaves(size: int):
    entries = entries_of(size)
    tiles = stored(entries)
    assert all(len(data) == tile.size for tile, data in tiles.items())
    assert tree_head(size, subtree_from_tiles(size, tiles.__getitem__)) == root_of(
        [leaf_hash(entry) for entry in entries]
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 1400), st.data())
def test_proofs_from_tiles_are_those_of_the_leaves(size: int, data: st.DataObject):
    hashes = [leaf_hash(entry) for entry in entries_of(size)]
    subtree = subtree_from_tiles(size, stored(entries_of(size)).__getitem__)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = root_of(hashes)
    assert root_by_inclusion(hashes[index], index, size, inclusion_proof(index, size, subtree)) == root
    proof = consistency_proof(old, size, subtree)
    assert roots_by_consistency(old, size, root_of(hashes[:old]), proof) == (root_of(hashes[:old]), root)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_what_grew_is_what_is_new_or_wider(one: int, other: int):
    old, new = sorted((one, other))
    before = set(tiles_of(old))
    assert set(tiles_of(new, since=old)) == set(tiles_of(new)) - before


@given(st.lists(st.binary(min_size=ENTRY_BYTES, max_size=ENTRY_BYTES), min_size=1, max_size=256))
def test_a_bundle_reads_back(entries: list[bytes]):
    data = bundle(entries)
    assert len(data) == tile_at(ENTRIES, 0, len(entries)).size
    assert [entry_in(frame) for frame in frames_in(data)] == entries


FRAMES = [
    b"",  # missing
    b"\x00\x20" + bytes(31),  # cut off
    b"\x00\x21" + bytes(32),  # another length
    b"\x20\x00" + bytes(32),  # little-endian
]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_that_holds_no_commitment_has_no_entry(frame: bytes):
    assert entry_in(frame) is None


def test_a_position_names_the_leaves_below_it():
    assert Tile(0, 1).leaves(3) == (259, 259)
    assert Tile(ENTRIES, 1).leaves(3) == (259, 259)
    assert Tile(1, 0).leaves(2) == (512, 767)
    assert Tile(2, 0).leaves(1) == (65_536, 131_071)
