"""What is known of one file, and its rows in canonical columns. Knows shapes, opens and reads nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.model.relations import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from trueup.model.settings import FileSettings
    from trueup.reconcile.formats import Columns, Grid, Problem, Records
    from trueup.reconcile.recognise.claim import Claim, Need, Sample


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it was opened to say what it is, so that it need not be opened and sampled again."""

    table: Grid | Records | Columns
    sample: Sample


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, as far as it can be told.

    `rows` counts all rows, the unusable ones too: rows = used + reported. `readable` is False where the
    file (or its rest) can't be read at all; such a file has no role. `confidence` is 0..1.

    `opened` is there as long as only the beginning was looked at: then `rows` is 0 unless the file says it,
    and problems and needs are those that the beginning shows.
    """

    file: str
    path: Path
    system: str
    role: str | None
    rows: int
    columns: dict[str, str]
    confidence: float
    problems: tuple[Problem, ...]
    needs: tuple[Need, ...]
    layout: str = ""
    used: int = 0
    reported: int = 0
    readable: bool = True
    claim: Claim | None = None
    declared: FileSettings | None = (
        None  # what was declared, and the day order where the whole file proves one
    )
    times: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # of each column of times, see TimesSeen
    opened: Opened | None = field(default=None, repr=False, compare=False)

    @property
    def usable(self) -> bool:
        """Whether `read` can give canonical rows of a role that `check` knows, with nothing left to be told."""
        return self.readable and self.role in ROLES and not any(need.required for need in self.needs)


@dataclass(frozen=True, slots=True)
class CanonicalBatch:
    """Some canonical rows: text columns, or already typed ones from Parquet; a missing column is absent.

    `extras` (reviews only): whatever else was transferred, by its own header, as text. `used` counts the
    rows of the file that these rows come from, or that were understood and hold nothing for the role.
    """

    role: str
    lines: pa.Array
    columns: dict[str, pa.Array]
    extras: dict[str, pa.Array]
    used: int
