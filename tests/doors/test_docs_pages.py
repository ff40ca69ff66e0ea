"""The docs pages say what the catalogue says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.doors import docs_pages
from trueup.doors.fault_words import who_acts
from trueup.model.faults import CATALOGUE, FAMILIES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = docs_pages.pages()


def test_there_is_a_page_for_every_fault_and_none_besides():
    assert {page.name for page in (DOCS / "faults").iterdir()} == {"index.md"} | {
        f"{code}.md" for code in CATALOGUE
    }


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_is_as_the_catalogue_has_it(name):
    # when this fails: python -m trueup.doors.docs_pages
    assert (DOCS / "faults" / name).read_text(encoding="utf-8") == PAGES[name]


def test_pages_are_the_same_each_time():
    assert docs_pages.pages() == PAGES


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_a_page_carries_every_text_of_its_fault(code):
    entry, page = CATALOGUE[code], PAGES[f"{code}.md"]
    example = entry.example
    texts = (entry.trigger, entry.cause, entry.fix, entry.command, entry.kpi, *entry.checklist)
    for text in (*texts, example.expected, example.actual, example.why, who_acts(entry)[1:]):
        assert text in page


@pytest.mark.parametrize("name", list(PAGES))
def test_every_link_of_a_page_leads_somewhere(name):
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        page, _, anchor = target.partition("#")
        text = PAGES[page or name]
        if anchor:
            assert f'<a id="{anchor}"></a>' in text


def test_the_index_lists_all_codes_in_order():
    listed = re.findall(r"^\| \[(TU\d{4})\]", PAGES["index.md"], re.MULTILINE)
    assert listed == list(CATALOGUE)
    assert all(family.question in PAGES["index.md"] for family in FAMILIES.values())


def test_every_command_named_by_a_fault_is_explained_in_the_index():
    commands = {entry.command for entry in CATALOGUE.values() if entry.command}
    assert {command for command in commands if f"| `{command}` |" not in PAGES["index.md"]} == set()


def test_writing_mends_stale_pages_and_removes_those_of_no_code(tmp_path):
    docs_pages.write(tmp_path)
    (tmp_path / "TU0202.md").write_text("old")
    (tmp_path / "TU9999.md").write_text("no such code")
    (tmp_path / "notes.md").write_text("not ours")
    assert docs_pages.write(tmp_path) == (["TU0202.md"], ["TU9999.md"])
    assert (tmp_path / "TU0202.md").read_text(encoding="utf-8") == PAGES["TU0202.md"]
    assert (tmp_path / "notes.md").exists()
    assert docs_pages.write(tmp_path) == ([], [])


def test_outside_the_repository_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert docs_pages.main() == 2
    assert list(tmp_path.iterdir()) == []
    assert "docs" in capsys.readouterr().err


def test_the_command_writes_into_docs_of_where_it_is_started(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert docs_pages.main() == 0
    assert len(list((tmp_path / "docs" / "faults").iterdir())) == len(PAGES)
    assert f"{len(PAGES)} pages written" in capsys.readouterr().out


def test_a_fault_without_a_command_gets_a_page_without_one():
    page = docs_pages.fault_page(replace(CATALOGUE["TU0202"], command=""))
    assert "```" not in page
    assert "## Fix" in page


def test_no_page_has_a_line_that_a_table_would_break():
    for name, text in PAGES.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(widths) == 1, name
