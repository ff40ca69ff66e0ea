"""What `make bench` measures: `trueup check` with all findings, as ratios to what does less.

    python benchmarks/bench_check.py --rows 1e6,1e7 [--rounds 3] [--only raw,memory,datacompy,spark]

Everything in one run on one machine, whole processes, alternating, medians; absolute seconds are printed too, but
only the ratios mean something elsewhere. Exit code 1 where a bar is missed.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from logs import make
from measured import Run, measure, middle

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
FOUND = 3  # exit code of check: faults were found
PEERS = BIN.parent / "peers"
PEER_PACKAGES = ("pandas<3.1", "pyarrow", "datacompy")
PARTS = ("raw", "memory", "datacompy", "spark")


@dataclass(frozen=True, slots=True)
class Bar:
    """One measured figure and its limit."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def check(logs: Path, out: Path, *more: str) -> Run:
    out.unlink(missing_ok=True)
    run = measure([BIN / "trueup", "check", logs, "--faults", out, *more])
    if run.code != FOUND:
        sys.exit(f"trueup check ended with {run.code}:\n{run.said}")
    return run


def raw(logs: Path, out: Path, *more: str) -> Run:
    run = measure([sys.executable, HERE / "raw_join.py", logs, out, *more])
    if run.code:
        sys.exit(f"the raw join ended with {run.code}:\n{run.said}")
    return run


def row(what: str, rows: int, run: Run) -> None:
    print(f"  {what:<34} {rows:>12,} {run.wall:>8.1f} {run.cpu:>8.1f} {run.peak:>8,.0f}", flush=True)


def against_raw(rows: int, logs: Path, to: Path, rounds: int) -> tuple[Run, list[Bar]]:
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(raw(logs, to / "raw.parquet"))
        ours.append(check(logs, to / "faults.parquet"))
    his, our = middle(theirs), middle(ours)
    row("raw three-way join", rows, his)
    row("trueup check, all findings", rows, our)
    bars = [Bar(f"time, check / raw join, {rows:.0e}", our.wall / his.wall, 3, "x")]
    if rows >= 10**7:
        bars.append(Bar(f"peak memory, {rows:.0e}", our.peak / 1024, 4, "GiB"))
    return our, bars


def within(rows: int, logs: Path, to: Path) -> list[Bar]:
    his = raw(logs, to / "raw.parquet", "1536MiB")
    our = check(logs, to / "faults-2g.parquet", "--memory", "2GiB")
    row("raw join, DuckDB's limit 1.5 GiB", rows, his)
    row("trueup check --memory 2GiB", rows, our)
    same(to / "faults.parquet", to / "faults-2g.parquet")
    return [Bar(f"peak memory with --memory 2GiB, {rows:.0e}", our.peak / 1024, 2, "GiB")]


def against_datacompy(rows: int, logs: Path, our: Run, rounds: int) -> list[Bar]:
    python = PEERS / "bin" / "python"
    ready = "import datacompy, pandas, pyarrow"
    if not python.exists() or subprocess.run([python, "-c", ready], check=False).returncode:
        subprocess.run([sys.executable, "-m", "venv", "--clear", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEER_PACKAGES], check=True)
    his = middle([measure([python, HERE / "peer_datacompy.py", logs]) for _ in range(rounds)])
    if his.code:
        sys.exit(f"datacompy ended with {his.code}:\n{his.said}")
    row("pandas + datacompy, two by two", rows, his)
    return [Bar(f"time, datacompy / check, {rows:.0e}", his.wall / our.wall, 5, "x", at_least=True)]


def against_spark(rows: int, logs: Path, to: Path) -> list[Bar]:
    check(logs, to / "faults.parquet")
    row("trueup check --engine spark", rows, check(logs, to / "faults-spark.parquet", "--engine", "spark"))
    differing = same(to / "faults.parquet", to / "faults-spark.parquet")
    return [Bar(f"faults that DuckDB and Spark do not share, {rows:.0e}", differing, 0, "")]


def same(one: Path, other: Path) -> int:
    """How many faults stand in one file only; their numbers and digests are printed."""
    with duckdb.connect() as con:
        for path in (one, other):
            said = con.execute(
                f"select count(*), bit_xor(hash(f)), sum(hash(f)) from (select f from '{path}' f)"
            ).fetchone()
            digest = f"{said[1]:016x}" if said and said[0] else "none"
            print(f"    {path.name}: {said[0] if said else 0:,} faults, digest {digest}")
        row_ = con.execute(
            f"select count(*) from ((from '{one}' except all from '{other}')"
            f" union all (from '{other}' except all from '{one}'))"
        ).fetchone()
    return int(row_[0]) if row_ else 0


def found_in(path: Path) -> str:
    with duckdb.connect() as con:
        counted = con.execute(f"select code, count(*) from '{path}' group by 1 order by 1").fetchall()
    return ", ".join(f"{code} {n:,}" for code, n in counted)


def shown(bars: Sequence[Bar]) -> None:
    """The bars, and whether each is kept."""
    print(f"\n  {'':<52} {'measured':>10} {'bar':>10}")
    for bar in bars:
        sign = ">=" if bar.at_least else "<="
        print(
            f"  {bar.what:<52} {bar.value:>8.2f} {bar.unit:<1} {sign:>3} {bar.limit:g} {bar.unit:<4}"
            f" {'kept' if bar.kept else 'MISSED'}"
        )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", default="1e6,1e7", help="rows a side, comma separated")
    asked.add_argument("--rounds", type=int, default=3, help="runs of each, of which the median counts")
    asked.add_argument(
        "--dir", type=Path, default=HERE.parent / "build" / "bench", help="where the logs are made"
    )
    asked.add_argument("--only", default=",".join(PARTS), help=f"which parts: {', '.join(PARTS)}")
    asked.add_argument("--json", type=Path, help="also write the bars here")
    told = asked.parse_args()
    parts = told.only.split(",")
    bars: list[Bar] = []
    times: dict[int, Run] = {}
    print(f"  {'':<34} {'rows a side':>12} {'wall s':>8} {'cpu s':>8} {'MiB':>8}")
    for rows in sorted(int(float(text)) for text in told.rows.split(",")):
        to = told.dir / f"{rows:.0e}"
        make(rows, to)
        logs = to / "logs"
        if {"raw", "datacompy"} & set(parts):
            times[rows], kept = against_raw(rows, logs, to, told.rounds)
            bars += kept
            print(f"    found: {found_in(to / 'faults.parquet')}")
        if "memory" in parts and rows >= 10**7:
            bars += within(rows, logs, to)
        if "datacompy" in parts and rows <= 10**6:
            bars += against_datacompy(rows, logs, times[rows], told.rounds)
        if "spark" in parts and rows <= 10**6:
            bars += against_spark(rows, logs, to)
    if {10**6, 10**7} <= times.keys():
        bars.append(
            Bar("growth of check's time, 1e+06 to 1e+07", times[10**7].wall / times[10**6].wall, 12, "x")
        )
    shown(bars)
    if told.json:
        told.json.write_text(
            json.dumps([{"what": b.what, "value": b.value, "bar": b.limit, "kept": b.kept} for b in bars])
        )
    return 0 if all(bar.kept for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
