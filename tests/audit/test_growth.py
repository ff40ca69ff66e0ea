"""A log grows batch by batch into the same tiles and root as at once, and never loses what it had."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_logs import Log, entries_of, log_of
from trueup.audit.growth import grown
from trueup.audit.merkle import leaf_hash, root_of, tree_head
from trueup.audit.tiles import subtree_from_tiles, tiles_of


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 600), max_size=6))
def test_batches_give_the_tree_that_one_batch_gives(sizes: list[int]):
    entries = entries_of(sum(sizes))
    log, at = Log(), 0
    for size in sizes:
        log.append(entries[at : at + size])
        at += size
    whole = log_of(entries)
    assert (log.size, log.root, log.tiles) == (whole.size, whole.root, whole.tiles)
    assert log.root == root_of([leaf_hash(entry) for entry in entries])


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_one_more_leaf_is_right_at_every_edge(size: int):
    log = log_of(entries_of(size))
    log.append(entries_of(size + 1)[size:])
    assert log.root == root_of([leaf_hash(entry) for entry in entries_of(size + 1)])
    assert log.root == tree_head(log.size, subtree_from_tiles(log.size, log.read))
    assert all(len(log.read(tile)) == tile.size for tile in tiles_of(log.size))


@given(st.integers(0, 600), st.integers(0, 600))
def test_only_what_grew_is_written_and_it_begins_with_what_was_there(old: int, more: int):
    before = log_of(entries_of(old))
    growth = grown(old, before.edge, entries_of(old + more)[old:])
    assert {tile for tile, _ in growth.tiles} == set(tiles_of(growth.size, since=old))
    for tile, data in growth.tiles:
        assert data.startswith(before.tiles.get((tile.level, tile.index), b""))


def test_an_edge_that_is_not_the_log_s_is_refused():
    edge = {-1: b"", 0: b"x" * 32}
    with pytest.raises(ValueError, match="level -1 of 3 leaves ends with 0 bytes; expected 102"):
        grown(3, edge, entries_of(1))
    with pytest.raises(ValueError, match="at most"):
        grown(2**63 - 1, {}, entries_of(1))
