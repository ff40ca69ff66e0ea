"""From what is declared to a shelf that events can be kept on: database, schema, master key. Keeps nothing itself."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from trueup.intake.members import DROPPABLE
from trueup.journey.arrive import Shelf
from trueup.kit.database import DatabaseError, database_settings, migrate, migrations, opened, standing
from trueup.kit.settings import UnreadableSettings
from trueup.model.settings import CheckSettings
from trueup.privacy.master_key import MasterKeys, master_keys
from trueup.privacy.store import master_keys_in_use

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from trueup.kit.database import DatabaseSettings, Opened
    from trueup.model.settings import SourceSettings

MASTER_KEY = "master.key"  # beside the embedded database, not in it


@asynccontextmanager
async def open_shelf(
    environ: Mapping[str, str], settled: CheckSettings | None = None
) -> AsyncIterator[Shelf]:
    """A shelf for as long as the block runs.

    The schema of an embedded database is brought up to date; that of a named server has to be. Raises
    DatabaseError, MasterKeyError or UnreadableSettings with what to do.
    """
    said = settled or CheckSettings()
    told = declared(said.sources)
    settings = database_settings(environ)
    async with opened(settings) as use:
        keys = await readied(use, settings, environ)
        yield Shelf(use.database, keys, told, said.cycles)


async def readied(use: Opened, settings: DatabaseSettings, environ: Mapping[str, str]) -> MasterKeys:
    """The master keys of a database whose schema is up to date now."""
    known = migrations()
    if use.embedded is not None:
        await migrate(use.database, known)
    elif pending := (await standing(use.database, known)).pending:
        raise DatabaseError(
            f"the schema of {use.server.shown} is not up to date",
            f"migration {pending[-1].number:04}_{pending[-1].name}",
            "trueup db migrate",
        )
    return master_keys(environ, settings.data / MASTER_KEY, await master_keys_in_use(use.database))


def declared(sources: Iterable[SourceSettings]) -> dict[str, SourceSettings]:
    """What is declared of each source, by its name. Raises UnreadableSettings where that contradicts itself."""
    found: dict[str, SourceSettings] = {}
    for one in sources:
        if one.name in found:
            raise UnreadableSettings(
                "trueup.toml", f"the source {one.name!r} is declared twice", todo="join the two"
            )
        if needed := set(one.drop) - DROPPABLE:
            raise UnreadableSettings(
                "trueup.toml",
                f"the source {one.name!r} can't drop {', '.join(sorted(needed))}",
                expected="some of " + ", ".join(sorted(DROPPABLE)),
                todo="without the others an event is not what it is",
            )
        found[one.name] = one
    return found
