"""Windows of records that no run took, found as unbroken runs of misses in the order of their time.

Knows runs and their limits, not why a cursor moved. A cursor reads its source in order of change or of
completion; where it skips, everything between two records that were sent is missing. Single misses
scattered among sent records are no window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from trueup.kit.expressions import yes

if TYPE_CHECKING:
    from trueup.model.findings import Logs

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
    limit: int | None
    last_page: int | None  # records on its last page
    largest_page: int | None
    pages: int
    file: str
    line: int

    @property
    def reached(self) -> int | None:
        """The limit at which the run ended, or None where it ended by itself.

        >>> Run("r", 300, 100, None, None, 0, "s", 1).reached, Run("r", 299, 100, None, None, 0, "s", 1).reached
        (100, None)
        """
        if self.limit:
            return self.limit if self.records and self.records % self.limit == 0 else None
        if self.pages > 1 and self.last_page == self.largest_page:
            return self.largest_page
        return self.records if self.records in ROUND_LIMITS else None


def islands(logs: Logs) -> list[Block]:
    """The windows, by the source's order of change and by its order of completion; each window once."""
    if "islands" not in logs.facts:
        blocks: dict[tuple[str, ...], Block] = {}
        runs = {run.run_id: run for run in _runs(logs)}
        for column in ("updated_at", "completed_at"):
            if logs.has("completions", column):
                for block in _ordered_by(logs, column, runs):
                    blocks.setdefault(tuple(sorted(member.record_id for member in block.members)), block)
        logs.facts["islands"] = _largest(list(blocks.values()))  # type: ignore[index]  # journey gives a dict
    return logs.facts["islands"]  # type: ignore[return-value]  # set above


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


def _runs(logs: Logs) -> list[Run]:
    sync = logs.roles["sync"]
    by_page = sync.group_by(["run_id", "page"]).aggregate(
        n=sync.record_id.nunique(), limit=sync["limit"].max(), file=sync.file.min(), line=sync.line.max()
    )
    rows = logs.fetch(by_page)
    counts = {
        str(row["run_id"]): row
        for row in logs.fetch(
            sync.group_by("run_id").aggregate(
                n=sync.record_id.nunique(),
                limit=sync["limit"].max(),
                file=sync.file.min(),
                line=sync.line.max(),
            )
        )
    }
    pages: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        if isinstance(row["page"], int):
            pages.setdefault(str(row["run_id"]), []).append((row["page"], int(str(row["n"]))))
    found = []
    for run_id, row in counts.items():
        mine = sorted(pages.get(run_id, []))
        found.append(
            Run(
                run_id,
                int(str(row["n"])),
                row["limit"] if isinstance(row["limit"], int) else None,
                mine[-1][1] if mine else None,
                max(n for _, n in mine) if mine else None,
                len(mine),
                str(row["file"]),
                int(str(row["line"])),
            )
        )
    return found


def _ordered_by(logs: Logs, column: str, runs: dict[str, Run]) -> list[Block]:
    pairs = logs.pairs
    gone = pairs.filter(
        yes(pairs.in_lms & pairs.due & ~pairs.in_review & pairs.tries.isnull() & ~pairs.pending)
    )
    gone = gone.filter(gone[column].notnull()).mutate(at=gone[column])
    if logs.fetch(gone.aggregate(n=gone.count()))[0]["n"] < LEAST:  # type: ignore[operator]  # a count
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
    return _blocks(rows, runs)


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


def _blocks(rows: list[dict[str, object]], runs: dict[str, Run]) -> list[Block]:
    blocks: list[Block] = []
    members: list[Member] = []
    before: dict[str, object] | None = None
    region: object = None
    for row in [*rows, None]:
        if row is not None and row["gone"] and row["region"] == region:
            members.append(_member(row))
            continue
        if len(members) >= LEAST and row is not None and before is not None and row["region"] == region:
            block = _block(members, before, row, runs)
            if block:
                blocks.append(block)
        elif len(members) >= LEAST and before is not None:
            block = _block(members, before, None, runs)
            if block:
                blocks.append(block)
        if row is None:
            break
        members = [_member(row)] if row["gone"] else []
        before = None if row["gone"] else row
        region = row["region"]
    return blocks


def _member(row: dict[str, object]) -> Member:
    return Member(
        str(row["record_id"]),
        str(row["person"]) if row["person"] else None,
        str(row["course_id"]) if row["course_id"] else None,
        str(row["file"]),
        int(str(row["line"])),
    )


def _block(
    members: list[Member], before: dict[str, object], after: dict[str, object] | None, runs: dict[str, Run]
) -> Block | None:
    """The window between two records that were sent; None where it lies inside one run that had room left."""
    run = runs.get(str(before["run"])) if before["run"] else None
    limit = run.reached if run else None
    run_after = str(after["run"]) if after and after["run"] else None
    if limit is None and (run_after is None or (run and run_after == run.run_id)):
        return None
    at_limit = limit is not None
    first = members[0]
    return Block(
        tuple(members),
        run.run_id if run else None,
        run_after,
        run.records if run else 0,
        limit,
        at_limit,
        run.file if run else first.file,
        run.line if run else first.line,
    )
