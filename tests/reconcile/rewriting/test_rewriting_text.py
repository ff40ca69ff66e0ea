import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Hints, Limits, Records, UnreadableFile, open_table
from trueup.reconcile.formats.encoding import Encoding
from trueup.reconcile.formats.rows import Dialect
from trueup.reconcile.formats.source import source_of
from trueup.reconcile.rewriting import Edit, Reading, Rows, rewrite, written_as
from trueup.reconcile.rewriting.delimited import edited, segments
from trueup.reconcile.rewriting.json_spans import spans
from trueup.reconcile.rewriting.json_values import changed

PLAIN = Reading(Hints())


def by_line(edits: Mapping[int, Edit]) -> Callable[[Rows], dict[int, Edit]]:
    return lambda rows: {place: edits[line] for place, line in enumerate(rows.lines) if line in edits}


def again(path: Path, edits: Mapping[int, Edit], reading: Reading = PLAIN) -> bytes:
    into = path.parent / "out" / path.name
    rewrite(path, path.name, reading, into, by_line(edits))
    return into.read_bytes()


def test_rows_that_do_not_change_are_the_same_bytes(tmp_path):
    data = (
        b"\xef\xbb\xbfid;name;at\r\n"
        b'1;"a ""quoted"" one";x\r\n'
        b"\r\n"  # a blank line
        b'2;"two\nlines";y\r\n'
        b"3;bad \xff byte;z\r\n"
        b"4;too;many;cells;here\r\n"
        b"5;last;no line end"
    )
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert again(path, {}) == data
    changed = again(path, {4: Edit(cells={2: "new;one"}), 8: Edit(cells={1: None})})
    assert changed == data.replace(b'lines";y', b'lines";"new;one"').replace(b"5;last;", b"5;;")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-32-le", "cp1252", "shift_jis"])
def test_the_encoding_stays(tmp_path, codec):
    text = "id,label\n1,Verhandlung\n2,x\n" if codec == "shift_jis" else "id,label\n1,Führung\n2,ü\n"
    data = text.encode(codec)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    reading = Reading(Hints(encoding=codec))
    assert again(path, {}, reading) == data
    assert again(path, {2: Edit(cells={1: "A"})}, reading) == text.replace(text.split("\n")[1], "1,A").encode(
        codec
    )


def test_letters_that_the_encoding_lacks_can_not_be_held(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,label\n1,Führung\n".encode("cp1252"))
    held = []

    def decide(rows: Rows) -> dict[int, Edit]:
        held.extend([rows.holds(1, "Ölförderung"), rows.holds(1, "交渉")])
        return {}

    rewrite(path, "a.csv", Reading(Hints(encoding="cp1252")), tmp_path / "out.csv", decide)
    assert held == [True, False]


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a,b,c\r\n", {1: "x"}, "a,x,c\r\n"),
        ('"a","b","c"\n', {1: "x"}, '"a","x","c"\n'),  # quoted before, quoted after
        ("a,b,c\n", {1: 'say "x"'}, 'a,"say ""x""",c\n'),
        ('a,"x\ny",c\n\n', {2: None}, 'a,"x\ny",\n\n'),  # the blank line after it stays
        ("a\n", {0: None}, '""\n'),  # a blank line would be no row
        ("a,,c", {1: " x"}, 'a," x",c'),
    ],
)
def test_only_the_cell_that_changes_is_written_anew(text, edit, expected):
    row = next(csv.reader(io.StringIO(text, newline="")))
    assert edited(text, row, Edit(cells=edit), Dialect(",")) == expected


