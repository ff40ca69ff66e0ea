"""A pack of evidence as CSV and as PDF, for whoever enters it by hand. Knows how it is written, nothing of where it is kept."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from anyascii import anyascii

from trueup.connectors.forms.plain import time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.tasks import Pack
    from trueup.model.delivery import Evidence

COLUMNS = (
    "employee_number",
    "email",
    "course_id",
    "status",
    "completed_at",
    "score",
    "score_min",
    "score_max",
    "scale",
    "tags",
    "record",
    "revision",
)


def as_csv(packs: Sequence[Pack]) -> bytes:
    """A row a completion, UTF-8 with a mark, so that a spreadsheet reads it; no cell is a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for pack in packs:
        for one in pack.evidence:
            table.writerow([_cell(text) for text in _row(pack, one)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_pdf(pack: Pack) -> bytes:
    """One person's pack on A4, with the digest of its CSV. Letters that the fonts lack are written in Latin ones."""
    from reportlab.lib import colors  # noqa: PLC0415 - a tenth of a second that no other verb has to wait for
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - as above
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415 - as above
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table  # noqa: PLC0415 - as above

    styles = getSampleStyleSheet()
    small, head = styles["BodyText"].clone("small", fontSize=8, leading=10), styles["Title"]

    def said(text: str) -> Paragraph:
        return Paragraph(escape(_latin(text)), small)

    person = pack.person
    whom = " · ".join(filter(None, (person.employee_number, person.email, person.person_id)))
    rows = [
        [
            one.course_id,
            one.status.value,
            time_text(one.completed_at) or "no date known",
            _score(one),
            one.natural_key,
        ]
        for one in pack.evidence
    ]
    table = Table(
        [
            [said(text) for text in ("Course", "Status", "Completed", "Score", "Record")],
            *([said(c) for c in r] for r in rows),
        ],
        colWidths=[120, 55, 110, 70, 140],
        repeatRows=1,
    )
    table.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
            ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=A4, title="Learning evidence", author="trueup", invariant=1)
    digest = hashlib.sha256(as_csv([pack])).hexdigest()
    made = f"{pack.made_at:%Y-%m-%d %H:%M} UTC"
    story = [
        Paragraph("Learning evidence", head),
        said(whom),
        said(f"For {pack.target}, made {made}; {len(rows)} completions, all times in UTC."),
        Spacer(1, 12),
        table,
        Spacer(1, 12),
        said(f"SHA-256 of the same as CSV: {digest}"),
        said("Each record's receipt and its proof: trueup receipt RECORD, trueup trace RECORD."),
    ]
    document.build(story)
    return out.getvalue()


def _row(pack: Pack, one: Evidence) -> list[str]:
    score = one.score
    numbers = [score.raw, score.low, score.high, score.scale] if score else [None] * 4
    return [
        pack.person.employee_number or "",
        pack.person.email or "",
        one.course_id,
        one.status.value,
        time_text(one.completed_at) or "",
        *("" if told is None else str(told) for told in numbers),
        ";".join(one.tags),
        one.natural_key,
        one.key.revision,
    ]


def _score(one: Evidence) -> str:
    if one.score is None:
        return "none"
    return f"{one.score.raw}" + (f" of {one.score.high}" if one.score.high is not None else "")


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _latin(text: str) -> str:
    """As it stands where the fonts of every PDF reader have its letters; else in Latin ones."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return anyascii(text)
    return text
