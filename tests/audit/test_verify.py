"""A byte is flipped anywhere in an export: the verifier names the file and the leaf, and nothing that was not changed."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_logs import KEY, ORIGIN, Log, entries_of, log_of
from trueup.audit.checkpoint import signed
from trueup.audit.commitment import commitment, salt_of
from trueup.audit.export import CHECKPOINT, OPENED, Export, NotEmptyError, Opened, begin
from trueup.audit.merkle import leaf_hash, root_of
from trueup.audit.problem import Kind, Problem, UnverifiableError
from trueup.audit.tiles import Tile
from trueup.audit.verify import verify
from trueup.kit.signing import SigningKey

SIZE = 66_000  # three levels: 257 full tiles and a partial one, a full tile above them, two more hashes, one hash
KEYS = [KEY.verifier]


@pytest.fixture(scope="module")
def whole() -> Log:
    return log_of(entries_of(SIZE))


@pytest.fixture(scope="module")
def exported(whole: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole.export(tmp_path_factory.mktemp("log") / "export")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return log_of(entries_of(700)).export(tmp_path / "export")


def flip(path: Path, at: int, change: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= change
    path.write_bytes(data)


def problems(directory: Path, **more) -> tuple[Problem, ...]:
    return verify(Export(directory), KEYS, **more).problems


def test_an_export_is_what_was_signed(exported: Path, whole: Log):
    verdict = verify(Export(exported), KEYS)
    assert (verdict.origin, verdict.size, verdict.root) == (ORIGIN, SIZE, whole.root)
    assert verdict.signed_by == (KEY.verifier,)
    assert verdict.problems == ()


FLIPS = [  # path, byte, kind, leaves
    ("tile/entries/000", 2, Kind.ENTRY, (0, 0)),  # the first entry's first byte
    ("tile/entries/000", 33, Kind.ENTRY, (0, 0)),  # its last
    ("tile/entries/000", 34 * 5 + 1, Kind.ENTRY, (5, 5)),  # a length
    ("tile/entries/254", 34 * 255 + 33, Kind.ENTRY, (65_279, 65_279)),  # the last byte of a full bundle
    ("tile/entries/257.p/208", 34 * 207 + 20, Kind.ENTRY, (65_999, 65_999)),  # the last leaf
    ("tile/0/003", 32 * 7, Kind.TILE, (775, 775)),  # a leaf hash
    ("tile/0/257.p/208", 31, Kind.TILE, (65_792, 65_792)),  # a leaf hash at the edge
    ("tile/1/000", 32 * 4 + 9, Kind.TILE, (1024, 1279)),  # a hash over 256 leaves
    ("tile/1/001.p/1", 3, Kind.TILE, (65_536, 65_791)),  # one at the edge
    ("tile/2/000.p/1", 3, Kind.TILE, (0, 65_535)),  # the top one
]


@pytest.mark.parametrize(("file", "at", "kind", "leaves"), FLIPS)
def test_a_flipped_byte_is_named_by_its_leaf(
    exported: Path, file: str, at: int, kind: Kind, leaves: tuple[int, int]
):
    flip(exported / file, at)
    try:
        (found,) = problems(exported)
    finally:
        flip(exported / file, at)
    assert (found.kind, found.where, (found.first_leaf, found.last_leaf)) == (kind, file, leaves)
    assert found.expected != found.actual


def test_the_expected_hash_is_the_signed_one_and_the_actual_one_is_what_is_there(small: Path):
    flip(small / "tile" / "entries" / "001", 34 * 3 + 2)
    (found,) = problems(small)
    entry = entries_of(700)[259]
    assert found.expected == leaf_hash(entry).hex()
    assert found.actual == leaf_hash(bytes([entry[0] ^ 1]) + entry[1:]).hex()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_any_file_is_flipped_unnoticed(small: Path, data: st.DataObject):
    file = data.draw(
        st.sampled_from(sorted(p for p in small.rglob("*") if p.is_file() and p.name != "verifier-keys"))
    )
    at = data.draw(st.integers(0, file.stat().st_size - 1))
    change = data.draw(st.integers(1, 255))
    flip(file, at, change)
    try:
        (found,) = problems(small)
    finally:
        flip(file, at, change)
    assert found.where == file.relative_to(small).as_posix()
    path = found.where
    if path.startswith("tile/"):
        tile = Tile.parse(path)
        each = tile.size // tile.width
        assert (found.first_leaf, found.last_leaf) == tile.leaves(at // each)
    assert problems(small) == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.sets(
        st.tuples(st.sampled_from(["entries/000", "entries/001", "0/000", "0/001"]), st.integers(0, 255)),
        max_size=6,
    )
)
def test_several_flips_are_each_named(small: Path, places: set[tuple[str, int]]):
    def at(file: str, position: int) -> int:
        return position * (34 if file.startswith("entries") else 32) + 5

    for file, position in places:
        flip(small / "tile" / file, at(file, position))
    try:
        found = {(one.where, one.first_leaf) for one in problems(small)}
    finally:
        for file, position in places:
            flip(small / "tile" / file, at(file, position))
    both = {(n, p) for f, p in places for n in [f[-3:]] if {(f"entries/{n}", p), (f"0/{n}", p)} <= places}
    if not both:  # an entry and its own hash: then only their tile can be named
        assert found == {(f"tile/{file}", int(file[-3:]) * 256 + position) for file, position in places}
    else:
        assert found


def test_a_rewritten_bundle_and_tile_put_the_leaves_below_one_hash_in_doubt(small: Path):
    entries = entries_of(700)
    entries[300] = bytes(32)
    other = log_of(entries)
    for tile in (Tile(-1, 1), Tile(0, 1)):
        (small / tile.path).write_bytes(other.read(tile))
    (found,) = problems(small)
    assert (found.kind, found.where) == (Kind.TILE, "tile/0/001")
    assert (found.first_leaf, found.last_leaf) == (256, 511)
    assert found.expected == root_of([leaf_hash(entry) for entry in entries_of(512)[256:]]).hex()


def test_a_log_rewritten_up_to_the_root_does_not_have_the_signed_root(small: Path, tmp_path: Path):
    entries = entries_of(700)
    entries[3] = bytes(32)
    forged = log_of(entries).export(tmp_path / "forged")
    shutil.copy(small / CHECKPOINT, forged / CHECKPOINT)
    (found,) = problems(forged)
    assert (found.first_leaf, found.last_leaf) == (0, 699)
    assert found.expected == log_of(entries_of(700)).root.hex()
    assert found.actual == log_of(entries).root.hex()


@pytest.mark.parametrize("file", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "tile/0/002.p/188"])
def test_a_lost_file_is_named_with_its_leaves(small: Path, file: str):
    (small / file).unlink()
    found = problems(small)
    assert {one.where for one in found} == {file}
    assert all(one.actual == "missing" for one in found)


@pytest.mark.parametrize(
    "file", ["tile/entries/001", "tile/0/001", "tile/entries/002.p/188", "tile/1/000.p/2"]
)
def test_a_longer_or_shorter_file_is_noticed(small: Path, file: str):
    data = (small / file).read_bytes()
    for changed in (data + b"x", data[:-1], data[:40] + data[41:], b""):
        (small / file).write_bytes(changed)
        assert {one.where for one in problems(small)} == {file}
    (small / file).write_bytes(data)
    assert problems(small) == ()


def test_a_mirror_may_hold_the_full_tile_in_place_of_the_partial_one(tmp_path: Path):
    log = log_of(entries_of(300))
    note = signed(log.head, [KEY])
    log.append(entries_of(512)[300:])
    mirror = log.export(tmp_path / "mirror")
    (mirror / CHECKPOINT).write_text(note)
    (mirror / Tile(1, 0, 1).path).parent.mkdir(exist_ok=True)
    (mirror / Tile(1, 0, 1).path).write_bytes(log.tiles[1, 0][:32])
    assert problems(mirror) == ()


# The checkpoint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("700", "701", "does not fit"),  # the size
        (ORIGIN, ORIGIN.replace("learning", "earning"), "does not fit"),  # the origin
        ("\n\n\u2014", "\n\u2014", "blank line"),  # no note any more
    ],
)
def test_a_changed_checkpoint_is_named_and_the_tree_told(small: Path, old: str, new: str, said: str):
    path = small / CHECKPOINT
    path.write_text(path.read_text().replace(old, new, 1))
    (found,) = problems(small)
    assert (found.kind, found.where, found.first_leaf) == (Kind.CHECKPOINT, "checkpoint", None)
    assert said in found.detail
    assert found.expected.startswith("the tiles hold 700 leaves with the root")


def test_leaves_are_named_even_where_the_checkpoint_was_changed_too(small: Path):
    flip(small / CHECKPOINT, 40)
    flip(small / "tile" / "entries" / "001", 34 * 3 + 2)
    assert [(one.kind, one.first_leaf) for one in problems(small)] == [
        (Kind.CHECKPOINT, None),
        (Kind.ENTRY, 259),
    ]


def test_a_log_signed_by_somebody_else_is_not_verified(tmp_path: Path):
    forged = log_of(entries_of(3)).export(tmp_path / "forged", key=SigningKey.generate(ORIGIN))
    (found,) = problems(forged)
    assert found.kind is Kind.CHECKPOINT
    assert "expected " + ORIGIN in found.detail


def test_an_empty_log_verifies(tmp_path: Path):
    verdict = verify(Export(Log().export(tmp_path / "export")), KEYS)
    assert (verdict.size, verdict.problems) == (0, ())


def test_without_a_checkpoint_nothing_is_said(tmp_path: Path):
    with pytest.raises(UnverifiableError, match="no file 'checkpoint'"):
        verify(Export(tmp_path), KEYS)
    (tmp_path / CHECKPOINT).write_bytes(b"PK\x03\x04")
    with pytest.raises(UnverifiableError, match="control character"):
        verify(Export(tmp_path), KEYS)


# History


@pytest.mark.parametrize("old", [1, 255, 256, 300, 699, 700])
def test_every_older_checkpoint_is_a_beginning(small: Path, old: int):
    since = signed(log_of(entries_of(old)).head, [KEY]).encode()
    verdict = verify(Export(small), KEYS, since=since)
    assert (verdict.since, verdict.problems) == (old, ())


def test_a_rewritten_history_is_noticed(small: Path):
    entries = entries_of(400)
    entries[7] = bytes(32)
    (found,) = problems(small, since=signed(log_of(entries).head, [KEY]).encode())
    assert (found.kind, found.first_leaf, found.last_leaf) == (Kind.HISTORY, 0, 399)
    assert found.expected == log_of(entries).root.hex()


def test_a_log_that_lost_its_end_is_noticed(small: Path):
    (found,) = problems(small, since=signed(log_of(entries_of(900)).head, [KEY]).encode())
    assert (found.kind, found.first_leaf, found.last_leaf) == (Kind.HISTORY, 700, 899)


def test_an_older_checkpoint_of_another_log_or_key_is_no_measure(small: Path):
    other = SigningKey.generate("elsewhere.example.org/audit")
    with pytest.raises(UnverifiableError, match="can't be used"):
        problems(small, since=signed(log_of(entries_of(3)).head, [other]).encode())
    head = log_of(entries_of(3)).head
    foreign = signed(type(head)("elsewhere.example.org/audit", head.size, head.root), [KEY]).encode()
    with pytest.raises(UnverifiableError, match="can't be compared"):
        problems(small, since=foreign)


# Records

RECORDS = [{"source": "moodle", "record_id": f"LMS-{number}", "revision": "1"} for number in range(300)]
SECRET = bytes(range(32))


@pytest.fixture
def with_records(tmp_path: Path) -> Path:
    log = log_of([commitment(salt_of(SECRET, record), record) for record in RECORDS])
    opened = [Opened(at, salt_of(SECRET, RECORDS[at]), RECORDS[at]) for at in (0, 255, 299)]
    return log.export(tmp_path / "export", opened)


def test_opened_records_are_what_the_log_commits_to(with_records: Path):
    verdict = verify(Export(with_records), KEYS)
    assert (verdict.opened, verdict.problems) == (3, ())


@pytest.mark.parametrize(
    ("old", "new", "leaf", "said"),
    [
        ("LMS-255", "LMS-256", 255, "not the one"),  # another record
        ('"leaf_index":255', '"leaf_index":254', 254, "not the one"),  # another leaf
        ('"leaf_index":255', '"leaf_index":300', None, "no such leaf"),  # behind the end
        ('"leaf_index":255', '"leaf_index":-1', None, "no such leaf"),
        ('"leaf_index":255,', "", None, "leaf_index"),  # nothing to compare with
        ('"record":{', '"record":[', None, "no opened record"),  # no JSON
        ('"revision":"1"', '"revision":1e400', None, "no opened record"),  # no number
        ('"salt":"', '"salt":"AAAA","was":"', None, "was"),  # a member unknown here
        ('"salt":"', '"salt":"AAAA', None, "35 bytes"),  # too long a salt
        (
            '"revision":"1"',
            '"revision":9007199254740993',
            255,
            "no canonical JSON",
        ),  # no number that all read alike
        ('"revision":"1"', '"revision":"' + "1" * 2**20 + '"', None, "a line of over"),
    ],
)
def test_a_changed_record_is_named(with_records: Path, old: str, new: str, leaf: int | None, said: str):
    path = with_records / OPENED
    first, second, third = path.read_text().splitlines()
    path.write_text("\n".join([first, second.replace(old, new), third]) + "\n")
    (found,) = problems(with_records)
    assert (found.kind, found.where, found.first_leaf) == (Kind.RECORD, "opened.jsonl:2", leaf)
    assert said in found.detail


def test_once_the_salts_are_gone_the_log_still_verifies(with_records: Path):
    (with_records / OPENED).unlink()
    assert problems(with_records) == ()


def test_an_export_is_not_written_over_something(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(NotEmptyError):
        begin(tmp_path)
