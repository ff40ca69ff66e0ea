"""The raw three-way comparison that `check` is measured against: DuckDB SQL and nothing else.

    python benchmarks/raw_join.py LOGS OUT.parquet [MEMORY]

Groups each log by its record, joins all three with two full outer joins, works out ten flags a record and
writes the records that differ. It resolves no person, knows no scale, cycle or run, reads no time that is
not already one, and explains nothing.
"""

import sys
from pathlib import Path

import duckdb

FLAGS = {
    "missing_sync": "l.n is not null and s.n is null",
    "missing_review": "l.n is not null and r.n is null",
    "orphan": "l.n is null",
    "twice_lms": "l.n > 1",
    "twice_sync": "s.n > 1",
    "twice_review": "r.n > 1",
    "zone": "abs(epoch(l.ts) - epoch(r.ts)) = 3600",
    "moved": "abs(epoch(l.ts) - epoch(r.ts)) > 0 and abs(epoch(l.ts) - epoch(r.ts)) <> 3600",
    "score": "l.score <> r.score",
    "tag": "l.tag <> r.tag",
}
GROUPED = {
    "l": ("completions", "min(completed_at) ts, max(score) score, min(tags) tag"),
    "s": ("sync", "min(attempt_at) ts, max(http_status) score, min(outcome) tag"),
    "r": ("reviews", "min(completed_at) ts, max(score) score, min(competency) tag"),
}


def main(logs: Path, out: Path, memory: str | None) -> None:
    con = duckdb.connect()
    con.execute(f"set preserve_insertion_order = false; set temp_directory = '{out.parent / 'raw-spill'}'")
    if memory:
        con.execute(f"set memory_limit = '{memory}'")
    sides = ", ".join(
        f"{name} as (select record_id, count(*) n, {what} from '{logs / role}.parquet' group by record_id)"
        for name, (role, what) in GROUPED.items()
    )
    flags = ", ".join(f"case when {rule} then 1 else 0 end as {flag}" for flag, rule in FLAGS.items())
    con.execute(
        f"copy (with {sides}, j as (select coalesce(l.record_id, s.record_id, r.record_id) record_id, {flags}"
        " from l full outer join s on l.record_id = s.record_id"
        " full outer join r on coalesce(l.record_id, s.record_id) = r.record_id)"
        f" select * from j where {' + '.join(FLAGS)} > 0) to '{out}' (format parquet)"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
