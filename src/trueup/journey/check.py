"""The leg from files to findings: gather, derive, find, conclude. Knows the order, and nothing else."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.journey.conclude import conclude
from trueup.journey.derive import derive
from trueup.journey.findings import FINDINGS, found
from trueup.journey.gather import RefusedError, gather
from trueup.kit.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.model.answers import Answer
    from trueup.model.settings import CheckSettings

__all__ = ["FINDINGS", "RefusedError", "check"]


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
    Raises RefusedError where the logs can't be read; ValueError for an engine that does not exist.
    """
    with tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as place:
        workspace = Path(place)
        running = open_engine(engine, workspace, memory)
        try:
            gathered = gather(directory, settings, running, workspace, tell)
            logs = derive(gathered, settings, running, tell)
            faults = found(logs, running, tell)
            yield conclude(
                gathered, logs, faults, engine=running, workspace=workspace, settings=settings, tell=tell
            )
        finally:
            running.close()
