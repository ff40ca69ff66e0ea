"""JSON documents and JSON Lines: where the list is, and records that can't be used."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.reconcile.formats import Hints, Limits, Records, open_table

SHAPES = [  # document, envelope
    ('[{"a": 1}, {"a": 2}]', {}),
    ('[[{"a": 1}, {"a": 2}]]', {}),  # as Moodle downloads
    ('[[{"a": 1}], [{"a": 2}]]', {}),
    ('{"more": "/x", "statements": [{"a": 1}, {"a": 2}]}', {"more": "/x"}),
    (
        '{"schemas": ["urn:x"], "totalResults": 2, "Resources": [{"a": 1}, {"a": 2}], "ok": true, "no": null}',
        {"totalResults": 2, "ok": True, "no": None},
    ),
    ('{"Report_Entry": [{"a": 1}, {"a": 2}]}', {}),
    ('{"data": [{"a": 1}, {"a": 2}], "included": [{"b": 1}]}', {}),
    ('{"d": {"results": [{"a": 1}, {"a": 2}]}}', {}),
    ('{"anything": [{"a": 1}, {"a": 2}], "x": 1.5}', {"x": 1.5}),
    (' \n[\n{"a"\t:1}\n,\r\n{"a": 2}\n]\n ', {}),
]


@pytest.mark.parametrize(("document", "envelope"), SHAPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_one_list_of_objects_is_found(table, document, envelope, encoding):
    records = table(document, encoding, name="x.json")
    assert isinstance(records, Records)
    assert (records.format, records.envelope) == ("json", envelope)
    assert list(records.records()) == [(1, {"a": 1}), (2, {"a": 2})]
    assert records.problems == []


@pytest.mark.parametrize(
    "document", ["[]", "[[]]", '{"Resources": [], "schemas": ["x"]}', '{"rest": [], "n": 0}']
)
def test_an_empty_list_is_a_table_without_records(table, document):
    records = table(document, name="x.json")
    assert (list(records.records()), records.problems) == ([], [])


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x"])
def test_content_decides_not_the_name(table, name):
    assert table('[{"a": 1}]', name=name).format == "json"
    assert table('{"a": 1}\n{"a": 2}\n', name=name).format == "jsonl"


def test_csv_header_in_brackets_is_no_json(table):
    assert table("[id],[name]\n1,2\n").header == ("[id]", "[name]")


def test_several_lists_are_refused_by_name(table, refusal):
    problem = refusal(lambda: table('{"people": [{"a": 1}], "courses": [{"b": 1}]}', name="x.json"))
    assert "'people', 'courses'" in problem.actual


@pytest.mark.parametrize(
    "document", ['{"error": "denied", "code": 401}', '{"E1": {"a": 1}}', "{}", '{"tags": ["a"]}']
)
def test_a_document_without_a_list_of_objects_is_refused(table, refusal, document):
    problem = refusal(lambda: table(document, name="x.json"))
    assert "no list of objects" in problem.what
    assert "denied" not in repr(problem)


def test_members_that_are_no_objects_cost_themselves(table):
    records = table(
        '[{"a": 1}, 5, "x, ]", null, true, [1, 2.5], {"a": 2}, -1e5, {"a": [[{"b": "}"}]]}]', name="x.json"
    )
    assert [number for number, _ in records.records()] == [1, 8, 10]  # a list inside the list is looked into
    assert [problem.line for problem in records.problems] == [2, 3, 4, 5, 6, 7, 9]


BAD_RECORDS = [  # text of one record, what is said of it
    ('{"a": ' + "[" * 10_000 + "]" * 10_000 + "}", "nested too deep"),
    ('{"a": ' * 70 + "1" + "}" * 70, "nested too deep"),
    ('{"a": 1e400}', "beyond all measure"),
    ('{"a": ' + "1" * 5000 + "}", "beyond all measure"),
    ('{"a": NaN}', "no word for"),
    ('{"a": -Infinity}', "no word for"),
    ('{"a": "\\ud800"}', "surrogate"),
    ('{"\\udc00": 1}', "surrogate"),
    ('{"a": "\\u0000"}', "NUL"),
    ('{"a": "' + "x" * (1 << 20) + 'y"}', "too large"),
    ('{"a": [1, {"b": "' + "x" * (1 << 20) + 'y"}]}', "too large"),
    ('{"a": 01}', "no valid JSON"),
    ('{"a" 1}', "no valid JSON"),
    ("{a: 1}", "no valid JSON"),
    ('{"a": "\t"}', "no valid JSON"),
    # which of two values is meant can't be told; one that only repeats itself is (in `test_names_may_repeat`)
    ('{"a": 1, "a": 2}', "the name 'a' twice"),
    ('{"a" : 1, "b": [{"c": 1, "c": null}]}', "the name 'c' twice"),
]


@pytest.mark.parametrize(("bad", "said"), BAD_RECORDS)
@pytest.mark.parametrize("lines", [False, True])
def test_a_bad_record_costs_itself(table, bad, said, lines):
    document = f'{{"a": 1}}\n{bad}\n{{"a": 2}}\n' if lines else f'[{{"a": 1}},\n{bad},\n{{"a": 2}}]'
    records = table(document, name="x.jsonl" if lines else "x.json")
    assert list(records.records()) == [(1, {"a": 1}), (3, {"a": 2})]
    assert [(problem.line, said in problem.what) for problem in records.problems] == [(2, True)]


def test_names_may_repeat_with_one_value_and_in_different_objects(table):
    text = '{"a": 1, "a": 1, "b": [{"c": 1}, {"c": 2}], "d": "{\\"e\\": 1, \\"e\\": 2}", "f\\"": "g"}'
    records = table(text + "\n", name="x.jsonl")
    ((_, record),) = records.records()
    assert (record["a"], record["b"], list(records.problems)) == (1, [{"c": 1}, {"c": 2}], [])


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("wrong", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80"])
def test_bytes_that_are_not_utf_8_cost_their_record(table, lines, wrong):
    bad = b'{"a": "' + wrong + b'"}'
    content = b'{"a": 1}\n' + bad + b'\n{"a": 2}' if lines else b'[{"a": 1},' + bad + b',{"a": 2}]'
    records = table(content, name="x.jsonl" if lines else "x.json")
    assert list(records.records()) == [(1, {"a": 1}), (3, {"a": 2})]
    assert [(problem.line, "UTF-8" in problem.what) for problem in records.problems] == [(2, True)]


def test_large_integers_keep_their_digits(table):
    assert list(table('[{"a": 123456789012345678901234567890}]').records()) == [
        (1, {"a": 123456789012345678901234567890})
    ]


def test_problems_never_repeat_values(table):
    records = table(
        '[{"a": "secret-name\\ud800"}, "secret-name", {"secret-name" 1}, {"a": 1}]', name="x.json"
    )
    assert len(list(records.records())) == 1
    assert len(records.problems) == 3
    assert "secret" not in repr(records.problems)


DOCUMENT = '{"more": "", "statements": [{"a": "x{"}, {"a": [1, {"b": 2}]}, {"a": 3}], "n": 1}'


@pytest.mark.parametrize("end", range(2, len(DOCUMENT)))
def test_a_document_cut_off_anywhere_is_refused_after_its_whole_records(table, refusal, end):
    whole = [{"a": "x{"}, {"a": [1, {"b": 2}]}, {"a": 3}]
    got = []

    def read():
        got.extend(record for _, record in table(DOCUMENT[:end], name="x.json").records())

    problem = refusal(read)
    assert "cut off" in problem.what or "no valid JSON" in problem.what
    assert got == [record for record in whole if json.dumps(record) in DOCUMENT[:end]]


def test_the_place_where_a_document_is_cut_off_is_said(table, refusal):
    records = table('[{"a": 1}, {"a": 2}, {"a"', name="x.json")
    problem = refusal(lambda: list(records.records()))
    assert (problem.line, problem.what) == (3, "the JSON text is cut off")
    assert "25 bytes" in problem.actual


@pytest.mark.parametrize(
    "document", ['[{"a": 1} {"a": 2}]', '[{"a": 1},]', '[{"a": 1}]]', '[{"a": 1}] x', '[{"a": 1},,{"a": 2}]']
)
def test_structure_that_hides_where_records_start_is_refused(table, refusal, document):
    assert "no valid JSON at byte" in refusal(lambda: list(table(document, name="x.json").records())).what


def test_two_documents_in_one_file_are_refused(table, refusal):
    problem = refusal(lambda: table('{"data": [\n{"a": 1}]}\n{"data": [\n{"a": 2}]}\n', name="x.json"))
    assert "one object a line" in problem.expected


def test_one_record_too_large_is_refused(table, refusal):
    records = table(
        '[{"a": 1}, {"a": "' + "x" * 3_000_000 + '"}]', name="x.json", limits=Limits(record=1_000_000)
    )
    assert "too large" in refusal(lambda: list(records.records())).what


def test_object_keyed_by_its_records_is_refused(table, refusal):
    document = "{" + ",".join(f'"E{number}": {{"a": 1}}' for number in range(20_000)) + "}"
    assert "too many names" in refusal(lambda: table(document, name="x.json")).what


def test_brackets_without_end_bring_nothing_down(table, refusal):
    refusal(lambda: list(table("[" * 200_000, name="x.json").records()))
    refusal(lambda: list(table('{"a":' * 200_000, name="x.json").records()))


def test_records_are_found_across_blocks(table):
    rows = [{"id": number, "text": 'quote " and {brace' * (number % 7)} for number in range(40_000)]
    records = table(json.dumps({"first": [1, 2], "data": rows}), name="x.json")
    assert [record for _, record in records.records()] == rows


def test_json_lines_are_numbered_by_line(table):
    records = table('{"a": 1}\n\n \r\n{"a": 2}\r\noops\n[1]\n{"a": 3}', name="x.jsonl")
    assert list(records.records()) == [(1, {"a": 1}), (4, {"a": 2}), (7, {"a": 3})]
    assert [problem.line for problem in records.problems] == [5, 6]
    assert list(records.records()) == [(1, {"a": 1}), (4, {"a": 2}), (7, {"a": 3})]
    assert len(records.problems) == 2


def test_json_lines_whose_first_line_is_bad_are_recognised_by_name(table):
    records = table('{"a": oops\n{"a": 2}\n', name="x.ndjson")
    assert (records.format, list(records.records())) == ("jsonl", [(2, {"a": 2})])


def test_one_object_in_a_jsonl_file_is_one_record(table):
    assert list(table('{"a": 1}', name="x.jsonl").records()) == [(1, {"a": 1})]


@pytest.mark.parametrize("after", ["", "\n", '\n{"a": 3}'])
def test_a_line_too_long_costs_itself(table, after):
    content = '{"a": 1}\n{"a": "' + "x" * 3_000_000 + '"}' + after
    records = table(content, name="x.jsonl", limits=Limits(record=500_000))
    assert [number for number, _ in records.records()] == ([1, 3] if "3" in after else [1])
    assert [problem.line for problem in records.problems] == [2]


def test_declared_encoding_holds_for_json(table):
    records = table('[{"a": "Köln"}]', "cp1252", name="x.json", hints=Hints(encoding="cp1252"))
    assert list(records.records()) == [(1, {"a": "Köln"})]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@given(
    rows=st.lists(
        st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), VALUES),
        min_size=1,
        max_size=5,
    ),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    wrap=st.sampled_from(["lines", "list", "nested", "object"]),
)
@settings(max_examples=60, deadline=None)
def test_what_json_writes_comes_back(tmp_path_factory, rows, indent, ascii_only, wrap):
    path = tmp_path_factory.mktemp("j") / ("x.jsonl" if wrap == "lines" else "x.json")
    if wrap == "lines":
        text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    else:
        shape = {"list": rows, "nested": [rows], "object": {"n": 1, "statements": rows}}[wrap]
        text = json.dumps(shape, indent=indent, ensure_ascii=ascii_only)
    path.write_text(text, encoding="utf-8")
    records = open_table(path)
    assert [record for _, record in records.records()] == rows
    assert records.problems == []


@given(
    st.binary(max_size=40).map(lambda raw: b'[{"a":1},' + raw + b"]")
    | st.text('[]{},:"\\ a1\n').map(str.encode)
)
@settings(max_examples=400, deadline=None)
def test_broken_json_is_never_more_than_unreadable(tmp_path_factory, outcome, content):
    path = tmp_path_factory.mktemp("j") / "x.json"
    path.write_bytes(content)
    assert outcome(path) in {None, *range(60)}
