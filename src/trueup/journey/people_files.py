"""Rosters and accounts out of files, in any format that the readers know. Knows which file is whose, not what follows."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.journey.staged import RefusedError, stage_at_once
from trueup.model.settings import FileSettings
from trueup.reconcile import direct, reading
from trueup.reconcile.formats import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from trueup.kit.engine import DuckDB


def role_of(path: Path) -> str | None:
    """What the file is recognised as, None where it is not."""
    return reading.identify(path, path.name, None).role


def read_people(engine: DuckDB, path: Path, columns: Mapping[str, str], lost: list[Problem]) -> pa.Table:
    """The people of a roster. `columns` names headers that are not recognised; RefusedError where it can't be read."""
    told = FileSettings(path.name, "people", columns=dict(columns))
    return _rows(engine, reading.identify(path, path.name, told), lost)


def read_accounts(
    engine: DuckDB, path: Path, issuer: str | None, columns: Mapping[str, str], lost: list[Problem]
) -> pa.Table:
    """The accounts of a system; where the file does not say who issued them, that is told, or is the file's name."""
    told = FileSettings(path.name, "accounts", columns=dict(columns))
    found = reading.identify(path, path.name, told)
    if "account_issuer" not in found.columns or issuer is not None:
        constants = {"account_issuer": issuer or path.name.partition(".")[0]}
        found = reading.identify(path, path.name, replace(told, constants=constants))
    return _rows(engine, found, lost)


def _rows(engine: DuckDB, found: reading.Inspection, lost: list[Problem]) -> pa.Table:
    _refuse(found)
    view = direct.relation(engine, found)
    if view is None:
        into = Path(tempfile.mkdtemp(dir=engine.workspace)) / "rows.parquet"
        _refuse(stage_at_once(found, into, lost))
        view = engine.relation([into])
    return engine.fetch(view)


def _refuse(found: reading.Inspection) -> None:
    if not found.readable:
        raise RefusedError(found.problems)
    needs = [
        Problem(
            found.file,
            None,
            f"it does not say {need.what}",
            f"a column for it; recognised were {', '.join(sorted(found.columns)) or 'none'}",
            todo=f"name the column, as --column {found.role}.{need.what.partition(':')[0]}=HEADER",
        )
        for need in found.needs
        if need.required
    ]
    if needs:
        raise RefusedError(needs)
