"""Spellings of one text that a reader would not tell apart. Knows no dates.

Folded: every Unicode decimal digit to 0-9, every blank (no-break, narrow, ideographic) to one blank, dashes,
apostrophes and full-width or Arabic punctuation to ASCII, letters to lower case without accents (and the
dotless i to i), invisible direction marks away. Digits keep their number and order.
"""

import unicodedata

_SAME = {
    ord(char): plain
    for plain, chars in {
        "-": "‐‑‒–—―−﹣－",
        "'": "’‘ʼ´`＇",
        ":": "：∶",
        "/": "／⁄∕",
        ".": "．。",
        ",": "，、،",
        "(": "（",
        ")": "）",
        "[": "［",
        "]": "］",
        "+": "＋",
        "i": "ı",
    }.items()
    for char in chars
}


def fold(text: str) -> str:
    r"""The text as the rules read it.

    >>> fold("6\u202fFÉVR.\u00a02026 \u0661:\u0660\u0665")
    '6 fevr. 2026 1:05'
    """
    if not text.isascii():
        text = "".join(_plain(char) for char in text.translate(_SAME))
        text = unicodedata.normalize("NFD", text.casefold())
        text = "".join(char for char in text if unicodedata.category(char) != "Mn")
        text = unicodedata.normalize("NFC", text).translate(_SAME)
    return " ".join(text.lower().split())


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    return "" if category == "Cf" else char
