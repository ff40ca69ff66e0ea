"""How a verb uses the shelf: opened for its work, and refused in its name. Knows no verb's work."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from trueup.doors.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from trueup.journey.arrive import Shelf
    from trueup.model.settings import CheckSettings

Answer = TypeVar("Answer")


def on_shelf(
    verb: str, work: Callable[[Shelf], Awaitable[Answer]], declared: CheckSettings | None = None
) -> Answer:
    """What `work` answers. Where there is no shelf, it is said in the verb's name and the command ends."""
    from trueup.journey.open_shelf import open_shelf  # noqa: PLC0415 - help is shown without it

    async def inside() -> Answer:
        async with open_shelf(os.environ, declared) as shelf:
            return await work(shelf)

    with refusing(verb):
        return asyncio.run(inside())


@contextmanager
def refusing(verb: str) -> Iterator[None]:
    """Where there is no shelf, or no settings to open it by, that is said with what to do, and the command ends."""
    from trueup.kit.database import DatabaseError  # noqa: PLC0415 - help is shown without them
    from trueup.kit.settings import UnreadableSettings  # noqa: PLC0415
    from trueup.privacy.master_key import MasterKeyError  # noqa: PLC0415

    try:
        yield
    except (DatabaseError, MasterKeyError) as error:
        refuse(verb, error.what, error.expected, error.todo)
    except UnreadableSettings as error:
        refuse(verb, str(error))
