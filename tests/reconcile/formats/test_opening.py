"""Any file at all: recognised by content, refused with what to do, never a traceback."""

import gzip
import hashlib
import io
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Columns, Grid, Limits, Records, UnreadableFile, open_table, sha256_of

EXPORTS = Path(__file__).parents[2] / "exports"
FILES = sorted(path for path in EXPORTS.rglob("*") if path.is_file() and path.name != "README.md")


def rows_in(table):
    if isinstance(table, Grid):
        return sum(len(chunk.lines) for chunk in table.chunks())
    if isinstance(table, Records):
        return sum(1 for _ in table.records())
    return sum(batch.num_rows for _, batch in table.batches())


def test_there_are_exports_to_read():
    assert len(FILES) > 90


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(EXPORTS).as_posix())
def test_every_export_opens_whole(path):
    if path.suffix == ".xml":
        with pytest.raises(UnreadableFile, match="XML"):
            open_table(path)
        return
    table = open_table(path)
    count = rows_in(table)
    empty = path.name in {"work-info-template.xlsx", "users-empty.json"}
    assert (count == 0) == empty
    assert table.problems == []


COUNTS = [  # file, rows, columns
    ("moodle/completion-activity-lead2.excelcsv.csv", 10, 10),
    ("moodle/grades-lead2-colon.csv", 10, 10),
    ("moodle/grades-lead2.ods", 10, 10),
    ("moodle/grades-lead2.xlsx", 10, 10),
    ("moodle/users-bulk.csv", 1025, 12),
    ("moodle/users-bulk.ods", 1025, 12),
    ("moodle/customreport-completions.xlsx", 1079, 21),
    ("horilla/work-info-template.xlsx", 0, 19),
]


@pytest.mark.parametrize(("name", "rows", "columns"), COUNTS)
def test_exports_have_their_rows_and_columns(name, rows, columns):
    grid = open_table(EXPORTS / name)
    assert (rows_in(grid), len(grid.header)) == (rows, columns)


def test_the_same_export_in_three_formats_has_the_same_header():
    headers = {
        open_table(EXPORTS / f"moodle/grades-lead2{end}").header for end in ("-colon.csv", ".xlsx", ".ods")
    }
    assert len(headers) == 1


def test_the_envelope_of_a_statement_page_is_kept():
    page = open_table(EXPORTS / "ralph/statements-page1.json")
    assert list(page.envelope) == ["more"]
    assert rows_in(page) == 100


REFUSED = [  # bytes, what is said, what is to be done
    (b"", "empty", "Export it again"),
    (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "HTML page saved as .csv", "sign in"),
    (b"\xef\xbb\xbf \n<HTML lang='de'><head></head></HTML>", "HTML page saved as .csv", "sign in"),
    (b"<!-- page --><html></html>", "HTML page saved as .csv", "sign in"),
    (b"<table><tr><td>a</td></tr></table>", "HTML page", "sign in"),
    (b'<?xml version="1.0"?><a><b/></a>', "XML", "CSV"),
    (b'<results batch="xml_export_1"><result></result></results>', "XML", "plain text"),
    ("<?xml version='1.0' encoding='UTF-16'?><a></a>".encode("utf-16"), "XML", "CSV"),
    (b"%PDF-1.7\n", "PDF", "CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office", ".xlsx"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "old Excel", ".xlsx"),
    (b"\x09\x00\x04\x00", "old Excel", ".xlsx"),
    (b"{\\rtf1 a}", "rich text", "CSV"),
    (b"BZh91AY", "bzip2", "Unpack"),
    (b"SQLite format 3\0" + bytes(90), "database", "CSV"),
    (b"PAR1 not really", "Parquet file is broken", "again"),
    (b"PK\x03\x04 not really", "workbook is broken", "again"),
    (b"\x89PNG\r\n\x1a\n", "picture", "CSV"),
    (bytes(range(1, 256)) * 4, "no text", "CSV"),
    (bytes(5000), "no text", "CSV"),
]


@pytest.mark.parametrize(("content", "said", "todo"), REFUSED)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_table_is_refused_with_what_to_do(table, refusal, *, content, said, todo, packed):
    problem = refusal(lambda: table(gzip.compress(content) if packed and content else content))
    assert said in problem.what
    assert todo in problem.todo


def test_angle_brackets_in_a_header_are_no_markup(table):
    assert table("<id>,<name>\n1,2\n").header == ("<id>", "<name>")


def parquet(**options):
    out = io.BytesIO()
    pq.write_table(pa.table({"id": list(range(45_000)), "name": ["x"] * 45_000}), out, **options)
    return out.getvalue()


PARQUET = parquet()
TABLES = [  # bytes, class, format
    (b"a,b\n1,2\n", Grid, "csv"),
    (b'[{"a":1}]', Records, "json"),
    (b'{"a":1}\n{"a":2}\n', Records, "jsonl"),
    ((EXPORTS / "moodle/grades-lead2.xlsx").read_bytes(), Grid, "xlsx"),
    ((EXPORTS / "moodle/grades-lead2.ods").read_bytes(), Grid, "ods"),
    (PARQUET, Columns, None),
]


