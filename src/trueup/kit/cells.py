"""Text that a spreadsheet opens as text. Knows what starts a formula, not tables or files.

Source: OWASP, CSV Injection.
"""

import re

_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # the wide forms are formulas in East Asian settings
_NEGATIVE = re.compile(r"-(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def formula_safe(text: str) -> str:
    """The text of a cell for CSV or HTML that a spreadsheet may open: it can't start a formula.

    A text that would start one gets an apostrophe before it, which spreadsheets take as "this is
    text". Plain negative numbers stay numbers.

    >>> formula_safe("=HYPERLINK(1)"), formula_safe("-3.5"), formula_safe("-3+1")
    ("'=HYPERLINK(1)", '-3.5', "'-3+1")
    """
    if not text.lstrip(" \N{NO-BREAK SPACE}\ufeff").startswith(_STARTS) or _NEGATIVE.fullmatch(text):
        return text
    return "'" + text
