"""How an identifier or a name is compared: pure functions, each with a name and a version that links pin.

A rule that changes gets a new version beside the old one, so that what was linked under the old one can be told
again. Every one takes any text, of any length and script, and answers None where nothing is left to compare.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 256  # characters that are looked at: nobody's name or address is longer, and work stays bounded

# transliterations of one letter that systems disagree about, folded to one (ISO 9, ICAO 9303, and by ear)
_ONE_SOUND = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("ae|aa", "a"),
        ("oe", "o"),
        ("ue|ou", "u"),
        ("schtsch|shch", "sc"),
        ("tsch|tch", "c"),
        ("sch|sh", "s"),
        ("ch", "c"),
        ("zh", "z"),
        ("kh", "h"),
        ("ts|tz", "c"),
        ("w", "v"),
        ("[yj]", "i"),
        ("ff?$", "v"),
        (r"(.)\1+", r"\1"),
    )
)

_ANY_SOUND = re.compile(
    "|".join(pattern.pattern for pattern, _ in _ONE_SOUND[:-1]) + r"|([a-z])\1"
)  # nothing to do without

_WITHIN = re.compile("['`.]")  # stands within a word, and parts nothing
_NO_LETTER = re.compile("[^a-z]+")
_NO_WORD = re.compile("[^a-z0-9]+")


def plain(text: str) -> str:
    """NFKC, caseless, without control and format characters; at most LONGEST characters, blanks as one."""
    text = text[:LONGEST]
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
    return " ".join(folded[:LONGEST].split())


def in_latin(text: str) -> str:
    """Every letter in Latin ones."""
    return text if text.isascii() else anyascii(text)


def name_1(text: str) -> str | None:
    """A name as words of a to z: transliterated, and spellings of one sound made one.

    "Jürgen" and "Juergen" are both "iurgen"; "Wiśniewski" and "Visnievski" are one. Marks, hyphens and
    apostrophes part no word from itself: "O'Brien" is "obrien", "Smith-Jones" is "smit iones".
    """
    latin = in_latin(plain(text))[: 2 * LONGEST].casefold()
    words = _NO_LETTER.sub(" ", _WITHIN.sub("", latin)).split()
    return " ".join(map(one_sound, words)) or None


@lru_cache(maxsize=1 << 16)
def one_sound(word: str) -> str:
    """A word of a to z, as it sounds; said once more it stays as it is."""
    while _ANY_SOUND.search(word):
        heard = word
        for pattern, to in _ONE_SOUND:
            heard = pattern.sub(to, heard)
        if heard == word:
            break
        word = heard
    return word


def email_1(text: str) -> str | None:
    """A mail address: caseless, without its plus-tag (RFC 5233). None where it has no mailbox or no domain."""
    mailbox, at, domain = (
        unicodedata.normalize("NFKC", plain(text).replace(" ", "")).removeprefix("mailto:").rpartition("@")
    )
    mailbox = mailbox.partition("+")[0] or mailbox
    return f"{mailbox}@{domain}" if at and mailbox and domain else None


def number_1(text: str) -> str | None:
    """An employee number: letters upper-cased, without blanks and separators. None where nothing is left."""
    return re.sub(r"[\s\-_./#]+", "", plain(text)).upper() or None


def account_1(text: str) -> str | None:
    """An account's name under its issuer: caseless, nothing else: systems tell "a.b" from "ab"."""
    return plain(text) or None


def context_1(text: str) -> str | None:
    """A department or a city: words of a to z and digits."""
    return " ".join(_NO_WORD.sub(" ", in_latin(plain(text)).casefold()).split()) or None


NORMALISERS: dict[str, Callable[[str], str | None]] = {
    "name/1": name_1,
    "email/1": email_1,
    "employee_number/1": number_1,
    "account/1": account_1,
    "context/1": context_1,
}
