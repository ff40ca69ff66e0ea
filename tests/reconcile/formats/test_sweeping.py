"""Text tables read at once and row by row: the same cells, lines and problems, whatever the file holds."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Grid, Hints, Limits, UnreadableFile, open_table, sweeping
from trueup.reconcile.formats.plain import plain_columns
from trueup.reconcile.formats.rows import Dialect

COMMA = Dialect(",")
BY_COMMA = Hints(delimiter=",")


def opened(octets, hints=BY_COMMA):
    path = Path(tempfile.mkdtemp()) / "table.csv"
    path.write_bytes(octets)
    return open_table(path, hints, "table.csv")


def by_row(grid):
    rows, lines = [], []
    for chunk in grid.chunks():
        rows += zip(*chunk.columns, strict=True)
        lines += chunk.lines
    return rows, lines, list(grid.problems)


def at_once(grid, wanted):
    rows, lines = [], []
    for chunk in grid.texts(wanted):
        rows += zip(*(chunk.columns[place].to_pylist() for place in wanted), strict=True)
        lines += chunk.lines.to_pylist()
    return rows, lines, list(grid.problems)


def same_both_ways(octets):
    try:
        grid = opened(octets)
    except UnreadableFile:
        return
    if isinstance(grid, Grid) and len(grid.header) > 1:
        assert at_once(grid, range(len(grid.header))) == by_row(grid)


CELLS = st.text(st.sampled_from('ab "",\n\r\t\0é\ufeff漢🙂'), max_size=5)
SOUND = st.text(st.sampled_from("ab é漢"), max_size=5)
QUOTED = CELLS.map(lambda text: '"' + text.replace('"', '""') + '"')
LINES = st.lists(
    st.tuples(
        st.lists(SOUND | QUOTED | CELLS, min_size=1, max_size=4),
        st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    ).map(lambda line: ",".join(line[0]) + line[1]),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(LINES, st.integers(1, 40), st.booleans())
@example(['a,"b\n', 'c",d\n'], 1, False)  # a quoted cell over the end of a piece
@example(["\ufeffa,b\n"], 3, False)  # a mark that Arrow would take for its own, in the middle of a file
@example(["a,b\n", "\n", "c,d\n"], 40, False)  # a blank line, which counts and is no row
@example(['"a""",b\n', 'a"",b\n', '"a"b,c\n'], 40, True)  # quotes in their places and elsewhere
@example(["a,b,\n", "a,b,,,\n", "a\n"], 40, False)  # empty cells beyond the header's, and too few
def test_reading_at_once_gives_what_reading_row_by_row_gives(lines, size, cut_off):
    text = "one,two,three\n" + "".join(lines)
    octets = (text[:-1] if cut_off else text).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "SWEPT", size)
        patch.setattr(sweeping, "_CUT", 7)
        same_both_ways(octets)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 60))
def test_bytes_of_any_kind_are_read_the_same_both_ways(octets, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "SWEPT", size)
        same_both_ways(b"one,two\n" + octets + b"\nx,y\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a,"b\nc"\n', "a cell over two lines"),
        ('a,b"c"\n', "a quote amid a cell"),
        ('a,"b"c\n', "text after a closing quote"),
        ('a,"b\n', "a quote that stays open"),
        ("a,b\n\nc,d\n", "a blank line"),
        ("a\n", "too few cells"),
        ("a,b,c\n", "too many cells"),
        ("a,b\rc,d\n", "a line end of another kind"),
        ("a,\0\n", "a NUL"),
        ("a,\udfff\n", "bytes that are no text"),
        ("\ufeffa,b\n", "a mark"),
        ("", "nothing"),
    ],
)
def test_text_that_is_not_plain_is_left_to_the_careful_reader(text, why):
    assert plain_columns(text, 2, COMMA, (0, 1), Limits()) is None, why


def test_plain_text_is_read_at_once_with_its_quoted_cells():
    text = 'a,"b, ""c"""\r\n"",é\r\n"d",NULL'
    columns = plain_columns(text, 2, COMMA, (1, 0), Limits())
    assert [column.to_pylist() for column in columns] == [['b, "c"', "é", "NULL"], ["a", "", "d"]]


def test_text_longer_than_a_cell_may_be_is_left_to_the_careful_reader():
    assert plain_columns("a,b\n" * 3, 2, COMMA, (0,), Limits(cell=11)) is None


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_file_of_many_pieces_in_any_encoding_has_its_lines(encoding):
    text = "id;name\n" + "".join(f'{n};"Zoë, {n}"\n' for n in range(60_000))
    grid = opened(text.encode(encoding), Hints(encoding=encoding))
    rows, lines, problems = at_once(grid, (0, 1))
    assert (rows[41_234], lines, problems) == (("41234", "Zoë, 41234"), list(range(2, 60_002)), [])


def test_one_bad_row_in_a_piece_is_a_problem_with_its_line_and_the_rest_is_read():
    text = "id,name\n" + "".join(f"{n},x\n" if n != 30_000 else f"{n},x,y\n" for n in range(60_000))
    rows, lines, problems = at_once(opened(text.encode()), (0,))
    assert ([problem.line for problem in problems], len(rows), lines[-1]) == ([30_002], 59_999, 60_001)
