"""Windows of records that no run took, found as unbroken runs of misses in the order of their time.

Knows runs and their limits, not why a cursor moved. A cursor reads its source in order of change or of
completion; where it skips, everything between two records that were sent is missing. Single misses
scattered among sent records are no window, unless one lies right behind a run that ended at its limit.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import ibis

from trueup.kit.expressions import yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.model.findings import Logs

AROUND = 3  # records before a gap that say which run it follows
LEAST = 3  # misses in a row that make a window
FEW = 300_000  # records up to which the whole log is laid out in order; beyond, only where misses are dense
PER_BUCKET = 8  # records, on average, in a bucket of time
DENSE = 0.3  # share of misses from which a bucket is looked at closely
ROUND_LIMITS = (50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000)  # assumed where the log names none


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a window."""

    record_id: str
    person: str | None
    course_id: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Misses in a row, the runs on either side, and how many single misses lie amid the first run's records."""

    members: tuple[Member, ...]
    run_before: str | None
    run_after: str | None
    strays: int


@dataclass(frozen=True, slots=True)
class Block:
    """One window that was left out: between which runs, and whether the first had reached its limit."""

    members: tuple[Member, ...]
    run_before: str | None
    run_after: str | None
    sent: int
    limit: int | None
    at_limit: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """One sync run: how many records it carried and what its limit was."""

    run_id: str
    records: int
    attempts: int
    limit: int | None
    last_page: int | None  # records on its last page
    largest_page: int | None
    pages: int
    file: str
    line: int

    def reached(self, strays: int) -> int | None:
        """The limit at which the run ended, or None where it ended by itself.

        `strays` are single records that are missing amid the run's own: they took a place on its pages.

        >>> Run("r", 300, 300, 100, None, None, 0, "s", 1).reached(0), Run("r", 99, 99, 100, None, None, 0, "s", 1).reached(0)
        (100, None)
        """
        if self.limit:
            taken = {self.records, self.attempts, self.records + strays, self.attempts + strays}
            full = self.last_page == self.limit or any(n % self.limit == 0 for n in taken)
            return self.limit if self.records and full else None
        if self.pages > 1 and self.last_page == self.largest_page:
            return self.largest_page
        return self.records if self.records in ROUND_LIMITS else None


def islands(logs: Logs) -> list[Block]:
    """The windows, by the source's order of change and by its order of completion; each window once."""
    if "islands" not in logs.remembered:
        gaps: list[Gap] = []
        for column in ("updated_at", "completed_at"):
            if logs.has("completions", column):
                gaps += _ordered_by(logs, column)
        runs = _runs(logs, {gap.run_before for gap in gaps if gap.run_before})
        blocks = [block for gap in gaps if (block := _block(gap, runs.get(gap.run_before or ""))) is not None]
        logs.remembered["islands"] = _largest(blocks)
    found: list[Block] = logs.remembered["islands"]
    return found


def _largest(blocks: list[Block]) -> list[Block]:
    """Where both orders find overlapping windows, the larger."""
    taken: set[str] = set()
    kept = []
    for block in sorted(blocks, key=lambda block: (-len(block.members), block.members[0].record_id)):
        ids = {member.record_id for member in block.members}
        if not ids & taken:
            kept.append(block)
            taken |= ids
    return kept


def _runs(logs: Logs, wanted: set[str]) -> dict[str, Run]:
    """How much the runs carried, page by page."""
    if not wanted:
        return {}
    sync = logs.roles["sync"]
    mine = sync.filter(sync.run_id.isin(sorted(wanted)))
    by_run = logs.fetch(
        mine.group_by("run_id").aggregate(
            records=mine.record_id.nunique(),
            attempts=mine.count(),
            limit=mine["limit"].max(),
            file=mine.file.min(),
            line=mine.line.max(),
        )
    )
    by_page = logs.fetch(mine.group_by(["run_id", "page"]).aggregate(n=mine.record_id.nunique()))
    pages: dict[str, list[tuple[int, int]]] = {}
    for row in by_page:
        if isinstance(row["page"], int):
            pages.setdefault(str(row["run_id"]), []).append((row["page"], int(str(row["n"]))))
    return {str(row["run_id"]): _run(row, sorted(pages.get(str(row["run_id"]), []))) for row in by_run}


def _run(row: dict[str, object], pages: list[tuple[int, int]]) -> Run:
    return Run(
        str(row["run_id"]),
        int(str(row["records"])),
        int(str(row["attempts"])),
        row["limit"] if isinstance(row["limit"], int) else None,
        pages[-1][1] if pages else None,
        max(n for _, n in pages) if pages else None,
        len(pages),
        str(row["file"]),
        int(str(row["line"])),
    )


