"""Some rows of a file, as whoever decides on them sees them. Knows no format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trueup.reconcile.formats import Hints


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of a row: it goes, or these columns (by number) get these texts (None: nothing)."""

    removed: bool = False
    cells: Mapping[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read: as the settings say, and by which keys JSON records have columns."""

    hints: Hints
    keys: Sequence[str] = ()


class Rows(Protocol):
    """Rows next to one another in the file."""

    @property
    def lines(self) -> Sequence[int]:
        """The line of each, as findings count it."""

    @property
    def header(self) -> Sequence[str]:
        """The name of each column, as the file has it."""

    def cell(self, place: int, column: int) -> str | None:
        """The text of a cell of the row at that place; None where nothing is there."""

    def whole(self, place: int) -> dict[str, str | None]:
        """All cells of a row, by their headers."""

    def slid(self, place: int) -> bool:
        """Whether the row has another width than its neighbours, so that its cells may stand in wrong columns."""

    def holds(self, column: int, text: str | None) -> bool:
        """Whether the column can hold that text, in the file's encoding and type."""


Decide = Callable[[Rows], Mapping[int, Edit]]
"""From some rows to what becomes of them, by their places."""
