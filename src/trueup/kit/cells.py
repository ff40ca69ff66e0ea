"""Cells of the CSV files that are written. Knows what a spreadsheet would run; knows nothing of files."""

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"\A[+-]?(?:\d+(?:[.,]\d+)*|\d*[.,]\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)


def formula_safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a leading apostrophe where it would, unless a number.

    Source: OWASP, CSV Injection.

    >>> formula_safe("=cmd()"), formula_safe("-3.5"), formula_safe("-3+cmd()"), formula_safe("SEC-201")
    ("'=cmd()", '-3.5', "'-3+cmd()", 'SEC-201')
    """
    if cell.startswith(_STARTS) and not _PLAIN_NUMBER.match(cell):
        return f"'{cell}"
    return cell