def _ordered_by(logs: Logs, column: str) -> list[Gap]:
    pairs = logs.pairs
    gone = pairs.filter(
        yes(pairs.in_lms & pairs.due & ~pairs.in_review & pairs.tries.isnull() & ~pairs.pending)
    )
    gone = gone.filter(gone[column].notnull()).mutate(at=gone[column])
    if not logs.fetch(gone.aggregate(n=gone.count()))[0]["n"]:
        return []
    lms = logs.relation("records", lambda logs: logs.roles["completions"])
    ours = lms.filter(yes(lms.due & lms[column].notnull())).mutate(at=lms[column])
    span = logs.fetch(ours.aggregate(n=ours.count(), low=ours["at"].min(), high=ours["at"].max()))[0]
    n, low, high = int(str(span["n"])), int(str(span["low"])), int(str(span["high"]))
    regions = (
        [(low, high + 1)]
        if n <= FEW
        else _dense(logs, ours, gone, low, max(1, (high - low) * PER_BUCKET // n))
    )
    if not regions:
        return []
    inside = _inside(ours["at"], regions)
    near = ours.mutate(region=inside)
    near = near.filter(near.region >= 0)
    sync = logs.roles["sync"].semi_join(near, "record_id")
    sent = sync.group_by("record_id").aggregate(first_run=sync.run_id.argmin(sync.attempt_at.fill_null(0)))
    met = near.left_join(sent, "record_id")
    missing = gone.select("record_id", "person", gone=ibis.literal(value=True))
    met = met.select(
        near.record_id, near.course_id, near.file, near.line, near["at"], near.region, run=met.first_run
    )
    rows = logs.fetch(
        met.left_join(missing, "record_id")
        .select(
            met.record_id,
            missing.person,
            met.course_id,
            met.file,
            met.line,
            met["at"],
            met.region,
            met.run,
            gone=yes(missing.gone),
        )
        .order_by(["region", "at", "record_id"])
    )
    return _gaps(rows, {run: start for run, (start, _) in logs.facts.run_times.items()})


def _dense(logs: Logs, ours: ibis.Table, gone: ibis.Table, low: int, width: int) -> list[tuple[int, int]]:
    """The stretches of time in which misses are dense."""
    total = ours.mutate(bucket=(ours["at"] - low) // width).group_by("bucket").aggregate(n=ibis._.count())
    missed = (
        gone.mutate(bucket=(gone["at"] - low) // width).group_by("bucket").aggregate(missed=ibis._.count())
    )
    joined = missed.join(total, "bucket")
    rows = logs.fetch(
        joined.filter((joined.missed >= joined.n * DENSE) & (joined.missed > 1)).select("bucket")
    )
    buckets = _regions(sorted(int(str(row["bucket"])) for row in rows))
    return [(low + first * width, low + (last + 1) * width) for first, last in buckets]


def _regions(buckets: list[int]) -> list[tuple[int, int]]:
    """Buckets joined to stretches, each with two more on either side so that its neighbours are seen."""
    regions: list[tuple[int, int]] = []
    for bucket in buckets:
        if regions and bucket - 2 <= regions[-1][1] + 1:
            regions[-1] = (regions[-1][0], bucket + 2)
        else:
            regions.append((bucket - 2, bucket + 2))
    return regions


def _inside(at: ibis.Value, stretches: list[tuple[int, int]]) -> ibis.Value:
    cases = [((at >= low) & (at < high), region) for region, (low, high) in enumerate(stretches)]
    return ibis.cases(*cases, else_=-1)


def _gaps(rows: list[dict[str, object]], started: Mapping[str, int | None]) -> list[Gap]:
    """The runs of misses among records in order, each with the runs of the records before and after it."""
    gaps: list[Gap] = []
    strays: Counter[str | None] = Counter()
    for _, region in groupby(rows, key=lambda row: row["region"]):
        before: deque[str | None] = deque(maxlen=AROUND)
        members: list[Member] = []
        for row in [*region, None]:
            if row is not None and row["gone"]:
                members.append(_member(row))
                continue
            if before and members:
                first, then = _run_before(before, started), _run_of(row)
                if len(members) >= LEAST or first != then:
                    gaps.append(Gap(tuple(members), first, then, strays[first]))
                else:
                    strays[first] += len(members)
            before.append(_run_of(row))
            members = []
    return gaps


def _run_before(runs: deque[str | None], started: Mapping[str, int | None]) -> str | None:
    """The run of the last record before a gap; where that one is older than the others', the usual one of theirs.

    A record whose time is wrong stands among those of a later run.
    """
    last, (usual, _) = runs[-1], Counter(runs).most_common(1)[0]
    known = started.get(last or ""), started.get(usual or "")
    return usual if known[0] is not None and known[1] is not None and known[0] < known[1] else last


def _run_of(row: dict[str, object] | None) -> str | None:
    return str(row["run"]) if row is not None and row["run"] else None


def _member(row: dict[str, object]) -> Member:
    return Member(
        str(row["record_id"]),
        str(row["person"]) if row["person"] else None,
        str(row["course_id"]) if row["course_id"] else None,
        str(row["file"]),
        int(str(row["line"])),
    )


def _block(gap: Gap, run: Run | None) -> Block | None:
    """The window as a fault; None where it lies inside one run that had room left, or is too small to be one."""
    few = len(gap.members) < LEAST
    limit = run.reached(0 if few else gap.strays) if run else None
    if limit is None and (few or gap.run_after in {None, gap.run_before}):
        return None
    first = gap.members[0]
    return Block(
        gap.members,
        gap.run_before,
        gap.run_after,
        run.records if run else 0,
        limit,
        limit is not None,
        run.file if run else first.file,
        run.line if run else first.line,
    )
