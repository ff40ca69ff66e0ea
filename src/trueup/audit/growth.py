"""What new entries add to the tiles of a log. Knows neither where tiles are kept nor who signs the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trueup.audit.merkle import LARGEST_TREE, leaf_hash, root_of
from trueup.audit.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    bundle,
    edge_of,
    hashes_in,
    levels_of,
    root_of_edge,
)


@dataclass(frozen=True, slots=True)
class Growth:
    """The log after its new entries: size and root, and every tile and bundle that is new or wider than before."""

    size: int  # leaves
    root: bytes
    tiles: tuple[tuple[Tile, bytes], ...]


def grown(size: int, edge: Mapping[int, bytes], entries: Sequence[bytes]) -> Growth:
    """The log of `size` leaves with these entries behind them.

    `edge` has, by level, the bytes of each partial tile of that size, and of the partial bundle under ENTRIES: what
    the last growth left. ValueError where it is not the edge of a log of that size.
    """
    if size + len(entries) > LARGEST_TREE:
        raise ValueError(f"a log has at most {LARGEST_TREE} leaves")
    tiles = _filled(ENTRIES, size, edge, bundle(entries))
    now = size + len(entries)
    rising, last = [leaf_hash(entry) for entry in entries], dict(edge)
    for level, _ in levels_of(now):
        made = _filled(level, size, edge, b"".join(rising))
        tiles += made
        last[level] = made[-1][1] if made else edge.get(level, b"")
        rising = [root_of(hashes_in(data)) for tile, data in made if tile.width == WIDTH]
    hashes = [one for tile in edge_of(now) for one in hashes_in(last[tile.level])]
    return Growth(now, root_of_edge(edge_of(now), hashes), tuple(tiles))


def _filled(level: int, size: int, edge: Mapping[int, bytes], new: bytes) -> list[tuple[Tile, bytes]]:
    """The tiles of one level from its partial one on, with what is new behind it; none where nothing is."""
    count = size >> (HEIGHT * max(level, 0))
    each = Tile(level, 0, 1).size
    before = edge.get(level, b"")
    if len(before) != count % WIDTH * each:
        raise ValueError(
            f"level {level} of {size} leaves ends with {len(before)} bytes; expected {count % WIDTH * each}"
        )
    data = before + new if new else b""
    first = count // WIDTH
    full = WIDTH * each
    return [
        (Tile(level, first + at // full, min(full, len(data) - at) // each), data[at : at + full])
        for at in range(0, len(data), full)
    ]
