"""What tests of the audit log share: a log in memory, exports of it, a receipt. Knows no test."""

import json
from hashlib import sha256
from pathlib import Path

from trueup.audit.checkpoint import Checkpoint, signed
from trueup.audit.commitment import commitment, salt_of
from trueup.audit.export import Opened, begin, finish, put_opened, put_tile
from trueup.audit.growth import grown
from trueup.audit.merkle import EMPTY_ROOT, inclusion_proof
from trueup.audit.receipt import Claims, Receipt, issue, prove
from trueup.audit.tiles import WIDTH, Tile, subtree_from_tiles, tiles_of
from trueup.kit.signing import SigningKey

ORIGIN = "learning.example.org/audit"
KEY = SigningKey.generate(ORIGIN)


def entries_of(size: int) -> list[bytes]:
    return [sha256(str(number).encode()).digest() for number in range(size)]


class Log:
    """A log in memory that grows as the sequencer lets it."""

    def __init__(self) -> None:
        self.size, self.root = 0, EMPTY_ROOT
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.edge: dict[int, bytes] = {}

    def append(self, entries: list[bytes]) -> None:
        growth = grown(self.size, self.edge, entries)
        for tile, data in growth.tiles:
            self.tiles[tile.level, tile.index] = data
            self.edge[tile.level] = b"" if tile.width == WIDTH else data
        self.size, self.root = growth.size, growth.root

    def read(self, tile: Tile) -> bytes:
        return self.tiles[tile.level, tile.index][: tile.size]

    @property
    def head(self) -> Checkpoint:
        return Checkpoint(ORIGIN, self.size, self.root)

    def export(self, directory: Path, opened: list[Opened] = [], key: SigningKey = KEY) -> Path:  # noqa: B006 - read only
        begin(directory)
        for tile in tiles_of(self.size):
            put_tile(directory, tile, self.read(tile))
        if opened:
            put_opened(directory, opened)
        finish(directory, signed(self.head, [key]), f"{key.verifier}\n")
        return directory


def log_of(entries: list[bytes]) -> Log:
    log = Log()
    log.append(entries)
    return log


CLAIMS = Claims(
    source="moodle",
    record_id="LMS-4410",
    revision="1",
    digest="0" * 64,
    time="2026-03-31T22:15:00.000001Z",
    contract="1.0.0",
)
SALT = salt_of(bytes(32), CLAIMS.record())
KEYS = [KEY.verifier]


def proven(size: int = 700, leaf: int = 300) -> Receipt:
    entries = entries_of(size)
    entries[leaf] = commitment(SALT, CLAIMS.record())
    log = log_of(entries)
    proof = inclusion_proof(leaf, size, subtree_from_tiles(size, log.read))
    return prove(issue(CLAIMS, KEY, SALT), leaf, signed(log.head, [KEY]), proof)


def as_json(receipt: Receipt) -> bytes:
    return json.dumps(receipt.document()).encode()
