"""What a refusal of a statement says, and where in it. Knows no rule.

Pointers are RFC 6901. What stood there is told by its kind and length, never by its content: it may be a person's.
"""

from dataclasses import dataclass
from enum import StrEnum


class Version(StrEnum):
    """The versions of xAPI that are spoken here, as answers name them (xAPI 1.0.3, Communication 3.3)."""

    V1 = "1.0.3"
    V2 = "2.0.0"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a statement, or a parameter, is not taken."""

    pointer: str  # "/actor/mbox"; "" is the whole; the parameter's name where it is one
    expected: str
    actual: str  # redacted
    clause: str  # "xAPI 1.0.3, Data 2.4.2.3"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a statement of a version."""

    version: Version
    pointer: str = ""

    def into(self, key: str | int) -> "Place":
        """The place of a member.

        >>> Place(Version.V1).into("extensions").into("http://a/b").pointer
        '/extensions/http:~1~1a~1b'
        """
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Place(self.version, f"{self.pointer}/{step}")

    def refuse(self, expected: str, value: object, clause: str) -> Refusal:
        """The refusal of a value that stands here."""
        return Refusal(self.pointer, expected, kind_of(value), f"xAPI 1.0.3, {clause}")

    def lacks(self, expected: str, clause: str) -> Refusal:
        """The refusal where nothing stands here."""
        return Refusal(self.pointer, expected, "absent", f"xAPI 1.0.3, {clause}")


def kind_of(value: object) -> str:
    """What a JSON value is, without what it says.

    >>> [kind_of(value) for value in (None, True, 1.5, "abc", [1], {})]
    ['null', 'true', 'a number', 'text of 3 characters', 'array of 1', 'an object']
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number"
        case str():
            return f"text of {len(value)} characters"
        case list():
            return f"array of {len(value)}"
        case _:
            return "an object"
