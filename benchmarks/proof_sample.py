"""What `trueup check` finds of what `trueup sample` planted, over seeds and sizes. Knows no rule.

    python benchmarks/proof_sample.py [--seeds 1,2,3,4,5] [--people 400,1000,2000,4000] [--keep DIR]

A planted fault is found when a fault of its code names its record; where its row cannot be read, its file and
line; where the plant is about a whole run, its run; where it is about no record, its account with its scope,
or its competency. The bar: 99 % of all, 95 % of each code, and nothing at all on the clean twin. Exit code 1
where it is missed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRUEUP = Path(sys.executable).parent / "trueup"
OVERALL, EACH = 0.99, 0.95
CLEAN, FOUND = 0, 3  # exit codes of check
RUN_WIDE = {"TU0401", "TU0403", "TU0404", "TU0405", "TU0903"}
WORD = re.compile(r"[^\s,;\"'()\[\]{}<>=|]+")

Row = dict[str, object]


def rows_of(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def check(logs: Path, faults: Path) -> tuple[int, list[Row]]:
    """The exit code and every fault."""
    run = subprocess.run(
        [TRUEUP, "check", logs, "--faults", faults], capture_output=True, text=True, check=False
    )
    if run.returncode not in {CLEAN, FOUND}:
        sys.exit(f"trueup check {logs} ended with {run.returncode}:\n{(run.stderr or run.stdout)[-2000:]}")
    return run.returncode, list(rows_of(faults)) if faults.exists() else []


def words_of(fault: Row) -> Iterator[str]:
    """Whatever a fault names: whole fields, and the words in them."""
    for value in (fault[name] for name in ("record_id", "person", "field", "expected", "actual", "detail")):
        if value is not None:
            yield str(value)
            yield from (word.strip(".:!?") for word in WORD.findall(str(value)))
    where = fault["where"]
    assert isinstance(where, list)
    yield from (f"{place['file']}:{place['line']}" for place in where)


def wanted(plant: Row) -> list[set[str]]:
    """The ways to name the plant: each a set of words that must all be named by one fault."""
    given = {
        name: str(plant[name])
        for name in ("record_id", "run_id", "account", "scope", "competency")
        if plant.get(name)
    }
    if "line" in plant:  # what is unreadable has no record id to be named by
        return [{f"{plant['file']}:{plant['line']}"}]
    if "record_id" in given:
        ways = [{given["record_id"]}]
        return [*ways, {given["run_id"]}] if plant["code"] in RUN_WIDE and "run_id" in given else ways
    if "account" in given:
        return [{given["account"], given["scope"]} if "scope" in given else {given["account"]}]
    return [{given[name]} for name in ("run_id", "competency") if name in given] or [{str(plant["person"])}]


def missed(planted: Iterable[Row], faults: Iterable[Row]) -> list[Row]:
    """The plants that no fault names."""
    named: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for nth, fault in enumerate(faults):
        for word in words_of(fault):
            named[str(fault["code"])][word].add(nth)
    return [
        plant
        for plant in planted
        if not any(set.intersection(*(named[str(plant["code"])][w] for w in way)) for way in wanted(plant))
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """By code: planted, planted and not found, reported on a clean twin."""

    planted: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)


def company(out: Path, people: int, seed: int, tally: Tally) -> None:
    """Makes one company, checks both twins, and adds to the tally."""
    subprocess.run(
        [TRUEUP, "sample", out, "--people", str(people), "--seed", str(seed), "--force"],
        check=True,
        capture_output=True,
    )
    truth = list(rows_of(out / "truth.jsonl"))
    _, faults = check(out / "logs", out / "faults.jsonl")
    gone = missed(truth, faults)
    code, false = check(out / "clean", out / "alarms.jsonl")
    if code != CLEAN and not false:
        false = [{"code": "threshold breached"}]
    tally.planted.update(str(plant["code"]) for plant in truth)
    tally.lost.update(str(plant["code"]) for plant in gone)
    tally.alarms.update(str(fault["code"]) for fault in false)
    print(
        f"{people:>6} people, seed {seed}: {len(truth):>6,} planted, {len(truth) - len(gone):>6,} found,"
        f" {len(faults):>6,} reported; clean twin: {len(false)} reported, exit {code}",
        flush=True,
    )
    for plant in gone[:5]:
        print(f"    missed {json.dumps({name: value for name, value in plant.items() if value})}")
    for fault in false[:5]:
        print(f"    false {json.dumps({name: value for name, value in fault.items() if value})[:400]}")


def report(tally: Tally) -> bool:
    """Prints the table and answers whether the bar was reached."""
    planted, lost, alarms = tally.planted, tally.lost, tally.alarms
    print(f"\n{'code':<8}{'planted':>9}{'found':>9}{'recall':>9}{'false on clean':>16}")
    good = not alarms
    for code in sorted(planted.keys() | alarms.keys()):
        recall = 1 - lost[code] / planted[code] if planted[code] else 1.0
        good &= recall >= EACH
        print(
            f"{code:<8}{planted[code]:>9,}{planted[code] - lost[code]:>9,}{recall:>9.2%}{alarms[code]:>16,}"
            f"{'' if recall >= EACH else '   below the bar'}"
        )
    whole = 1 - lost.total() / max(planted.total(), 1)
    print(
        f"{'all':<8}{planted.total():>9,}{planted.total() - lost.total():>9,}{whole:>9.2%}{alarms.total():>16,}"
    )
    print(f"bar: {OVERALL:.0%} of all, {EACH:.0%} of each code, 0 on the clean twin")
    return good and bool(planted) and whole >= OVERALL


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", default="1,2,3,4,5")
    asked.add_argument("--people", default="400,1000,2000,4000")
    asked.add_argument("--keep", type=Path, help="where the companies stay, to be looked at")
    told = asked.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        for people in map(int, told.people.split(",")):
            for seed in map(int, told.seeds.split(",")):
                out = (told.keep or Path(scratch)) / f"{people}-{seed}"
                company(out, people, seed, tally)
    return 0 if report(tally) else 1


if __name__ == "__main__":
    sys.exit(main())
