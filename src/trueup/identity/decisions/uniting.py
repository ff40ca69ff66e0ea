"""Who is who after merges. Pure: pairs in, survivors out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import TypeVar

    One = TypeVar("One", bound=Hashable)


def united(merges: Iterable[tuple[One, One]]) -> dict[One, One]:
    """Who stands for whom, of merges (person, into) in the order in which they were decided; only those who changed.

    It follows from the merges that hold alone, so that leaving one out gives what would be if it had never been made.

    >>> united([("ann", "anne"), ("ann", "anna")])
    {'ann': 'anna', 'anne': 'anna'}
    """
    stands_for: dict[One, One] = {}

    def survivor(one: One) -> One:
        while (other := stands_for.get(one, one)) != one:
            one = other
        return one

    for person, into in merges:
        one, other = survivor(person), survivor(into)
        if one != other:
            stands_for[one] = other
    return {one: survivor(one) for one in stands_for}
