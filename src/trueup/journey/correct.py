"""The leg from faults to corrected files: `check --fix`. Knows the order, not which fault gives which change.

What can be corrected without a person is written into copies of the review files, with every value before
and after; all else is handed on, with its owner. The inputs are only read. All of it appears, or none.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.journey.review_file import Corrector, Known, Ledger, plain_field
from trueup.journey.staged import RefusedError, stage_surveyed
from trueup.kit.engine import DuckDB
from trueup.kit.memory import allowed_bytes
from trueup.model.faults import CATALOGUE
from trueup.reconcile import direct, reading
from trueup.reconcile.change_list import READ_ME, change_files, handed_on_file
from trueup.reconcile.corrections import ASKS_SOURCE, CORRECTED, EXCESS, Decision, Why
from trueup.reconcile.formats import Hints, Problem, UnreadableFile, sha256_of
from trueup.reconcile.recognise.claim import Columnwise
from trueup.reconcile.rewriting import Reading, rewrite, written_as
from trueup.reconcile.successors import heirs_of
from trueup.reconcile.wrong_rows import wrong_rows
from trueup.scoring.matrix import scales

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import ibis

    from trueup.model.answers import Answer, FaultRow
    from trueup.model.settings import CheckSettings

_MOST = 1 << 30  # bytes that the engine may use: the check's own still holds its share


@dataclass(frozen=True, slots=True)
class Left:
    """Faults of one code that can be corrected in general, and could not here: how many, why, one of them."""

    code: str
    why: str
    n: int
    record_id: str | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was written. `changes` and `removed` count cells and rows by the code that gave the reason."""

    into: Path
    files: tuple[str, ...]
    changes: Mapping[str, int]
    removed: Mapping[str, int]
    handed_on: int
    not_corrected: tuple[Left, ...]

    @property
    def sentence(self) -> str:
        """One sentence for the terminal."""
        cells, rows = sum(self.changes.values()), sum(self.removed.values())
        left = sum(one.n for one in self.not_corrected)
        files = "1 file" if len(self.files) == 1 else f"{len(self.files)} files"
        return (
            f"corrected {cells:,} cells and removed {rows:,} rows in {files}; look at {self.into / 'changes.csv'} "
            f"before you load anything. {self.handed_on:,} faults are handed on to their owners in handed-on.csv; "
            f"{left:,} of them are of a kind that can be corrected, and it says why they were not"
        )


def correct(answer: Answer, directory: Path, settings: CheckSettings, into: Path) -> Corrected:
    """Write corrected copies of the review files of `directory`, and what changed and what is left, into `into`.

    `answer` is a check's, still open; `into` a new or empty directory outside of `directory`. Raises
    RefusedError where it is not, or where a file is no longer the one that was checked; then nothing is written.
    """
    _refuse(directory, into)
    with _appearing(into) as out, tempfile.TemporaryDirectory(prefix="trueup-") as place:
        workspace = Path(place)
        (workspace / "spill").mkdir()
        engine = DuckDB(workspace, min(allowed_bytes(), _MOST))
        try:
            asked = _Asked(answer, directory, settings, engine, workspace)
            known = _known(asked)
            with change_files(out) as note:
                ledger = Ledger(bytearray(answer.total), note)
                names = [_rewritten(asked, file, known, ledger, out) for file in sorted(asked.reviews)]
            handed_on, left = _hand_on(asked, known, ledger, out)
        except UnreadableFile as error:
            raise RefusedError([error.problem]) from error
        finally:
            engine.close()
        files = tuple(name for name in names if name is not None)
        done = Corrected(into, files, dict(ledger.changes), dict(ledger.removed), handed_on, left)
        (out / "README.txt").write_text(_read_me(done), encoding="utf-8")
    return done


def _refuse(directory: Path, into: Path) -> None:
    whole, new = directory.resolve(), into.resolve()
    if new == whole or whole in new.parents:
        todo = f"name a directory beside it, as {whole.parent / (whole.name + '-corrected')}"
        raise RefusedError([Problem(str(into), None, "it lies in the directory that is checked", todo=todo)])
    if not new.parent.is_dir():
        raise RefusedError([Problem(str(into), None, f"{new.parent} is no directory", "an existing one")])
    if new.exists() and (not new.is_dir() or any(new.iterdir())):
        raise RefusedError(
            [Problem(str(into), None, "it is there already, and not empty", "a new directory")]
        )


@contextmanager
def _appearing(into: Path) -> Iterator[Path]:
    """A directory beside `into` that becomes it when all went well, and is gone when not."""
    target = into.resolve()
    out = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield out
        if target.exists():
            target.rmdir()
        out.rename(target)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the leg was asked, and where it may work."""

    answer: Answer
    directory: Path
    settings: CheckSettings
    engine: DuckDB
    workspace: Path

    @property
    def reviews(self) -> frozenset[str]:
        """The review system's files."""
        return frozenset(one.file for one in self.answer.inputs if one.role == "reviews")

    def counts(self, *codes: str) -> bool:
        """Whether any of these codes was found."""
        return any(self.answer.counts.get(code) for code in codes)


