"""Opens any file as what its content says it is. Knows which reader takes which content, not how it reads."""

from pathlib import Path

from trueup.reconcile.formats.delimited import open_delimited
from trueup.reconcile.formats.json_lines import open_json_lines
from trueup.reconcile.formats.json_records import open_json
from trueup.reconcile.formats.kind import Kind, kind_of_content
from trueup.reconcile.formats.problem import Hints, Limits
from trueup.reconcile.formats.shapes import Columns, Grid, Records
from trueup.reconcile.formats.source import source_of

NO_HINTS = Hints()
USUAL_LIMITS = Limits()


def open_table(
    path: Path, hints: Hints = NO_HINTS, shown_as: str | None = None, limits: Limits = USUAL_LIMITS
) -> Grid | Records | Columns:
    """The table in a file, gzip or not, by content: the name only decides where the content leaves it open.

    `shown_as` names the file in problems (else the path as given). A table with a header and no rows
    is valid. Raises UnreadableFile, which says what to do, for everything else that can't be read.
    """
    source = source_of(path, shown_as if shown_as is not None else str(path), limits)
    head = source.head()
    kind = kind_of_content(source, head, hints.encoding)
    if kind is Kind.JSON:
        return open_json(source, head, hints)
    if kind is Kind.JSON_LINES:
        return open_json_lines(source, head, hints)
    if kind is Kind.WORKBOOK:
        from trueup.reconcile.formats.workbook import open_workbook  # noqa: PLC0415 - only who needs it loads it

        return open_workbook(source, hints)
    if kind is Kind.PARQUET:
        from trueup.reconcile.formats.parquet import open_parquet  # noqa: PLC0415 - as above

        return open_parquet(source)
    return open_delimited(source, head, hints)
