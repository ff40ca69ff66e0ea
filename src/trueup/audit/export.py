"""A log as a directory: C2SP tlog-tiles, with the verifier keys and opened records beside it. Judges nothing in it."""

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from trueup.audit.commitment import SALT_BYTES
from trueup.audit.tiles import ENTRIES, WIDTH, NotATileError, Tile
from trueup.kit.base64_text import decoded, encoded
from trueup.kit.canonical_json import Json
from trueup.kit.signed_note import LARGEST_NOTE

CHECKPOINT = "checkpoint"
VERIFIER_KEYS = "verifier-keys"
OPENED = "opened.jsonl"
LONGEST_LINE = 1024 * 1024  # bytes of one opened record


class NotEmptyError(ValueError):
    """An export goes into a directory of its own."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One record that the log commits to, with what it takes to see that it does."""

    leaf_index: int
    salt: bytes
    record: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Export:
    """The directory of an export, or of any mirror of the log in the same layout."""

    directory: Path

    def checkpoint(self) -> bytes | None:
        """The checkpoint's bytes, cut where no note is longer; None where there is none."""
        return _content(self.directory / CHECKPOINT, LARGEST_NOTE)

    def tile(self, tile: Tile) -> bytes | None:
        """The tile's bytes, at most one more than it should have; None where there is none.

        A full tile stands in for a partial one (tlog-tiles, "Partial Tiles").
        """
        data = _content(self.directory / tile.path, tile.size)
        if data is None and tile.width < WIDTH:
            full = _content(self.directory / Tile(tile.level, tile.index).path, Tile(tile.level, 0).size)
            return None if full is None else full[: tile.size]
        return data

    def held_leaves(self) -> int:
        """How many leaves the bundles go up to, whatever the checkpoint says."""
        entries = self.directory / "tile" / "entries"
        ends = [0]
        for path in entries.rglob("*"):
            try:
                tile = Tile.parse(path.relative_to(self.directory).as_posix())
            except NotATileError:
                continue
            if tile.level == ENTRIES and path.is_file():
                ends.append(tile.index * WIDTH + tile.width)
        return max(ends)

    def opened(self) -> Iterator[tuple[int, Opened | str]]:
        """Each line of opened records with its number: the record, or what is wrong with the line."""
        path = self.directory / OPENED
        if not path.is_file():
            return
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    yield number, f"a line of over {LONGEST_LINE:,} bytes"
                    return
                yield number, _opened(line)


def begin(directory: Path) -> None:
    """Make the directory of an export. NotEmptyError where something is in it already. OSError as it comes."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise NotEmptyError(f"{directory}: not empty; an export goes into a directory of its own")


def put_tile(directory: Path, tile: Tile, data: bytes) -> None:
    """Write one tile or bundle."""
    path = directory / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def put_opened(directory: Path, opened: Iterable[Opened]) -> None:
    """Write opened records, behind those that were written before."""
    lines = [
        msgspec.json.encode({"leaf_index": one.leaf_index, "salt": encoded(one.salt), "record": one.record})
        for one in opened
    ]
    with (directory / OPENED).open("ab") as file:
        file.write(b"\n".join([*lines, b""]))


def finish(directory: Path, note: str, verifier_keys: str) -> None:
    """Write the keys and, last of all, the checkpoint: an export that was cut short has none."""
    (directory / VERIFIER_KEYS).write_text(verifier_keys, encoding="utf-8")
    (directory / CHECKPOINT).write_text(note, encoding="utf-8")


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    leaf_index: int
    salt: str
    record: dict[str, object]


def _opened(line: bytes) -> Opened | str:
    try:
        told = msgspec.json.decode(line, type=_Line)
        salt = decoded(told.salt)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return f"no opened record: {error or 'nested too deeply'}"
    if len(salt) != SALT_BYTES:
        return f"a salt of {len(salt)} bytes; expected {SALT_BYTES}"
    return Opened(told.leaf_index, salt, cast("dict[str, Json]", told.record))


def _content(path: Path, most: int) -> bytes | None:
    """Up to one byte more than `most`; None where no plain file is there."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
