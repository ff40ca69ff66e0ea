"""How two spellings of one column header are held to be the same. Knows letters, not what a header means."""

import html
import re
import unicodedata

_SQUASHED = re.compile(r"[^a-z0-9-]")


def fold(header: str) -> str:
    """A header without case, accents, blanks, punctuation and HTML escapes; "" where nothing is left.

    >>> fold("E-Mail-Adresse"), fold(" COMPLETED_AT "), fold("Numéro d’identification"), fold("学号")
    ('emailadresse', 'completedat', 'numerodidentification', '学号')
    """
    text = unicodedata.normalize("NFKD", html.unescape(header).casefold())
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def squash(header: str) -> str:
    """The key that Moodle's JSON download makes of a header: lower case, ASCII letters, digits and "-" only.

    >>> squash("Vollständiger Name"), squash("学号")
    ('vollstndigername', '')
    """
    return _SQUASHED.sub("", header.lower())


def same(header: str, wanted: str) -> bool:
    """Whether a header is the wanted one, give or take case, accents, blanks and punctuation."""
    return bool(folded := fold(header)) and folded == fold(wanted)


def nearest(name: str, among: list[str] | tuple[str, ...]) -> str | None:
    """The name that was probably meant, for a "did you mean"; None where nothing is near.

    >>> nearest("day_oder", ["zone", "day_order"])
    'day_order'
    """
    import difflib  # noqa: PLC0415 - only an error needs it

    close = difflib.get_close_matches(name, among, n=1, cutoff=0.6)
    return close[0] if close else None
