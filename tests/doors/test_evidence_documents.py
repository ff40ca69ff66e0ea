"""Packs of evidence as CSV and PDF."""

import csv
import io
import re
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from trueup.doors.evidence_documents import COLUMNS, as_csv, as_pdf
from trueup.journey.tasks import Pack
from trueup.model.completions import Key, Score, Status
from trueup.model.delivery import Evidence, Person

ANN = Person("u1", "E1001", "ann@corp.example.com", ("E1001",))
DONE = Evidence(
    key=Key("moodle-hr", "cmc-1", "2"),
    statement_id=1,
    course_id="SAFE101",
    status=Status.PASSED,
    completed_at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    score=Score(Decimal(4), Decimal(0), Decimal(5), "stars", "1"),
    tags=("gdpr", "fire"),
    received_at=datetime(2026, 3, 29, 1, tzinfo=UTC),
    person=ANN,
)


def pack(*evidence: Evidence) -> Pack:
    return Pack("culture-amp", UUID(int=1), ANN, evidence, datetime(2026, 11, 27, 12, tzinfo=UTC))


def rows(*packs: Pack) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(packs).decode("utf-8-sig"))))


def test_a_row_holds_all_that_is_to_be_entered():
    (row,) = rows(pack(DONE))
    assert tuple(row) == COLUMNS
    assert row == {
        "employee_number": "E1001",
        "email": "ann@corp.example.com",
        "course_id": "SAFE101",
        "status": "passed",
        "completed_at": "2026-03-29T00:30:00Z",
        "score": "4",
        "score_min": "0",
        "score_max": "5",
        "scale": "stars",
        "tags": "gdpr;fire",
        "record": "moodle-hr:cmc-1",
        "revision": "2",
    }


def test_what_is_not_known_is_blank_and_a_day_stays_a_day():
    (bare, day) = rows(
        pack(replace(DONE, completed_at=None, score=None, tags=())),
        pack(replace(DONE, completed_at=date(2026, 3, 29))),
    )
    assert (bare["completed_at"], bare["score"], bare["tags"]) == ("", "", "")
    assert day["completed_at"] == "2026-03-29"


def test_no_cell_is_a_formula():
    (row,) = rows(pack(replace(DONE, course_id='=HYPERLINK("http://x")')))
    assert row["course_id"] == '\'=HYPERLINK("http://x")'


def told(pdf: bytes) -> str:
    """The text of a PDF, as far as its streams hold it plainly."""
    import base64

    found = ""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        raw = base64.a85decode(stream.strip().removesuffix(b"~>"))
        found += zlib.decompress(raw).decode("latin-1")
    return found


def test_the_pdf_says_whose_it_is_and_what_they_completed():
    pdf = as_pdf(pack(DONE, replace(DONE, course_id="ПОЖАР-1", key=Key("moodle-hr", "cmc-2", "1"))))
    text = told(pdf)
    assert pdf.startswith(b"%PDF-")
    for word in ("E1001", "SAFE101", "2026-03-29T00:30:00Z", "4 of 5", "cmc-1", "POZhAR-1", "culture-amp"):
        assert word in text, word


def test_the_same_pack_is_the_same_pdf_byte_for_byte():
    assert as_pdf(pack(DONE)) == as_pdf(pack(DONE))


def test_a_pack_of_many_completions_has_many_pages():
    many = [
        replace(DONE, key=Key("moodle-hr", f"cmc-{n}", "1"), course_id="<b>&'\"" + "x" * 400)
        for n in range(200)
    ]
    assert as_pdf(pack(*many)).count(b"/Type /Page\n") > 3
