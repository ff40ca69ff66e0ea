"""Which delimiter a text table has. Knows the look of the first lines, not what they say."""

import io
import re

from trueup.reconcile.formats.problem import Limits, shown, unreadable
from trueup.reconcile.formats.rows import Dialect, cut

CANDIDATES = (",", ";", "\t", "|", ":")  # on equal evidence the earlier one: colons stand in times, too
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":"}
_SEP = re.compile(r"\A\s*sep=(.)\r?(?:\n|\Z)", re.IGNORECASE)
_LOOKED_AT = 200  # rows


def declared_delimiter(file: str, declared: str) -> str:
    """The one character that the settings mean; UnreadableFile where it can't be one."""
    delimiter = _NAMES.get(declared.lower(), declared)
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter == " ":
        raise unreadable(
            file,
            "the settings declare a delimiter that can't be one",
            'one character, or "tab"',
            shown(declared),
            "Correct `delimiter` for this file in the settings.",
        )
    return delimiter


def announced_delimiter(text: str) -> str | None:
    """The delimiter of a first line `sep=;`, which spreadsheets write and hide; None where there is none."""
    found = _SEP.match(text)
    return found.group(1) if found else None


def dialect_of(text: str, *, complete: bool, delimiter: str | None, limits: Limits) -> Dialect:
    """The dialect of a table that starts with this text.

    Each candidate cuts the first rows, quotes respected; the one by which most rows have as many
    cells as the header wins, then the one with more cells, then the order of CANDIDATES. Where no
    candidate cuts the header at all, the table has one column.
    """
    lines = list(io.StringIO(text, newline=""))
    if not complete and len(lines) > 1:
        lines.pop()  # cut off in its middle
    best, best_score = Dialect(delimiter or ","), (0.0, 0)
    for candidate in (delimiter,) if delimiter else CANDIDATES:
        dialect = Dialect(candidate, _blank_after(text, candidate))
        score = _score(lines, dialect, limits)
        if delimiter or score > best_score:
            best, best_score = dialect, score
    return best


def _blank_after(text: str, delimiter: str) -> bool:
    return f'{delimiter} "' in text and f'{delimiter}"' not in text and delimiter != " "


def _score(lines: list[str], dialect: Dialect, limits: Limits) -> tuple[float, int]:
    """The share of rows that fit the header, itself among them, and its width; (0, 0) for a header of one cell."""
    done = cut(lines, dialect, limits, last=False)
    rows = done.rows[:_LOOKED_AT]
    if not rows or (done.faults and done.faults[0].index < done.starts[0]):
        return (0.0, 0)
    width = len(rows[0])
    if width < 2:
        return (0.0, 0)
    fit = sum(1 for row in rows if _fits(row, width))
    return (round(fit / (len(rows) + len(done.faults)), 2), width)


def _fits(row: list[str], width: int) -> bool:
    """As wide as the header, and no cell with half a pair of quotes, as a wrong delimiter leaves them."""
    if len(row) != width and (len(row) < width or any(row[width:])):
        return False
    return not any(cell.count('"') % 2 for cell in row)