@pytest.mark.parametrize(("content", "kind", "form"), TABLES)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["x.csv", "x.bin"])
def test_content_decides_whatever_the_name(table, *, content, kind, form, packed, name):
    opened = table(gzip.compress(content) if packed else content, name=name)
    assert isinstance(opened, kind)
    assert getattr(opened, "format", None) == form
    assert rows_in(opened) == rows_in(opened) > 0


def test_parquet_comes_in_batches_with_positions(table):
    columns = table(PARQUET)
    assert (columns.rows, columns.schema.names) == (45_000, ["id", "name"])
    assert [first for first, _ in columns.batches()] == [1, 20_001, 40_001]
    assert all(batch.column("id")[0].as_py() == first - 1 for first, batch in columns.batches())


def test_parquet_cut_off_is_refused(table, refusal):
    assert "Parquet" in refusal(lambda: table(PARQUET[:-100])).what


@given(st.lists(st.tuples(st.integers(4, len(PARQUET) - 9), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_damaged_parquet_is_never_more_than_unreadable(tmp_path_factory, outcome, places):
    damaged = bytearray(PARQUET)
    for place, byte in places:
        damaged[place] = byte
    path = tmp_path_factory.mktemp("p") / "x.parquet"
    path.write_bytes(bytes(damaged))
    assert outcome(path) in {None, 45_000}


def test_gzip_inside_gzip_is_refused(table, refusal):
    assert "gzip inside gzip" in refusal(lambda: table(gzip.compress(gzip.compress(b"a,b\n")))).what


def test_a_gzip_bomb_is_refused(table, refusal):
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000)
    assert "swells" in refusal(lambda: table(bomb, limits=Limits(ratio_from=1_000_000))).what
    assert "swells" in refusal(lambda: table(bomb, limits=Limits(unpacked=4_000_000, ratio=10_000))).what


def test_a_gzip_bomb_in_json_is_refused_while_reading(table, refusal):
    bomb = table(
        gzip.compress(b"[" + b'{"a":1},' * 500_000 + b'{"a":1}]'), limits=Limits(ratio_from=1_500_000)
    )
    assert "swells" in refusal(lambda: list(bomb.records())).what


@pytest.mark.parametrize(
    "content", [b"a,b\n" + os.urandom(300_000).hex().encode(), PARQUET], ids=["text", "parquet"]
)
def test_a_gzip_file_cut_off_is_refused(table, refusal, content):
    assert "cut off" in refusal(lambda: table(gzip.compress(content)[:-20])).what


def test_a_broken_gzip_file_is_refused(table, refusal):
    packed = bytearray(gzip.compress(os.urandom(5000).hex().encode()))
    packed[2000:2010] = b"0123456789"
    assert "broken" in refusal(lambda: list(table(bytes(packed)).chunks())).what


def test_a_path_that_is_no_regular_file_is_refused(tmp_path, refusal):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = [
        (tmp_path, "directory"),
        (tmp_path / "none.csv", "no such file"),
        (pipe, "pipe"),
        (Path("/dev/null"), "device"),
        (tmp_path / "none.csv" / "x", "no such file"),
        (Path("a\0b"), "can't be opened"),
        (tmp_path / ("x" * 400), "can't be opened"),
    ]
    for path, said in found:
        assert said in refusal(lambda path=path: open_table(path)).what


def test_a_file_that_may_not_be_read_is_refused(tmp_path, refusal):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n")
    path.chmod(0)
    me = os.geteuid()
    if me == 0:  # nothing is forbidden to root
        os.seteuid(65534)
    try:
        assert "may not be read" in refusal(lambda: open_table(path)).what
    finally:
        os.seteuid(me)


def test_a_file_gone_between_opening_and_reading_is_refused(tmp_path, refusal):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    grid = open_table(path)
    path.unlink()
    assert "no such file" in refusal(lambda: list(grid.chunks())).what


def test_the_name_shown_is_the_one_asked_for(tmp_path):
    with pytest.raises(UnreadableFile, match=r"^people\.csv: "):
        open_table(tmp_path, shown_as="people.csv")


def test_the_digest_is_of_the_bytes_on_disk(tmp_path, refusal):
    path = tmp_path / "x"
    path.write_bytes(b"x" * 3_000_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert "directory" in refusal(lambda: sha256_of(tmp_path)).what


STARTS = st.sampled_from(
    [
        b"",
        b"a,b\n",
        b'"a","b',
        b"[",
        b'{"a":[',
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b\x08",
        b"\xff\xfe",
        b"sep=",
        b"<",
    ]
)


@given(STARTS, st.binary(max_size=300) | st.text(',;"\n\r\t|:ab\0', max_size=60).map(str.encode))
@settings(max_examples=600, deadline=None)
def test_arbitrary_bytes_are_never_more_than_unreadable(tmp_path_factory, outcome, start, rest):
    path = tmp_path_factory.mktemp("f") / "x.csv"
    path.write_bytes(start + rest)
    assert outcome(path, Limits(cell=20, record=60)) in {None, *range(400)}
