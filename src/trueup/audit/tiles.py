"""Tiles and entry bundles of C2SP tlog-tiles: where they stand, how wide they are, what is in them. Knows no directory.

A tile at level L holds up to 256 hashes of subtrees over 256**L leaves each; a bundle holds up to 256 entries, each
behind its length. Hashes between the levels are computed from a tile's own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from trueup.audit.commitment import ENTRY_BYTES
from trueup.audit.merkle import EMPTY_ROOT, HASH_BYTES, Subtree, node_hash, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1  # the level of a bundle: below the leaf hashes
HIGHEST_LEVEL = 63

_PREFIX = ENTRY_BYTES.to_bytes(2, "big")
FRAME_BYTES = len(_PREFIX) + ENTRY_BYTES

_PATH = re.compile(r"tile/(entries|\d{1,2})((?:/x\d{3}){0,6}/\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)


class NotATileError(ValueError):
    """A path that no tile or bundle has."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile, or bundle where `level` is ENTRIES: `width` hashes or entries from the `index`-th of its level on."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served (tlog-tiles, "Merkle Tree" and "Log entries").

        >>> Tile(0, 1234067).path, Tile(ENTRIES, 0, 7).path
        ('tile/0/x001/x234/067', 'tile/entries/000.p/7')
        """
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.width * (FRAME_BYTES if self.level == ENTRIES else HASH_BYTES)

    def leaves(self, position: int) -> tuple[int, int]:
        """The first and the last leaf below the hash or entry at this position."""
        below = HEIGHT * max(self.level, 0)
        first = (self.index * WIDTH + position) << below
        return first, first + (1 << below) - 1

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """The tile of a path, which must be spelled as `path` spells it. NotATileError where none has it."""
        found = _PATH.fullmatch(path)
        if found:
            level = ENTRIES if found[1] == "entries" else int(found[1])
            index = int(found[2].replace("/x", "").replace("/", ""))
            tile = cls(level, index, int(found[3]) if found[3] else WIDTH)
            if tile.path == path and level <= HIGHEST_LEVEL and 0 < tile.width <= WIDTH:
                return tile
        raise NotATileError(f"no tile has the path {path[:80]!r}")


ReadTile: TypeAlias = Callable[[Tile], bytes]
"""The bytes of a tile: exactly `tile.size` of them."""


def levels_of(size: int) -> Iterator[tuple[int, int]]:
    """Each level with hashes in a tree of that size, and how many it has in all its tiles.

    >>> list(levels_of(70_000))
    [(0, 70000), (1, 273), (2, 1)]
    """
    level = 0
    while size >> (HEIGHT * level):
        yield level, size >> (HEIGHT * level)
        level += 1


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile as it is in a tree of `size` leaves: partial where it is its level's last and not full."""
    count = size >> (HEIGHT * max(level, 0))
    return Tile(level, index, min(WIDTH, count - index * WIDTH))


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The bundles and tiles of a tree, lowest level first; with `since`, those that grew since that size.

    >>> [tile.path for tile in tiles_of(300) if tile.level >= 0]
    ['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']
    """
    for level in (ENTRIES, *(level for level, _ in levels_of(size))):
        below = HEIGHT * max(level, 0)
        old, count = since >> below, size >> below
        if old < count:
            for index in range(old // WIDTH, -(-count // WIDTH)):
                yield tile_at(level, index, size)


def edge_of(size: int) -> list[Tile]:
    """The partial tiles of hashes, lowest level first: those that are no part of another. They alone make the root.

    >>> [tile.path for tile in edge_of(70_000)]
    ['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']
    """
    return [tile_at(level, count // WIDTH, size) for level, count in levels_of(size) if count % WIDTH]


def root_of_edge(edge: Sequence[Tile], hashes: Sequence[bytes]) -> bytes:
    """The root from the hashes of the partial tiles: their whole subtrees, folded from the right (RFC 6962, 2.1)."""
    root: bytes | None = None
    at = 0
    for tile in edge:
        end = at + tile.width
        for height in range(HEIGHT):
            if tile.width >> height & 1:
                peak = root_of(hashes[end - (1 << height) : end])
                end -= 1 << height
                root = peak if root is None else node_hash(peak, root)
        at += tile.width
    return EMPTY_ROOT if root is None else root


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes that a tile consists of."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of these entries: each behind its length, two bytes, big-endian (tlog-tiles, "Log entries")."""
    return b"".join(_PREFIX + entry for entry in entries)


def frames_in(data: bytes) -> list[bytes]:
    """What a bundle consists of: each entry with its length before it."""
    return [data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]


def entry_in(frame: bytes) -> bytes | None:
    """The entry of a frame; None where its length is not that of a commitment, or bytes are missing."""
    return frame[2:] if len(frame) == FRAME_BYTES and frame.startswith(_PREFIX) else None


def subtree_from_tiles(size: int, read: ReadTile, *, kept: int = 512) -> Subtree:
    """The hashes of a tree of `size` leaves from its tiles alone, as any client computes them.

    `read` is asked for each tile that is needed; up to `kept` of them are remembered.
    """
    remembered = lru_cache(maxsize=kept)(read)

    def subtree(level: int, index: int) -> bytes:
        tile_level, rest = divmod(level, HEIGHT)
        first = index << rest
        data = remembered(tile_at(tile_level, first // WIDTH, size))
        at = first % WIDTH * HASH_BYTES
        return root_of(hashes_in(data[at : at + (HASH_BYTES << rest)]))

    return subtree