def _known(asked: _Asked) -> Known:
    """The faults by their rows, and what the other files say of the values that are to be written."""
    engine, answer = asked.engine, asked.answer
    faults = engine.numbered(Path(answer.faults_file))
    names = engine.fetch(faults.filter(faults.code == EXCESS).select("field").distinct()).to_pylist()
    source = _relation(asked, "completions") if asked.counts(*ASKS_SOURCE) else None
    registry = _relation(asked, "competencies") if asked.counts("TU0603") else None
    declared = _relation(asked, "scales") if asked.counts("TU0803", "TU0804") else None
    return Known(
        engine=engine,
        planned=engine.keep(wrong_rows(faults, asked.reviews, source), "wrong_rows"),
        excess=frozenset(plain_field(str(row["field"])) for row in names),
        heirs={} if registry is None else heirs_of(engine.fetch(registry).to_pylist()),
        scales=() if declared is None else scales(engine.fetch(declared).to_pylist()),
        frozen=frozenset(
            one.cycle for one in answer.charts.cycles if one.frozen_at and one.frozen_at < answer.as_of
        ),
    )


def _inspected(asked: _Asked, file: str) -> reading.Inspection:
    """The file as it was checked; RefusedError where it is another by now."""
    path = asked.directory / file
    checked = next(one for one in asked.answer.inputs if one.file == file)
    if sha256_of(path) != checked.sha256:
        raise RefusedError(
            [Problem(file, None, "the file has changed since it was checked", todo="check it again")]
        )
    return reading.inspect(path, file, reading.told_of(asked.settings, file))


def _relation(asked: _Asked, role: str) -> ibis.Table | None:
    """The rows of a role, as the check had them; None where no file has the role."""
    whole: ibis.Table | None = None
    for number, given in enumerate(one for one in asked.answer.inputs if one.role == role):
        one = _inspected(asked, given.file)
        part = direct.relation(asked.engine, one)
        if part is None:
            path = asked.workspace / f"{role}-{number}.parquet"
            stage_surveyed(one, path)
            part = asked.engine.relation([path])
        whole = part if whole is None else whole.union(part.select(*whole.columns))
    return whole


def _rewritten(asked: _Asked, file: str, known: Known, ledger: Ledger, out: Path) -> str | None:
    """Write one review file again; its name in `out`, None where nothing in it changes."""
    mine = known.planned.filter(known.planned.file == file)
    if not known.excess and not asked.engine.fetch(mine.limit(1)).num_rows:
        return None
    one = _inspected(asked, file)
    if one.claim is None or one.declared is None or not isinstance(one.claim.translate, Columnwise):
        for row in asked.engine.fetch(mine.select("number", "code")).to_pylist():
            if row["code"] in CORRECTED:
                ledger.take(Decision(left={row["number"]: Why.LAYOUT}))
        return None
    before = ledger.total
    hints = Hints(one.declared.encoding, one.declared.delimiter, one.declared.sheet)
    taken = frozenset(given.file for given in asked.answer.inputs)
    target = written_as(one.path, file, hints, taken)
    to_read = Reading(hints, one.claim.keys)
    rewrite(one.path, file, to_read, out / target, Corrector(one, known, ledger).edits)
    if ledger.total == before:
        (out / target).unlink()
        return None
    return target


def _hand_on(asked: _Asked, known: Known, ledger: Ledger, out: Path) -> tuple[int, tuple[Left, ...]]:
    """Write every fault that no change settles to its owner's list; how many, and which could not be corrected."""
    count = 0
    left: dict[tuple[str, str], tuple[int, str | None]] = {}
    with handed_on_file(out) as note:
        for number, row in enumerate(asked.answer.faults(None)):
            if ledger.is_settled(number) or _blanked(row, asked, known, ledger):
                continue
            why = str(_why_left(number, row, asked, ledger)) if row.code in CORRECTED else ""
            note(row, why)
            count += 1
            if why:
                n, example = left.get((row.code, why), (0, row.record_id))
                left[row.code, why] = (n + 1, example)
    return count, tuple(Left(code, why, n, example) for (code, why), (n, example) in sorted(left.items()))


def _blanked(row: FaultRow, asked: _Asked, known: Known, ledger: Ledger) -> bool:
    """Whether a TU1001 was about the review file only, and its field is blank now."""
    if row.code != EXCESS or not row.where or row.where[0].file not in asked.reviews:
        return False
    name = plain_field(row.field or "")
    return (
        "payload" not in row.detail
        and name in known.excess
        and (row.record_id, name) not in ledger.not_blanked
    )


def _why_left(number: int, row: FaultRow, asked: _Asked, ledger: Ledger) -> Why:
    said = ledger.why_left(number)
    if said is not None:
        return said
    if row.code == EXCESS:
        return Why.PAYLOAD if "payload" in row.detail else Why.SLID
    return Why.GONE if any(place.file in asked.reviews for place in row.where) else Why.ELSEWHERE


def _read_me(done: Corrected) -> str:
    """What lies in the directory, what to do with it, and how to undo it."""
    kinds = [f"  {code} {CATALOGUE[code].name}: {n:,} cells" for code, n in sorted(done.changes.items())]
    kinds += [
        f"  {code} {CATALOGUE[code].name}: {n:,} rows removed" for code, n in sorted(done.removed.items())
    ]
    left = [f"  {one.code} {CATALOGUE[one.code].name}: {one.n:,}, {one.why}" for one in done.not_corrected]
    return READ_ME.format(
        files="\n".join(f"  {name}" for name in done.files) or "  none",
        kinds="\n".join(kinds) or "  nothing",
        left="\n".join(left) or "  none",
        handed_on=f"{done.handed_on:,}",
    )
