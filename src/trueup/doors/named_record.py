"""A record as a verb is asked about it: all its revisions, or the one that is named. Knows no verb's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from trueup.doors.record_key import loose_key
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.model.completions import Key

Found = TypeVar("Found")

FORM = "source:record_id or source:record_id:revision, as moodle-hr:cmc-48213:1"
Record = Annotated[
    str, typer.Argument(metavar="RECORD", help="source:record_id, or source:record_id:revision.")
]


def of_record(
    verb: str, record: str, leg: Callable[[Shelf, Key, Sequence[str]], Awaitable[Sequence[Found]]]
) -> Sequence[Found]:
    """What the leg says of the record's revisions, oldest first, or of the one that is named.

    Where it names no record, or nothing stands there, that is said in the verb's name and the command ends.
    """
    from trueup.journey.consult import looked_up  # noqa: PLC0415 - help is shown without it

    keys = loose_key(record)
    if keys is None:
        refuse(verb, f"{record[:80]!r} names no record", FORM, f"trueup {verb} SOURCE:RECORD_ID")

    async def work(shelf: Shelf) -> Sequence[Found]:
        told = await looked_up(shelf, *keys)
        if told is None:
            return ()
        named = told.entry.key == keys[0]
        return await leg(shelf, told.entry.key, [told.entry.key.revision] if named else told.revisions)

    found = on_shelf(verb, work)
    if not found:
        refuse(
            verb,
            f"nothing stands under {record[:80]!r}",
            "a record that was taken in",
            "trueup import FILE...",
        )
    return found
