"""The tree of an export, from a believed root down: which hash or entry was changed. Knows no signature, no record.

A tile whose hashes add up to a believed hash is believed, and so is what stands below each of them. Where a tile
does not add up, what is stored below it says which of its hashes was changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from trueup.audit.checkpoint import Checkpoint
from trueup.audit.export import Export
from trueup.audit.merkle import HASH_BYTES, leaf_hash, root_of
from trueup.audit.problem import Kind, Problem
from trueup.audit.tiles import (
    ENTRIES,
    FRAME_BYTES,
    WIDTH,
    Tile,
    edge_of,
    entry_in,
    frames_in,
    hashes_in,
    root_of_edge,
)

MOST_TRIED = 10  # hashes of one tile that may differ from what is below and still be told apart, 2**10 sums
MOST_PROBLEMS = 1000  # a log whose files are lost is not listed file by file
MOST_NAMED = 16  # changed places of one file named one by one; more are named as a range


@dataclass(frozen=True, slots=True)
class _Settled:
    """The hashes of some tiles that may be believed, and the positions where the stored ones had to be replaced."""

    hashes: tuple[bytes, ...]
    changed: tuple[int, ...]


def problems_below(export: Export, head: Checkpoint) -> list[Problem]:
    """Everything in the export that is not what a believed head stands for, from the top down: at most MOST_PROBLEMS."""
    if head.size == 0:
        return []
    tiles = edge_of(head.size)
    found = _below(export, tiles, lambda hashes: root_of_edge(tiles, hashes), head.root)
    return list(islice(found, MOST_PROBLEMS))


def head_held(export: Export) -> Checkpoint | None:
    """The head that the stored tiles add up to by themselves, of no origin; None where they are not whole."""
    size = export.held_leaves()
    tiles = edge_of(size)
    hashes = [one for tile in tiles for one in _hashes(export, tile)]
    whole = [one for one in hashes if one is not None]
    return Checkpoint("", size, root_of_edge(tiles, whole)) if len(whole) == len(hashes) else None


def _below(
    export: Export, tiles: Sequence[Tile], head_of: Callable[[Sequence[bytes]], bytes], believed: bytes
) -> Iterator[Problem]:
    """What is wrong in tiles that together should add up to a believed hash, and in everything below them."""
    places = [(tile, position) for tile in tiles for position in range(tile.width)]
    stored = [one for tile in tiles for one in _hashes(export, tile)]
    settled = _settle(stored, None, head_of, believed)
    under: list[bytes | None] = []
    if settled is None:
        under = [one for tile in tiles for one in _hashes_under(export, tile)]
        settled = _settle(stored, under, head_of, believed)
    if settled is None:
        yield from _undecided(places, stored, under, head_of, believed)
        agreed = [
            (place, one)
            for place, one, other in zip(places, stored, under, strict=True)
            if one and one == other
        ]
        yield from _under(export, [place for place, _ in agreed], [one for _, one in agreed])
        return
    for tile in tiles:
        changed = [at for at in settled.changed if places[at][0] == tile]
        yield from _named(
            Kind.TILE,
            tile,
            [(places[at][1], settled.hashes[at].hex(), _hex(stored[at])) for at in changed],
            "the hash in the tile was changed: what stands below it is what was signed",
        )
    for tile in tiles:
        yield from _too_long(export, Kind.TILE, tile)
    yield from _under(export, places, settled.hashes)


def _settle(
    stored: Sequence[bytes | None],
    under: Sequence[bytes | None] | None,
    head_of: Callable[[Sequence[bytes]], bytes],
    believed: bytes,
) -> _Settled | None:
    """The hashes that add up to the believed one: those stored, else mixed with those computed from below."""
    whole = [one for one in stored if one is not None]
    if under is None:
        fits = len(whole) == len(stored) and head_of(whole) == believed
        return _Settled(tuple(whole), ()) if fits else None
    differing = [at for at, (one, other) in enumerate(zip(stored, under, strict=True)) if one != other]
    options = [[one for one in (under[at], stored[at]) if one is not None] for at in differing]
    if not all(options):
        return None
    tried = product(*options) if len(differing) <= MOST_TRIED else [tuple(one[0] for one in options)]
    for choice in tried:
        mixed = list(stored)
        for at, one in zip(differing, choice, strict=True):
            mixed[at] = one
        hashes = tuple(one for one in mixed if one is not None)
        if head_of(hashes) == believed:
            return _Settled(hashes, tuple(at for at in differing if stored[at] != mixed[at]))
    return None


def _under(
    export: Export, places: Sequence[tuple[Tile, int]], believed: Sequence[bytes]
) -> Iterator[Problem]:
    """What is wrong below hashes that are believed: in a bundle of entries, or in the tiles of the level below."""
    wrong: dict[Tile, list[tuple[int, str, str]]] = {}
    frames: dict[Tile, list[bytes]] = {}
    for (tile, position), expected in zip(places, believed, strict=True):
        if tile.level:
            child = Tile(tile.level - 1, tile.index * WIDTH + position)
            yield from _below(export, [child], root_of, expected)
            continue
        entries = Tile(ENTRIES, tile.index, tile.width)
        if entries not in frames:
            frames[entries] = _frames(export, entries)
        entry = entry_in(frames[entries][position])
        actual = leaf_hash(entry).hex() if entry is not None else _why_no_entry(frames[entries][position])
        if actual != expected.hex():
            wrong.setdefault(entries, []).append((position, expected.hex(), actual))
    for entries in frames:
        yield from _named(
            Kind.ENTRY, entries, wrong.get(entries, []), "the entry is not the one that was signed"
        )
        yield from _too_long(export, Kind.ENTRY, entries)


def _undecided(
    places: Sequence[tuple[Tile, int]],
    stored: Sequence[bytes | None],
    under: Sequence[bytes | None],
    head_of: Callable[[Sequence[bytes]], bytes],
    believed: bytes,
) -> Iterator[Problem]:
    """Tiles that do not add up, with or without what is below: the leaves that are in doubt, as few as can be told."""
    whole = [one for one in stored if one is not None]
    doubted = [
        place for place, one, other in zip(places, stored, under, strict=True) if one != other
    ] or places
    ranges = [tile.leaves(position) for tile, position in doubted]
    yield Problem(
        Kind.TILE,
        ", ".join(dict.fromkeys(tile.path for tile, _ in places)),
        min(first for first, _ in ranges),
        max(last for _, last in ranges),
        believed.hex(),
        head_of(whole).hex() if len(whole) == len(stored) else "missing",
        "tile and entries were changed, or another tree was signed: any of these leaves may be wrong",
    )


def _named(kind: Kind, tile: Tile, found: Sequence[tuple[int, str, str]], detail: str) -> Iterator[Problem]:
    """A problem for each changed place of one file, or one for their range where they are many."""
    if len(found) > MOST_NAMED:
        expected, actual = found[0][1], found[0][2]
        first, last = tile.leaves(found[0][0])[0], tile.leaves(found[-1][0])[1]
        yield Problem(
            kind,
            tile.path,
            first,
            last,
            expected,
            actual,
            f"{len(found)} places, the first is shown: {detail}",
        )
        return
    for position, expected, actual in found:
        first, last = tile.leaves(position)
        yield Problem(kind, tile.path, first, last, expected, actual, detail)


def _too_long(export: Export, kind: Kind, tile: Tile) -> Iterator[Problem]:
    if len(export.tile(tile) or b"") > tile.size:
        first, last = tile.leaves(0)[0], tile.leaves(tile.width - 1)[1]
        expected, actual = f"{tile.size} bytes", f"over {tile.size} bytes"
        yield Problem(kind, tile.path, first, last, expected, actual, "the file is longer than its leaves")


def _hashes(export: Export, tile: Tile) -> list[bytes | None]:
    """The hashes of a tile as stored; None for each that is missing."""
    data = (export.tile(tile) or b"")[: tile.size]
    found: list[bytes | None] = [one for one in hashes_in(data) if len(one) == HASH_BYTES]
    return found + [None] * (tile.width - len(found))


def _hashes_under(export: Export, tile: Tile) -> list[bytes | None]:
    """The hashes that a tile should have by what is stored below it; None where that is missing."""
    if tile.level == 0:
        entries = [entry_in(frame) for frame in _frames(export, Tile(ENTRIES, tile.index, tile.width))]
        return [None if entry is None else leaf_hash(entry) for entry in entries]
    found: list[bytes | None] = []
    for position in range(tile.width):
        hashes = _hashes(export, Tile(tile.level - 1, tile.index * WIDTH + position))
        whole = [one for one in hashes if one is not None]
        found.append(root_of(whole) if len(whole) == len(hashes) else None)
    return found


def _frames(export: Export, entries: Tile) -> list[bytes]:
    data = export.tile(entries) or b""
    found = frames_in(data[: entries.size])
    return found + [b""] * (entries.width - len(found))


def _why_no_entry(frame: bytes) -> str:
    if len(frame) < FRAME_BYTES:
        return "cut off" if frame else "missing"
    return f"an entry of {int.from_bytes(frame[:2], 'big')} bytes"


def _hex(stored: bytes | None) -> str:
    return "missing" if stored is None else stored.hex()
