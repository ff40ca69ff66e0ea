"""Text tables: delimiters, encodings, quoting, lines, and rows that can't be read."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Grid, Hints, Limits, open_table

DELIMITED = [  # delimiter, text: first two cells of each row are the same under the right delimiter only
    (",", "name,at,score\nAna,13:00:05,3\nBo,14:00:05,4\n"),  # colons in times
    (";", "name;at;score\nAna;6.3.2026;54,50\nBo;7.3.2026;60,00\n"),  # decimal commas
    (";", "Surname, name;at;score\nMeier, Ana;x;3\nKim, Bo;y;4\n"),  # as many commas in each row, but fewer
    ("\t", "name\tat\tscore\nAna\t1,5\t3\nBo\t2,5\t4\n"),
    ("|", "name|at|score\nAna|x|3\nBo|y|4\n"),
    (":", 'name:"at; or, when":score\nAna:x:3\nBo:y:4\n'),  # other delimiters within quotes
    (",", 'name,"a;b;c;d",score\nAna,"1;2;3;4",3\nBo,"1;2;3;4",4\n'),
    (",", "name,at,score\n"),  # a header and no rows
    (",", "name, when:score\nAna,10:30\nBo,11:30\n"),  # on equal evidence no colon
]


@pytest.mark.parametrize(("delimiter", "text"), DELIMITED)
def test_delimiter_is_seen_by_consistent_widths(table, delimiter, text, rows_of):
    grid = table(text)
    assert grid.delimiter == delimiter
    assert rows_of(grid) == list(enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1))[1:]


def test_declared_delimiter_wins(table, rows_of):
    grid = table("a,b;c,d\n1,2;3,4\n", hints=Hints(delimiter=";"))
    assert (grid.header, rows_of(grid), grid.problems) == (("a,b", "c,d"), [(2, ["1,2", "3,4"])], [])


@pytest.mark.parametrize("declared", ["tab", "\\t", "\t"])
def test_tab_can_be_declared_by_name(table, declared):
    assert table("a b\tc\n1\t2\n", hints=Hints(delimiter=declared)).header == ("a b", "c")


@pytest.mark.parametrize("declared", ["", '"', "\n", ";;", " ", "\0"])
def test_impossible_delimiter_is_refused(table, declared, refusal):
    if declared:
        assert "delimiter" in refusal(lambda: table("a,b\n", hints=Hints(delimiter=declared))).what


def test_declared_delimiter_that_divides_nothing_is_remarked(table):
    grid = table("a,b\n1,2\n", hints=Hints(delimiter="|"))
    assert grid.header == ("a,b",)
    assert [(problem.line, "delimiter" in problem.what) for problem in grid.problems] == [(None, True)]


def test_delimiter_announced_by_a_spreadsheet_is_followed(table, rows_of):
    grid = table("sep=|\r\na|b\r\n1,5|2\r\n")
    assert (grid.header, grid.header_line, rows_of(grid)) == (("a", "b"), 2, [(3, ["1,5", "2"])])


def test_blank_after_each_delimiter_is_no_part_of_quoted_cells(table, rows_of):
    grid = table('"a", "b, c"\n"1", "2, 3"\n')
    assert (grid.header, rows_of(grid)) == (("a", "b, c"), [(2, ["1", "2, 3"])])


def test_one_column_needs_no_delimiter(table, rows_of):
    grid = table("mail\na@example.com\nb@example.com\n")
    assert (grid.header, len(rows_of(grid))) == (("mail",), 2)


MARKED = ["utf-8-sig", "utf-16", "utf-32"]  # Python writes the mark
UNMARKED = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"]


@pytest.mark.parametrize("encoding", [*MARKED, *UNMARKED])
def test_unicode_is_recognised_by_mark_or_zeros(table, encoding, rows_of):
    grid = table("name,mail\nZoë Ñuñez,z@example.com\n姓名,x\n", encoding)
    assert grid.header == ("name", "mail")
    assert rows_of(grid) == [(2, ["Zoë Ñuñez", "z@example.com"]), (3, ["姓名", "x"])]
    assert grid.problems == []


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\x00\x00\xfe\xff"])
def test_big_endian_marks_are_recognised(table, mark):
    encoding = "utf-16-be" if len(mark) == 2 else "utf-32-be"
    assert table(mark + "a,ü\n1,2\n".encode(encoding)).header == ("a", "ü")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Name;Ort\nMüller;Köln\nGrün;Düsseldorf – Süd\nJäger;Nürnberg\n"),  # German from Excel
        ("cp1252", "Nom;Ville\nHélène;Orléans\nFrançois;Besançon\n"),
        ("cp1251", "Имя;Город;Отдел\nАнна Иванова;Москва;Продажи\nБорис Петров;Казань;Склад и доставка\n"),
        (
            "shift_jis",
            "氏名,部署,コース\n山田太郎,営業部,安全衛生の基礎\n佐藤花子,総務部,個人情報の保護について\n",
        ),
    ],
)
def test_other_encodings_are_guessed_with_a_remark(table, encoding, text, rows_of):
    grid = table(text, encoding)
    rows = rows_of(grid)
    assert [row for _, row in rows] == list(csv.reader(io.StringIO(text), delimiter=grid.delimiter))[1:]
    assert [(problem.line, "guessed" in problem.what) for problem in grid.problems] == [(None, True)]


def test_declared_encoding_is_followed_without_remark(table, rows_of):
    grid = table("Name,Ort\nMüller,Łódź\n", "cp1250", hints=Hints(encoding="windows-1250"))
    assert (rows_of(grid), grid.problems) == ([(2, ["Müller", "Łódź"])], [])


def test_foreign_letters_far_down_are_seen(table):
    text = "name,town\n" + "a,b\n" * 300_000 + "Müller,Köln\n"
    grid = table(text, "cp1252")
    *_, last = grid.chunks()
    assert [column[-1] for column in last.columns] == ["Müller", "Köln"]


@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "ascii"])
def test_wrong_declared_encoding_is_refused(table, declared, refusal):
    problem = refusal(lambda: table("Näme,Örte\nMüller,Köln\n" * 9, "cp1252", hints=Hints(encoding=declared)))
    assert "encoding" in problem.what


@pytest.mark.parametrize(
    "declared", ["utf-9", "base64", "rot13", "idna", "unicode_escape", "a\0b", "x" * 5000]
)
def test_impossible_encoding_is_refused(table, declared, refusal):
    problem = refusal(lambda: table("a,b\n", hints=Hints(encoding=declared)))
    assert "encoding" in problem.what
    assert len(problem.actual) < 60


def test_byte_order_mark_wins_over_the_settings(table):
    grid = table("a,ü\n1,2\n", "utf-16", hints=Hints(encoding="cp1252"))
    assert (grid.header, len(grid.problems)) == (("a", "ü"), 1)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=8)
)


@given(
    rows=TABLES,
    delimiter=st.sampled_from([",", ";", "\t", "|", ":"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@example(
    rows=[["a", "b"], ["1\r\n2", 'x"y'], ["", ""]],
    delimiter=",",
    quoting=csv.QUOTE_ALL,
    end="\r\n",
    encoding="utf-16",
)
@settings(max_examples=200, deadline=None)
def test_what_csv_writes_comes_back_cell_for_cell(
    tmp_path_factory, rows_of, *, rows, delimiter, quoting, end, encoding
):
    rows = [["n" + rows[0][0], *rows[0][1:]], *rows[1:]]
    if (
        quoting == csv.QUOTE_MINIMAL
    ):  # the csv module of Python 3.11 leaves line ends other than its own unquoted
        rows = [[cell.replace("\r", "").replace("\n", "") for cell in row] for row in rows]
    lines, text = [], ""
    for row in rows:
        lines.append(len(io.StringIO(text, newline="").readlines()) + 1)
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(row)
        text += line.getvalue()
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(text.encode(encoding))
    grid = open_table(path, Hints(delimiter=delimiter, encoding="utf-8" if encoding == "utf-8" else None))
    assert grid.header == tuple(rows[0])
    assert rows_of(grid) == list(zip(lines[1:], rows[1:], strict=True))
    assert grid.problems == []


def test_line_is_where_a_row_starts_over_cells_of_several_lines(table, rows_of):
    grid = table('a,b\n1,"x\ny\r\nz"\n\n\n2,"q"\n3,w\n')
    assert [(line, row[0]) for line, row in rows_of(grid)] == [(2, "1"), (7, "2"), (8, "3")]


def test_lines_are_right_across_blocks_and_chunks(table, rows_of):
    body = "".join(f'{number},"two\nlines {"x" * 90}"\n' for number in range(30_000))
    grid = table("n,t\n" + body)
    rows = rows_of(grid)
    assert [line for line, _ in rows] == [2 + 2 * number for number in range(30_000)]
    assert [row[0] for _, row in rows] == [str(number) for number in range(30_000)]
    assert len(list(grid.chunks())) > 1


def test_chunks_can_be_had_again_and_problems_are_refreshed(table, rows_of):
    grid = table("a,b\n1,2\n3\n")
    assert rows_of(grid) == rows_of(grid) == [(2, ["1", "2"])]
    assert len(grid.problems) == 1


def test_header_only_is_a_table_without_rows(table, rows_of):
    grid = table("a,b,c")
    assert (grid.header, rows_of(grid), grid.problems) == (("a", "b", "c"), [], [])


def test_blank_lines_above_the_header_are_counted_not_read(table, rows_of):
    grid = table("\n  \r\na,b\n1,2\n")
    assert (grid.header, grid.header_line, rows_of(grid)) == (("a", "b"), 3, [(4, ["1", "2"])])


@pytest.mark.parametrize("content", ["\n\n\n", "   \n", "\ufeff\n", "\r\n\r\n"])
def test_only_blank_lines_are_refused(table, content, refusal):
    assert "blank" in refusal(lambda: table(content)).what


def test_duplicate_and_empty_headers_are_kept(table):
    assert table(',Name,Name,""\n1,2,3,4\n').header == ("", "Name", "Name", "")


def test_ragged_rows_are_reported_each_with_its_line(table, rows_of):
    grid = table("a,b,c\n1,2\n1,2,3\n1,2,3,4\n1,2,3\n")
    assert rows_of(grid) == [(3, ["1", "2", "3"]), (5, ["1", "2", "3"])]
    assert [(p.file, p.line, p.expected, p.actual) for p in grid.problems] == [
        ("export.csv", 2, "3 cells", "2 cells"),
        ("export.csv", 4, "3 cells", "4 cells"),
    ]


def test_empty_cells_beyond_the_header_are_tolerated(table, rows_of):
    grid = table("a,b\n1,2,\n3,4,,,\n")
    assert (rows_of(grid), grid.problems) == ([(2, ["1", "2"]), (3, ["3", "4"])], [])


def test_problems_never_repeat_cells(table, rows_of):
    grid = table('a,b\nsecret-name\n"secret"-name,x\n')
    assert rows_of(grid) == []
    assert [problem.line for problem in grid.problems] == [2, 3]
    assert "secret" not in repr(grid.problems)


@pytest.mark.parametrize(
    "quoted", ["x" * (10 << 20), "line of text\n" * (80 << 10) + "x" * (1 << 20), '""' * (5 << 20)]
)
def test_cell_too_large_costs_one_row(table, quoted, rows_of):
    grid = table(f'a,b\n1,2\n3,"{quoted}"\n5,6\n')
    lines = 5 + quoted.count("\n")
    assert rows_of(grid) == [(2, ["1", "2"]), (lines - 1, ["5", "6"])]
    assert [(problem.line, problem.what) for problem in grid.problems] == [(3, "a cell is too large")]


@pytest.mark.parametrize("end", ["", '"z', '"z,1'])
def test_large_cell_that_is_not_closed_rightly_costs_one_row(table, rows_of, end):
    grid = table('a, "b"\n1, "' + "x" * 1_500_000 + end + "\n3, 4\n")
    assert rows_of(grid) == [(3, ["3", "4"])]
    assert [problem.line for problem in grid.problems] == [2]


def test_large_cell_without_quotes_costs_one_row(table, rows_of):
    grid = table("a,b\n1," + "x" * 1_500_000 + "\n3,4\n")
    assert rows_of(grid) == [(3, ["3", "4"])]
    assert [problem.what for problem in grid.problems] == ["a cell is too large"]


def test_cell_of_the_largest_size_is_read(table, rows_of):
    grid = table("a,b\n1," + "x" * (1 << 20) + "\n")
    assert len(rows_of(grid)[0][1][1]) == 1 << 20


def test_line_without_end_is_borne(table, rows_of):
    grid = table("a,b\n1,2\n3," + "y," * 900_000 + "\n5,6\n7," + "z" * 400_000, limits=Limits(record=100_000))
    assert rows_of(grid) == [(2, ["1", "2"]), (4, ["5", "6"])]
    assert [(problem.line, problem.what) for problem in grid.problems] == [
        (3, "the line is too long"),
        (5, "the line is too long"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_too_long_counts_as_one_line(table, end, rows_of):
    long = "x" * ((1 << 20) - len(end))  # its end falls where a block ends
    grid = table(f"a,b{end}{long}{end}3,4{end}", limits=Limits(record=100_000))
    assert rows_of(grid) == [(3, ["3", "4"])]
    assert [problem.line for problem in grid.problems] == [2]


def test_nul_bytes_cost_their_row(table, rows_of):
    grid = table(b"a,b\n1,2\n3,4\x005\n6,7\n")
    assert [line for line, _ in rows_of(grid)] == [2, 4]
    assert [(problem.line, "NUL" in problem.what) for problem in grid.problems] == [(3, True)]


def test_invalid_bytes_in_the_middle_cost_their_row(table, rows_of):
    text = "name,town\n" + "Zoë,Köln\n" * 50
    grid = table(text.encode() + b"Zo\xff,K\n" + "Zoë,Köln\n".encode() + b"x,\xed\xa0\x80\n")
    assert len(rows_of(grid)) == 51
    assert [(problem.line, "encoding" in problem.what) for problem in grid.problems] == [
        (52, True),
        (54, True),
    ]


def test_lone_surrogates_in_utf_16_cost_their_row(table, rows_of):
    content = "\ufeffa,b\n1,2\n3,x".encode("utf-16-le") + b"\x00\xd8" + "\n5,6\n".encode("utf-16-le")
    grid = table(content)
    assert [line for line, _ in rows_of(grid)] == [2, 4]
    assert [problem.line for problem in grid.problems] == [3]


def test_unclosed_quote_costs_one_row(table, rows_of):
    grid = table('a,b\n1,2\n3,"four\n5,6\n7,8\n')
    assert [row for _, row in rows_of(grid)] == [["1", "2"], ["5", "6"], ["7", "8"]]
    assert [(problem.line, problem.what) for problem in grid.problems] == [
        (3, "a quote is opened and not closed")
    ]


def test_unclosed_quote_does_not_eat_quoted_rows(table, rows_of):
    grid = table('a,b\n1,"2"\n3,"four\n5,"six"\n7,"8"\n')
    assert [row for _, row in rows_of(grid)] == [["1", "2"], ["5", "six"], ["7", "8"]]
    assert [problem.line for problem in grid.problems] == [3]


def test_unclosed_quote_in_a_large_file_is_bounded(table):
    rest = "".join(f"{number},text without quotes\n" for number in range(150_000))
    grid = table('a,b\n1,"two\n' + rest)
    count = sum(len(chunk.lines) for chunk in grid.chunks())
    assert count == 150_000
    assert [(problem.line, problem.what) for problem in grid.problems] == [
        (2, "a quote is opened and not closed")
    ]


def test_many_broken_quotes_cost_one_row_each(table, rows_of):
    grid = table("a,b\n" + '"x"y,1\n' * 50_000)
    assert rows_of(grid) == []
    assert len(grid.problems) == 50_000


def test_broken_header_is_refused_with_its_line(table, refusal):
    problem = refusal(lambda: table('\n"a"b,c\n1,2\n'))
    assert (problem.line, "header" in problem.what) == (2, True)


def test_header_of_too_many_columns_is_refused(table, refusal):
    assert "too many columns" in refusal(lambda: table("," * 20_000 + "\n")).what


def test_file_of_nothing_but_broken_rows_is_refused_in_the_end(table, refusal):
    grid = table("a,b\n" + "1\n" * 50, limits=Limits(problems=10))
    assert "more than 10 rows" in refusal(lambda: list(grid.chunks())).what


def test_grid_says_what_it_is(table):
    grid = table("a;b\n1;2\n")
    assert isinstance(grid, Grid)
    assert (grid.file, grid.format, grid.encoding, grid.delimiter, grid.sheet) == (
        "export.csv",
        "csv",
        "utf-8",
        ";",
        None,
    )
