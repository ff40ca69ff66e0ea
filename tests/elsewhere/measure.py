# ruff: noqa: T201 - a script that prints
"""Measures `trueup check` on companies made elsewhere: recall per code, and false alarms.

    python tests/elsewhere/measure.py [--people 400] [--seeds 1,2] [--styles A,B,C,D,E] [--codes all] [--keep DIR]
                                        [--program .venv/bin/trueup] [--without people,policy]

Exit 1 when fewer than 99 % of all plants or 95 % of a code's are found, or a clean company is not clean.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOUSE / "tests"))  # run as a script, the package is not on the path

from elsewhere.company import CODES, write_company  # noqa: E402
from elsewhere.style import STYLES, Style  # noqa: E402
from elsewhere.verdict import Fault, Verdict, judge  # noqa: E402

TRUEUP = HOUSE / ".venv" / "bin" / "trueup"
OVERALL, EACH = 0.99, 0.95


class UnansweredError(Exception):
    """The check gave no answer that could be judged."""


def check(logs: Path, program: Path = TRUEUP) -> tuple[int, list[Fault], list[dict[str, object]]]:
    """Exit code, faults and what was left unchecked, by the contract's JSON."""
    run = subprocess.run(
        [str(program), "check", str(logs), "--json", "-"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if run.returncode not in {0, 3}:
        raise UnansweredError(f"exit {run.returncode}: {' '.join((run.stderr or run.stdout).split())[-400:]}")
    answer = json.loads(run.stdout)
    if answer["schema"] != "trueup.check/1":
        raise UnansweredError(f"schema {answer['schema']}")
    return run.returncode, answer["faults"], answer["unchecked"]


def short(fault: Fault) -> str:
    """A fault on one line."""
    names = ("code", "record_id", "person", "course_id", "field", "expected", "actual", "detail")
    return " | ".join(f"{name}={str(fault[name])[:160]}" for name in names if fault.get(name) is not None)


def _one(
    style: Style, seed: int, *, people: int, codes: Sequence[str], out: Path, program: Path
) -> tuple[Verdict, int]:
    planted = write_company(out, people=people, seed=seed, codes=codes, style=style)
    code, faults, unchecked = check(out / "logs", program)
    verdict = judge(planted, faults)
    kind = f"{len(planted)} planted, {len(verdict.found)} found" if planted else "clean"
    silent = ",".join(str(u["code"]) for u in unchecked)
    print(
        f"{style.name} seed {seed}, {people} people: {kind}; {len(faults)} reported, {len(verdict.alarms)} false alarms, exit {code}"
    )
    if silent:
        print(f"    unchecked: {silent}")
    for plant in verdict.missed:
        print(f"    missed {plant.code} ({plant.shape}): {', '.join(plant.keys[:3])}")
    tally = Counter(str(f["code"]) for f in verdict.alarms)
    for name, number in sorted(tally.items()):
        example = next(f for f in verdict.alarms if f["code"] == name)
        print(f"    false {name} x{number}, such as: {short(example)}")
    return verdict, code


def _report(verdicts: Sequence[Verdict]) -> bool:
    """Prints the table; answers whether the bar was reached."""
    found = Counter(p.code for v in verdicts for p in v.found)
    missed = Counter(p.code for v in verdicts for p in v.missed)
    alarms = Counter(str(f["code"]) for v in verdicts for f in v.alarms)
    named: dict[str, list[float]] = defaultdict(list)
    for verdict in verdicts:
        for code, shares in verdict.members.items():
            named[code] += shares
    print(f"\n{'code':8}{'planted':>8}{'found':>7}{'recall':>9}{'false':>7}  named keys of groups")
    good = True
    for code in sorted({*found, *missed, *alarms}):
        number = found[code] + missed[code]
        recall = found[code] / number if number else 1.0
        good &= recall >= EACH
        share = f"{sum(named[code]) / len(named[code]):.0%}" if named[code] else ""
        print(
            f"{code:8}{number:8}{found[code]:7}{recall:9.1%}{alarms[code]:7}  {share}{'' if recall >= EACH else '  <-- low'}"
        )
    total = found.total() + missed.total()
    recall = found.total() / total if total else 1.0
    print(f"{'all':8}{total:8}{found.total():7}{recall:9.2%}{alarms.total():7}")
    shouted: Counter[tuple[str, str]] = sum((v.shouted for v in verdicts), Counter())
    lines = ", ".join(f"{a}->{b} x{n}" for (a, b), n in shouted.most_common(40))
    print(f"reported beside the planted code, without caused_by: {lines or 'nothing'}")
    return good and recall >= OVERALL


def main() -> int:
    """Runs the companies one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--styles", default=",".join(STYLES))
    parser.add_argument("--codes", default="all", help="all, or a list of codes")
    parser.add_argument("--keep", type=Path, help="where the companies stay for inspection")
    parser.add_argument("--program", type=Path, default=TRUEUP, help="the trueup to measure")
    parser.add_argument("--without", default="", help="files that the companies do not hand over")
    asked = parser.parse_args()
    codes = CODES if asked.codes == "all" else tuple(asked.codes.split(","))
    verdicts, good = [], True
    with tempfile.TemporaryDirectory() as scratch:
        base = asked.keep or Path(scratch)
        for style in asked.styles.split(","):
            for seed in (int(s) for s in asked.seeds.split(",")):
                for kind, wanted in (("clean", ()), ("planted", codes)):
                    try:
                        verdict, code = _one(
                            STYLES[style].without(*asked.without.split(",")),
                            seed,
                            people=asked.people,
                            codes=wanted,
                            out=base / f"{style}-{seed}-{kind}",
                            program=asked.program,
                        )
                    except (UnansweredError, ValueError, KeyError) as problem:
                        print(f"{style} seed {seed} {kind}: no answer: {problem}")
                        good = False
                        continue
                    verdicts.append(verdict)
                    good &= code == (3 if wanted else 0) and (bool(wanted) or not verdict.alarms)
    good &= _report(verdicts)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
