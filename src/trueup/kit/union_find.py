"""Which things belong together, told in pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each thing in a pair the first, in the order of texts, of all that it belongs with."""
    over: dict[str, str] = {}

    def first(one: str) -> str:
        while over.setdefault(one, one) != one:
            over[one] = over[over[one]]
            one = over[one]
        return one

    for one, other in pairs:
        low, high = sorted((first(one), first(other)))
        over[high] = low
    return {one: first(one) for one in sorted(over)}
