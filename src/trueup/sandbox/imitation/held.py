"""What the imitation holds, and how often each thing was written. Knows no vendor's form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request


Row = TypeVar("Row")


@dataclass(slots=True)
class Held:
    """Records by the system's own numbers. `written` counts the writes of each natural key that made a new record.

    Those with a value are found without looking at all of them, however many there are.
    """

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    _next: int = 0
    _found: dict[str, dict[Any, dict[str, None]]] = field(default_factory=dict)  # field, value, numbers

    def add(self, key: str, row: dict[str, Any], number: str | None = None) -> str:
        """A new record, whether there is one of that key or not: that is the sender's business."""
        self._next += 1
        made = number or str(self._next)
        self._put(made, {**row, "_key": key})
        self.written[key] += 1
        return made

    def change(self, number: str, row: dict[str, Any]) -> bool:
        """Other values of a record; False where there is none of that number."""
        if number not in self.rows:
            return False
        had = self.rows[number]
        self.drop(number)
        self._put(number, {**had, **row})
        return True

    def drop(self, number: str) -> bool:
        """A record less; False where there is none of that number."""
        row = self.rows.pop(number, None)
        for name, values in self._found.items():
            if row is not None:
                values.get(row.get(name), {}).pop(number, None)
        return row is not None

    def of(self, **wanted: Any) -> dict[str, dict[str, Any]]:
        """The records with these values, by their numbers."""
        name, value = next(iter(wanted.items()))
        if name not in self._found:
            self._found[name] = {}
            for number, row in self.rows.items():
                self._found[name].setdefault(row.get(name), {})[number] = None
        return {
            number: self.rows[number]
            for number in self._found[name].get(value, {})
            if all(self.rows[number].get(other) == told for other, told in wanted.items())
        }

    def _put(self, number: str, row: dict[str, Any]) -> None:
        self.rows[number] = row
        for name, values in self._found.items():
            values.setdefault(row.get(name), {})[number] = None

    def told(self) -> dict[str, Any]:
        """How much there is, and what stands there twice."""
        standing = Counter(row["_key"] for row in self.rows.values())
        return {
            "records": len(self.rows),
            "keys": len(standing),
            "twice": sorted(key for key, count in standing.items() if count > 1),
            "calls": dict(self.calls),
        }


def kept(request: Request, rows: Sequence[Row]) -> Sequence[Row]:
    """What of a batch is kept: all of it; where the answer is to be a lie, nothing, or the first half."""
    if dry(request):
        return []
    return rows[: (len(rows) + 1) // 2] if request.scope.get("imitation.part") else rows


def dry(request: Request) -> bool:
    """Whether the answer is to be a lie: as if it had an effect, and none."""
    return bool(request.scope.get("imitation.dry"))
