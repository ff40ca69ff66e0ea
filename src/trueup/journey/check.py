"""The leg from files to findings: gather, derive, find, conclude. Knows the order, and nothing else."""

from __future__ import annotations

import errno
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from trueup.journey.conclude import conclude
from trueup.journey.derive import derive
from trueup.journey.findings import FINDINGS, found
from trueup.journey.gather import RefusedError, gather
from trueup.kit.engine import open_engine
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.model.answers import Answer
    from trueup.model.settings import CheckSettings

__all__ = ["FINDINGS", "OutgrownError", "RefusedError", "check"]


class OutgrownError(ToldError):
    """The logs don't fit into the memory and the temporary directory that there are: which of them, and what to do."""


@contextmanager
def check(
    directory: Path,
    settings: CheckSettings,
    *,
    engine: str,
    memory: int,
    tell: Callable[[str], None] = lambda _step: None,
) -> Iterator[Answer]:
    """Every fault that the logs under a directory show, with its evidence; gone when the block ends.

    Opens no network connection and writes nowhere but into a temporary directory that it removes.
    Raises RefusedError where the logs can't be read, OutgrownError where memory or temporary disk run out;
    ValueError for an engine that does not exist.
    """
    with (
        tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as place,
        _bounded(Path(place), memory),
    ):
        workspace = Path(place)
        running = open_engine(engine, workspace, memory)
        try:
            gathered = gather(directory, settings, running, workspace, tell)
            logs = derive(gathered, settings, running, tell, workspace=workspace, memory=memory)
            faults = found(logs, running, tell)
            yield conclude(
                gathered, logs, faults, engine=running, workspace=workspace, settings=settings, tell=tell
            )
        finally:
            running.close()


@contextmanager
def _bounded(workspace: Path, memory: int) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OutgrownError(
            "the logs need more memory, or more disk to spill to, than there is",
            f"more than the {memory / 2**20:,.0f} MiB that the process may use, and room in {workspace.parent}",
            "--memory 4GiB, or TMPDIR=/a/larger/disk",
        ) from error
    except (OSError, duckdb.IOException) as error:
        if getattr(error, "errno", None) != errno.ENOSPC and "No space left" not in str(error):
            raise
        raise OutgrownError(
            f"the disk of the temporary directory is full: {workspace.parent}",
            "room for a copy of the logs",
            "TMPDIR=/a/larger/disk",
        ) from error
