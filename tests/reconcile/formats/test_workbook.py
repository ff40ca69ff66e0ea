"""Workbooks: which sheet, which rows, cells to text, and archives that would not stay small."""

import datetime as dt
import io
import struct
import warnings
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Hints, Limits
from trueup.reconcile.formats.book import text_of

ODS = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def xlsx(**sheets):
    """A workbook of named sheets, each a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(content, head=""):
    """An OpenDocument spreadsheet around the XML of its tables."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?>{head}<office:document-content {SPACES}><office:body><office:spreadsheet>'
            f"{content}</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def cell(text, attributes=""):
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def row(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def sheet(*rows, name="Sheet1"):
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def test_cells_become_text_that_keeps_what_distinguishes(table, rows_of):
    values = [
        (3.0, "3"),
        (54.5, "54.5"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        ("007", "007"),
        (" e1019 ", " e1019 "),
        (True, "true"),
        (False, "false"),
        (dt.date(2026, 3, 6), "2026-03-06"),
        (dt.datetime(2026, 3, 6, 13, 0, 13), "2026-03-06T13:00:13"),  # noqa: DTZ001 - cells have no zone
        (dt.time(13, 5), "13:05:00"),
        (dt.timedelta(hours=30), "30:00:00"),
        (-7, "-7"),
        (None, ""),
    ]
    grid = table(xlsx(S=[[f"h{place}" for place in range(len(values))], [value for value, _ in values]]))
    assert (grid.format, grid.sheet, grid.encoding, grid.delimiter) == ("xlsx", "S", None, None)
    assert rows_of(grid)[0][1][: len(values) - 1] == [text for _, text in values[:-1]]


def test_midnight_in_a_column_of_times_stays_a_time(table, rows_of):
    rows = [["at", "day"], [dt.datetime(2026, 3, 6), dt.date(2026, 3, 6)], [dt.datetime(2026, 3, 7, 1), None]]  # noqa: DTZ001
    assert [row[0] for _, row in rows_of(table(xlsx(S=rows)))] == [
        "2026-03-06T00:00:00",
        "2026-03-07T01:00:00",
    ]
    assert [row[1] for _, row in rows_of(table(xlsx(S=rows)))] == ["2026-03-06", ""]


def test_row_numbers_are_the_sheets_own(table, rows_of):
    book = openpyxl.Workbook()
    for name, value in {"C3": "a", "D3": "b", "C4": "1", "D4": "2", "D7": "3"}.items():
        book.active[name] = value
    out = io.BytesIO()
    book.save(out)
    grid = table(out.getvalue())
    assert (grid.header, grid.header_line) == (("a", "b"), 3)
    assert rows_of(grid) == [(4, ["1", "2"]), (7, ["", "3"])]


def test_the_only_sheet_with_rows_is_chosen(table, rows_of):
    grid = table(xlsx(Notes=[["read me"]], Empty=[], Data=[["a"], ["1"]]))
    assert (grid.sheet, rows_of(grid), grid.problems) == ("Data", [(2, ["1"])], [])


def test_several_sheets_with_rows_are_remarked(table):
    grid = table(xlsx(One=[["a"], ["1"]], Two=[["b"], ["2"]]))
    assert grid.sheet == "One"
    assert [(problem.line, "'Two'" in problem.actual) for problem in grid.problems] == [(None, True)]


def test_the_declared_sheet_wins(table, rows_of):
    grid = table(xlsx(One=[["a"], ["1"]], Two=[["b"], ["2"]]), hints=Hints(sheet="Two"))
    assert (grid.sheet, rows_of(grid), grid.problems) == ("Two", [(2, ["2"])], [])


def test_a_declared_sheet_that_is_not_there_is_refused(table, refusal):
    problem = refusal(lambda: table(xlsx(One=[["a"], ["1"]]), hints=Hints(sheet="Two")))
    assert (problem.expected, problem.actual) == ("'Two'", "'One'")


def test_hidden_sheets_are_the_last_resort(table):
    book = openpyxl.Workbook()
    book.active.title = "Lists"
    book.active.append(["x"])
    book.active.append(["y"])
    shown = book.create_sheet("Data")
    shown.append(["a"])
    book.active.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert table(out.getvalue()).sheet == "Data"


def test_a_header_without_rows_is_a_table(table, rows_of):
    grid = table(xlsx(S=[["a", "b"]]))
    assert (grid.header, rows_of(grid), grid.problems) == (("a", "b"), [], [])


@pytest.mark.parametrize("content", [xlsx(S=[]), ods(sheet()), ods(sheet(row(cell("")))), ods("")])
def test_a_workbook_without_content_is_refused(table, refusal, content):
    assert "empty" in refusal(lambda: table(content)).what


def test_many_rows_come_in_chunks(table):
    grid = table(ods(sheet(row(cell("a")), row(cell("x"), attributes='table:number-rows-repeated="45000"'))))
    chunks = list(grid.chunks())
    assert [len(chunk.lines) for chunk in chunks] == [20_000, 20_000, 5_000]
    assert chunks[-1].lines[-1] == 45_001


def value(kind, name, text, shown="?"):
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{text}"><text:p>{shown}</text:p></table:table-cell>'


ODS_CELLS = [  # XML, text
    (value("float", "value", "54.50000"), "54.5"),
    (value("float", "value", "100"), "100"),
    (value("float", "value", "12345678901234567"), "12345678901234567"),
    (value("float", "value", "oops", "shown"), "shown"),
    (value("percentage", "value", "0.5", "50 %"), "0.5"),
    (value("currency", "value", "3", "3 €"), "3"),
    (value("date", "date-value", "2026-03-06"), "2026-03-06"),
    (value("date", "date-value", "2026-03-06T00:00:00"), "2026-03-06T00:00:00"),
    (value("time", "time-value", "PT13H05M00S"), "13:05:00"),
    (value("boolean", "boolean-value", "true"), "true"),
    (value("string", "string-value", "own", "shown"), "own"),
    (cell(" e1019 "), " e1019 "),
    (cell('a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d'), "a  b\tc\nd"),
    (cell("a</text:p><text:p>b"), "a\nb"),
    (cell("a <text:span>bold</text:span> &amp; c"), "a bold & c"),
    (cell("x</text:p><office:annotation><text:p>a remark</text:p></office:annotation><text:p>y"), "x\ny"),
    (f"\n  <table:table-cell>\n   <text:p>no type</text:p>\n  </table:table-cell>\n", "no type"),  # noqa: F541
    ("<table:table-cell/>", ""),
]


@pytest.mark.parametrize(("xml", "text"), ODS_CELLS)
def test_opendocument_cells_become_text(table, rows_of, xml, text):
    grid = table(ods(sheet(row(cell("a"), cell("b")), "\n", row(xml, "\n", cell("end")))))
    assert (grid.format, rows_of(grid)) == ("ods", [(2, [text, "end"])])


def test_opendocument_repeats_are_counted(table, rows_of):
    empty = '<table:table-cell table:number-columns-repeated="16380"/>'
    content = sheet(
        row(empty, attributes='table:number-rows-repeated="2"'),
        row(cell("a", 'table:number-columns-repeated="2"'), empty),
        row(cell("x"), cell("y"), attributes='table:number-rows-repeated="2"'),
        row(empty, attributes='table:number-rows-repeated="1000000"'),
        row(cell("last")),
    )
    grid = table(ods(content))
    assert (grid.header, grid.header_line) == (("a", "a"), 3)
    assert rows_of(grid) == [(4, ["x", "y"]), (5, ["x", "y"]), (1_000_006, ["last", ""])]


def test_opendocument_sheets_are_told_apart(table, rows_of):
    content = sheet(row(cell("a")), row(cell("1")), name="One") + sheet(
        row(cell("b")), row(cell("2")), name="Two"
    )
    assert rows_of(table(ods(content), hints=Hints(sheet="Two"))) == [(2, ["2"])]
    assert len(table(ods(content)).problems) == 1


def test_a_cell_too_large_costs_its_row(table, rows_of):
    content = ods(sheet(row(cell("a")), row(cell("x" * 2_000_000)), row(cell("1"))))
    grid = table(content)
    assert rows_of(grid) == [(3, ["1"])]
    assert [(problem.line, problem.what) for problem in grid.problems] == [(2, "a cell is too large")]


def test_repeats_that_swell_are_refused(table, refusal):
    wide = row(
        cell("x", 'table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048576"'
    )
    content = ods(sheet(row(cell("a")), wide))
    assert "too large" in refusal(lambda: table(content, limits=Limits(sheet_cells=500_000))).what


def test_entities_are_refused(table, refusal):
    head = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert "broken" in refusal(lambda: table(ods(sheet(row(cell("&b;"))), head))).what


def test_two_cells_far_apart_are_refused(table, refusal):
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "z"
    out = io.BytesIO()
    book.save(out)
    problem = refusal(lambda: table(out.getvalue()))
    assert (problem.what, problem.actual) == (
        "a sheet is too large to be opened",
        "1,048,576 rows by 16,384 columns",
    )


def rezipped(content, changes):
    """The archive with some parts replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, changes.get(name, before.read(name)))
    return out.getvalue()


def test_cells_far_apart_without_names_are_refused(table, refusal):
    sheet_xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        + b"<c><v>1</v></c>" * 16_000
        + b"</row><row r='1000000'><c r=\"A1000000\"><v>1</v></c></row></sheetData></worksheet>"
    )
    content = rezipped(xlsx(S=[["a"]]), {"xl/worksheets/sheet1.xml": sheet_xml})
    assert "too large" in refusal(lambda: table(content)).what


def test_a_zip_bomb_in_a_workbook_is_refused(table, refusal):
    content = rezipped(xlsx(S=[["a"], ["b"]]), {"docProps/app.xml": b" " * 30_000_000})
    problem = refusal(lambda: table(content, limits=Limits(ratio_from=1_000_000)))
    assert "swells" in problem.what
    assert "swells" in refusal(lambda: table(content, limits=Limits(workbook=10_000_000))).what
    assert table(content).header == ("a",)


def test_a_zip_whose_directory_lies_about_sizes_is_refused(table, refusal):
    content = rezipped(xlsx(S=[["a"], ["b"]]), {"docProps/app.xml": b" " * 30_000_000})
    lying = content.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))
    assert lying != content
    assert "broken" in refusal(lambda: table(lying)).what


def test_a_workbook_of_too_many_parts_is_refused(table, refusal):
    assert "too many parts" in refusal(lambda: table(xlsx(S=[["a"]]), limits=Limits(parts=3))).what


def test_a_directory_longer_than_any_workbooks_is_refused_unread(table, refusal):
    content = xlsx(S=[["a"]])
    at = content.rindex(b"PK\x05\x06") + 12
    long = content[:at] + struct.pack("<I", 900_000_000) + content[at + 4 :]
    assert "too many parts" in refusal(lambda: table(long)).what
    assert (
        "too many parts"
        in refusal(lambda: table(content[: at - 12] + b"PK\x06\x07" + content[at - 12 :])).what
    )


def test_a_workbook_file_too_large_is_refused_unread(table, refusal):
    assert "swells" in refusal(lambda: table(xlsx(S=[["a"]]), limits=Limits(workbook=1000))).what


def test_a_negative_duration_keeps_its_sign(table, rows_of):
    span = dt.timedelta(hours=-1, minutes=-30)
    xml = value("time", "time-value", "-PT01H30M00S")
    assert rows_of(table(ods(sheet(row(cell("a")), row(xml))))) == [(2, ["-01:30:00"])]
    assert text_of(span) == "-01:30:00"


@pytest.mark.parametrize("keep", [100, 1000, 3000])
def test_a_workbook_cut_off_is_refused(table, refusal, keep):
    assert "broken" in refusal(lambda: table(xlsx(S=[["a"], ["b"]])[:keep])).what


def test_other_archives_are_refused(table, refusal):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "a,b\n")
        archive.writestr("b.csv", "a,b\n")
    problem = refusal(lambda: table(out.getvalue(), name="x.xlsx"))
    assert ("zip archive" in problem.what, problem.actual) == (True, "an archive of 2 files")


@pytest.mark.parametrize(("part", "said"), [("word/document.xml", "Word"), ("xl/workbook.bin", "xlsb")])
def test_other_office_files_are_refused_by_name(table, refusal, part, said):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "x")
    assert said in refusal(lambda: table(out.getvalue())).what


def test_an_encrypted_part_is_refused(table, refusal):
    content = bytearray(xlsx(S=[["a"]]))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    assert "password" in refusal(lambda: table(bytes(content))).what


WORKBOOK = xlsx(S=[["a", "b"], [1, "x"], [2.5, True]])
OPENDOCUMENT = ods(sheet(row(cell("a"), cell("b")), row(cell("1"), cell("2"))))


@given(
    content=st.sampled_from([WORKBOOK, OPENDOCUMENT]),
    places=st.lists(st.tuples(st.integers(4, 100_000), st.integers(0, 255)), min_size=1, max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_never_more_than_unreadable(tmp_path_factory, outcome, content, places):
    damaged = bytearray(content)
    for place, byte in places:
        damaged[place % (len(damaged) - 4) + 4] = byte
    path = tmp_path_factory.mktemp("w") / "x.xlsx"
    path.write_bytes(bytes(damaged))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert outcome(path) in {None, *range(10)}


PARTS = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@given(
    part=st.sampled_from(PARTS),
    cut=st.integers(0, 3000),
    drop=st.integers(0, 40),
    put=st.binary(max_size=6)
    | st.sampled_from([b'r="A0"', b't="s"', b"<v>99</v>", b't="b"', b'r="ZZZ9"', b'sheetId=""']),
)
@settings(max_examples=200, deadline=None)
def test_a_workbook_of_broken_xml_is_never_more_than_unreadable(
    tmp_path_factory, outcome, *, part, cut, drop, put
):
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        xml = archive.read(part)
    cut %= len(xml)
    path = tmp_path_factory.mktemp("w") / "x.xlsx"
    path.write_bytes(rezipped(WORKBOOK, {part: xml[:cut] + put + xml[cut + drop :]}))
    assert outcome(path) in {None, *range(10)}
