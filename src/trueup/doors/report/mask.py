"""What of a person a reader may see. Knows which fields are personal; knows nothing of how they are laid out.

Person keys, mails and names are shown as a short form that still tells rows apart: `E10•••`, `a••@corp…`,
`3f2a…`. Two keys with one short form are numbered in the order they appear (`E10•••`, `E10•••·2`), never
hashed: a digest of a five-digit number is undone by counting to 99999. Findings wrap every person key that
stands inside a sentence in ⟦…⟧; such marks are masked or, on request and in files for machines, taken off.
"""

import re
from dataclasses import dataclass, field, replace

from trueup.model.answers import FaultRow
from trueup.model.relations import ROLES

_UUID = re.compile(r"\A[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@,;:<>()\[\]{}\"'⟦⟧]{1,64}@[^\s@,;:<>()\[\]{}\"'⟦⟧]{1,255}")
MARK = r"⟦([^⟦⟧]*)⟧"  # around a person's key inside a text
_MARK = re.compile(MARK)
_WORD = re.compile(r"[^\s,;|/()\[\]{}\"'<>⟦⟧]+")

_COLUMNS = frozenset(name for role in ROLES.values() for name in role.names)
_PERSONAL = frozenset(
    {column.name for role in ROLES.values() for column in role.columns if column.personal}
    | {"account", "actor", "display_name", "mail", "name", "reviewer", "user", "username"}
)
_KEY_FIELDS = "account account_name actor aliases email employee_number former_numbers mail person person_id"
_KEYS = frozenset(_KEY_FIELDS.split())  # their values are keys, so that what else stands around them is prose
_OPEN_FIELDS = "TU10"  # the family whose `field` may be anything that was transferred

# words that findings use to say what a key should have been; none of them tells who
_PLAIN_WORDS = """a absent account accounts address an and any at blank by characters digits email employee empty
exactly field hidden id identifier in is key known letters like mail missing more name no nobody none not nothing
null number numbers of one only or other pattern person persons present pseudonym roster row same sent somebody
than that the to two unknown uuid visible with"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


def short_form(key: str) -> str:
    """A key as it is shown: at most three of its characters, never more than about half of it.

    >>> short_form("E1001"), short_form("anna.k@corp.example"), short_form("7")
    ('E10•••', 'a••@corp…', '•••')
    >>> short_form("3f2a9c1e-0b7d-4f50-9d3e-6a1b2c3d4e5f"), short_form("Anna Kowalska")
    ('3f2a…', 'A•• K••')
    """
    key = key.strip()
    if _UUID.match(key):
        return f"{key[:4]}…"
    local, at, domain = key.rpartition("@")
    if at:
        first = local[:1] if len(local) > 1 else ""
        return f"{first}••@{domain[: min(4, len(domain) // 2)]}…"
    words = key.split()
    if len(words) > 1 and not any(letter.isdigit() for letter in key):
        return " ".join(f"{word[:1]}••" for word in words[:3])
    shown = 0 if len(key) < 2 else min(3, (len(key) + 1) // 2)
    return f"{key[:shown]}•••"


def without_marks(text: str | None) -> str | None:
    """A text as it was before person keys in it were marked; what goes into files for machines."""
    return None if text is None else _MARK.sub(r"\1", text)


def is_personal(name: str | None, code: str) -> bool:
    """Whether the values of a field tell who somebody is.

    A field that no contract names (`home_phone`) is taken as personal where the fault is about what was
    transferred: that is the very thing such a fault complains of.
    """
    if not name:
        return False
    parts = [part for part in re.split(r"[.\s/\[\]]+", name.lower()) if part]
    if any(part in _PERSONAL for part in parts):
        return True
    return code.startswith(_OPEN_FIELDS) and parts[-1:] != [] and parts[-1] not in _COLUMNS


@dataclass(slots=True)
class Mask:
    """Masks one report. Remembers the keys it has shortened, so that two persons never look like one."""

    reveal: bool
    _shown: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, int] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """One person key, mail or name."""
        if self.reveal or not key.strip():
            return key
        same = key.strip().casefold()
        if same not in self._shown:
            short = short_form(key)
            times = self._taken[short] = self._taken.get(short, 0) + 1
            self._shown[same] = short if times == 1 else f"{short}·{times}"
        return self._shown[same]

    def text(self, text: str, person: str | None = None) -> str:
        """A sentence or an id: marked keys and mails in it are masked, and `person` wherever it stands."""
        if self.reveal:
            return _MARK.sub(r"\1", text)
        text = _MARK.sub(lambda found: self.key(found[1]), text)
        text = _MAIL.sub(lambda found: found[0] if "•" in found[0] else self.key(found[0]), text)
        if person and len(person) > 2:
            whole = rf"(?<![A-Za-z0-9]){re.escape(person)}(?![A-Za-z0-9])"
            text = re.sub(whole, lambda _: self.key(person), text, flags=re.IGNORECASE)
        return text

    def value(self, text: str | None, row: FaultRow) -> str | None:
        """An expected or actual value of a fault. Where its keys are marked, only they are masked."""
        if text is None or self.reveal:
            return without_marks(text)
        if _MARK.search(text) or text == row.field or not is_personal(row.field, row.code):
            return self.text(text, row.person)
        words = _WORD.findall(text)
        if all(_is_plain(word) for word in words):
            return text
        if row.field in _KEYS:
            return _WORD.sub(lambda found: found[0] if _is_plain(found[0]) else self.key(found[0]), text)
        return self.key(text)

    def row(self, row: FaultRow) -> FaultRow:
        """A fault as it may be shown. Record and course stay, except for a person's key inside them."""
        return replace(
            row,
            record_id=None if row.record_id is None else self.text(row.record_id, row.person),
            person=None if row.person is None else self.key(without_marks(row.person) or ""),
            course_id=None if row.course_id is None else self.text(row.course_id, row.person),
            expected=row.expected if _is_shape(row.expected) else self.value(row.expected, row),
            actual=self.value(row.actual, row),
            detail=self.text(row.detail, row.person),
        )


def _is_shape(text: str | None) -> bool:
    """Whether a text only says how a key is written: "like A9999, A-9999" (letters as A, digits as 9)."""
    return text is not None and re.fullmatch(r"(?:an identifier )?like [A9][A9 ,._/-]*", text) is not None


def _is_plain(word: str) -> bool:
    return word.casefold().strip(".:") in _PLAIN