def test_a_row_that_goes_takes_its_line_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,n\r\n1,a\r\n2,b\r\n\r\n3,c")
    assert again(path, {3: Edit(removed=True)}) == b"id,n\r\n1,a\r\n\r\n3,c"
    assert (
        again(path, {2: Edit(removed=True), 3: Edit(removed=True), 5: Edit(removed=True)}) == b"id,n\r\n\r\n"
    )


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@settings(max_examples=200)
@given(st.lists(CELL, min_size=2, max_size=5), st.data(), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_a_changed_row_reads_as_the_row_with_that_change(cells, data, delimiter, every):
    whole = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(whole, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerow(cells)
    place = data.draw(st.integers(0, len(cells) - 1))
    value = data.draw(CELL)
    text = edited(whole.getvalue(), cells, Edit(cells={place: value}), Dialect(delimiter))
    (row,) = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    assert row == [*cells[:place], value, *cells[place + 1 :]]


def test_a_blank_after_the_delimiter_stays():
    dialect = Dialect(",", blank_after=True)
    assert segments('a, "b,c", d\n', dialect) == (["a", ' "b,c"', " d"], "\n")
    assert edited('a, "b,c", d\n', ["a", "b,c", "d"], Edit(cells={1: "x"}), dialect) == 'a, "x", d\n'


def test_rows_of_another_width_may_have_slid(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3,\n4,5,6,\n7,8,9,,\n", encoding="utf-8")  # every row ends with a delimiter
    slid = []
    rewrite(
        path,
        "a.csv",
        PLAIN,
        tmp_path / "o.csv",
        lambda rows: slid.extend(rows.slid(n) for n in range(3)) or {},
    )
    assert slid == [False, False, True]


def test_a_packed_file_is_packed_again_and_the_same_each_time(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,n\n1,a\n"))
    first = again(path, {2: Edit(cells={1: "b"})})
    assert gzip.decompress(first) == b"id,n\n1,b\n"
    assert again(path, {2: Edit(cells={1: "b"})}) == first


def test_a_line_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("trueup.reconcile.rewriting.delimited._LONGEST", 1 << 20)
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,n\n1," + b"x" * (3 << 20) + b"\n")
    with pytest.raises(UnreadableFile, match="too long to be written"):
        again(path, {})


KEYS = Reading(Hints(), ("id", "score", "person.mail", "at"))
LINES = b'{"id": "1", "score": 65.50, "person": {"mail": "a@b", "n": 1.0}, "at": "x"}\r\n\n{"id":"2","score":null}\nno json\n'


def test_json_lines_that_do_not_change_are_the_same_bytes(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    assert again(path, {}, KEYS) == LINES
    first, rest = LINES.split(b"\r\n", 1)
    done = again(path, {1: Edit(cells={1: "74", 2: None})}, KEYS)
    assert done == b'{"id":"1","score":74,"person":{"mail":null,"n":1.0},"at":"x"}\r\n' + rest
    assert again(path, {1: Edit(removed=True)}, KEYS) == rest
    assert first.startswith(b'{"id": "1"')


def test_a_number_stays_a_number_where_the_others_are(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    done = again(path, {3: Edit(cells={1: "74.5", 3: "74.5"})}, KEYS)
    assert done.splitlines()[2] == b'{"id":"2","score":74.5,"at":"74.5"}'


@pytest.mark.parametrize(
    ("data", "gone", "expected"),
    [
        (b'[{"id": 1},\n {"id": 2},\n {"id": 3}]', {2}, b'[{"id": 1},\n {"id": 3}]'),
        (b'[ {"id": 1}, {"id": 2} ]\n', {1}, b'[ {"id": 2} ]\n'),
        (b'[{"id": 1}, {"id": 2}]', {1, 2}, b"[]"),
        (
            b'{"n": [1], "data": [{"id": 1}, {"id": 2}], "more": false}',
            {2},
            b'{"n": [1], "data": [{"id": 1}], "more": false}',
        ),
        (b'[[{"id": 1}],[{"id": 2},{"id": 3}]]', {2}, b'[[{"id": 1}],[{"id": 3}]]'),
        (b'[[{"id": 1},{"id": 2}],[{"id": 3}]]', {1, 3}, b'[[{"id": 2}],[]]'),
    ],
)
def test_records_leave_a_document_without_leaving_commas(tmp_path, data, gone, expected):
    path = tmp_path / "a.json"
    path.write_bytes(data)
    reading = Reading(Hints(), ("id",))
    assert again(path, {}, reading) == data
    done = again(path, {number: Edit(removed=True) for number in gone}, reading)
    assert done == expected
    json.loads(done)


def test_a_record_of_a_document_changes_where_it_stands(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"total": 2,\n "data": [\n  {"id": 1, "x": 1.50},\n  {"id": 2}\n ]\n}\n')
    done = again(path, {1: Edit(cells={0: "7"})}, Reading(Hints(), ("id",)))
    assert done == b'\xef\xbb\xbf{"total": 2,\n "data": [\n  {"id":7,"x":1.50},\n  {"id": 2}\n ]\n}\n'


def test_a_document_in_utf_16_stays_in_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes('[{"id": "ü"}, {"id": "b"}]'.encode("utf-16"))
    done = again(path, {2: Edit(cells={0: "ö"})}, Reading(Hints(), ("id",)))
    assert done.decode("utf-16") == '[{"id": "ü"}, {"id":"ö"}]'


def test_text_files_keep_their_names(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert written_as(path, "x/a.csv", Hints(), {"x/a.csv"}) == "x/a.csv"


def test_chunks_do_not_show_in_what_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("trueup.reconcile.rewriting.delimited._CHUNK", 40)
    monkeypatch.setattr("trueup.reconcile.rewriting.json_files._CHUNK", 40)
    rows = [f'{n},"two\nlines {n}"\r\n' for n in range(50)]
    path = tmp_path / "a.csv"
    path.write_bytes(("id,n\r\n" + "".join(rows)).encode())
    lines = {2 + 2 * n: Edit(cells={1: "x"}) for n in range(50)}
    assert again(path, lines) == ("id,n\r\n" + "".join(f'{n},"x"\r\n' for n in range(50))).encode()
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(b'{"id":%d}\n' % n for n in range(50)))
    done = again(path, {7: Edit(removed=True)}, Reading(Hints(), ("id",)))
    assert done == b"".join(b'{"id":%d}\n' % n for n in range(50) if n != 6)


def test_rows_of_json_show_their_cells_and_what_they_can_hold(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    said = []

    def decide(rows: Rows) -> dict[int, Edit]:
        said.extend([rows.cell(0, 2), rows.cell(1, 1), rows.slid(0), list(rows.lines)])
        said.extend([rows.holds(1, "Expert"), rows.holds(1, "74"), rows.holds(3, "Expert"), rows.whole(1)])
        return {}

    rewrite(path, "a.jsonl", KEYS, tmp_path / "o.jsonl", decide)
    assert said == ["a@b", None, False, [1, 3], False, True, True, {"id": "2", "score": None}]


@pytest.mark.parametrize(
    ("before", "key", "text", "after"),
    [
        (b'{"a.b":"x"}', "a.b", "y", b'{"a.b":"y"}'),  # a key with a point in it
        (b'{"a":{"b":{"c":1}}}', "a.b.c", "2", b'{"a":{"b":{"c":2}}}'),
        (b'{"a":{}}', "a.b", "y", b'{"a":{"b":"y"}}'),  # not there yet
        (b'{"a":1}', "c.d", "y", b'{"a":1,"c.d":"y"}'),
        (b'{"n":1}', "n", "Expert", b'{"n":"Expert"}'),  # no number: a text
    ],
)
def test_a_value_is_put_where_reading_looks_for_it(before, key, text, after):
    assert changed(before, {key: text}, set()) == after


@pytest.mark.parametrize(
    "data", [b'{"data": [{"id": 1}, {"id": 2}], "x": }', b'{"data": [{"id": 1}, {"id": 2}']
)
def test_a_document_that_breaks_off_is_refused(tmp_path, data):
    path = tmp_path / "a.json"
    path.write_bytes(b'{"data": [{"id": 1}, {"id": 2}]}')
    table = open_table(path)
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        list(spans(source_of(path, "a.json", Limits()), Encoding("utf-8"), {"id": 1}))
    assert isinstance(table, Records)


def test_a_list_that_is_no_longer_there_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"id": 1}, [{"id": 3}]]')
    with pytest.raises(UnreadableFile, match="not found again"):
        list(spans(source_of(path, "a.json", Limits()), Encoding("utf-8"), {"id": 2}))
    assert [
        piece.raw for piece in spans(source_of(path, "a.json", Limits()), Encoding("utf-8"), {"id": 1})
    ] == [
        b'{"id": 1}',
        b'{"id": 3}',
        b"",
    ]
