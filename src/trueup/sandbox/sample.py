"""From a plan to a directory: the faulty logs, the clean twin and the truth. Knows no single fault."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from trueup.sandbox.company import Plan, make_company
from trueup.sandbox.draft import Draft
from trueup.sandbox.logs import make_logs, page_sizes
from trueup.sandbox.plant import PLANTERS
from trueup.sandbox.rows import Truth
from trueup.sandbox.writing import Form, Output, write_logs

SHARE = 0.005  # of the records, for each code
AT_LEAST = 3
FEWEST_PEOPLE = 200  # with fewer, the faults crowd each other out
MOST_PEOPLE = 200_000  # they are held in memory
YEARS = range(2000, 2100)
MARK = "This directory was written by `trueup sample`."


class SampleRefusedError(Exception):
    """The sample cannot be written as asked. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written: rows by file, planted faults by code."""

    folder: Path
    files: dict[str, int]
    planted: dict[str, int]
    left_out: tuple[str, ...]


def codes_of(text: str) -> tuple[str, ...]:
    """The codes asked for: `all`, `none`, or codes with commas between.

    >>> codes_of("tu0202, TU0203")
    ('TU0202', 'TU0203')
    """
    if text.strip().lower() == "all":
        return tuple(PLANTERS)
    if text.strip().lower() in {"none", ""}:
        return ()
    asked = {code.strip().upper() for code in text.split(",") if code.strip()}
    unknown = sorted(asked - PLANTERS.keys())
    if unknown:
        raise SampleRefusedError(
            f"no fault {', '.join(unknown)} can be planted. `trueup faults` lists the codes; "
            "give --faults all, none, or codes with commas between."
        )
    return tuple(code for code in PLANTERS if code in asked)


def form_of(text: str) -> Form:
    """The format of that name; SampleRefusedError where there is none."""
    if text not in set(Form):
        raise SampleRefusedError(f"no format {text!r}; give --format {', '.join(Form)}.")
    return Form(text)


def check_plan(plan: Plan) -> None:
    """SampleRefusedError where there can be no such company."""
    if not FEWEST_PEOPLE <= plan.people <= MOST_PEOPLE:
        raise SampleRefusedError(f"{plan.people} people; give --people {FEWEST_PEOPLE} to {MOST_PEOPLE}.")
    if plan.year not in YEARS:
        raise SampleRefusedError(f"year {plan.year}; give --year {YEARS[0]} to {YEARS[-1]}.")
    if plan.person_as not in {"uuid", "number"}:
        raise SampleRefusedError(f"no key {plan.person_as!r} of a person; give --person-as uuid or number.")


def plant(draft: Draft, codes: tuple[str, ...]) -> None:
    """Plant each code into the draft, each from dice of its own."""
    count = max(AT_LEAST, round(SHARE * len(draft.company.carried.attempts)))
    for code in codes:
        PLANTERS[code](draft, Random(f"{draft.company.plan.seed}:{code}"), count)
        if not any(line.code == code for line in draft.truth):
            raise SampleRefusedError(
                f"{draft.company.plan.people} people leave no room for {code}; give more --people, or fewer --faults."
            )


def _look_for_room(out: Path, *, force: bool) -> None:
    """The directory is new, empty, or a former sample that may go."""
    if out.exists() and not out.is_dir():
        raise SampleRefusedError(f"{out} is a file; name a directory.")
    if not out.exists() or not any(out.iterdir()):
        return
    readme = out / "README.txt"
    if not (readme.is_file() and MARK in readme.read_text(encoding="utf-8", errors="replace")):
        raise SampleRefusedError(f"{out} is not empty and is no sample; name another directory.")
    if not force:
        raise SampleRefusedError(f"{out} holds a former sample; add --force to replace it.")


def _clear(out: Path) -> None:
    """Take away the former sample, and nothing else."""
    for name in ("logs", "clean"):
        if (out / name).is_dir():
            shutil.rmtree(out / name)
    for name in ("truth.jsonl", "README.txt"):
        (out / name).unlink(missing_ok=True)


def _placed(truth: list[Truth], output: Output) -> list[Truth]:
    """The truth, with file and line where a row itself is unreadable: nobody can read its record id."""
    places = {record_id: place for (_, record_id), place in output.places.items()}
    return [
        line._replace(file=places[line.record_id][0], line=places[line.record_id][1])
        if line.code == "TU0308" and line.record_id in places
        else line
        for line in truth
    ]


def _write_truth(path: Path, truth: list[Truth]) -> None:
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for line in truth:
            said = {name: value for name, value in line._asdict().items() if value or name == "also"}
            file.write(encode(said) + b"\n")


def _readme(plan: Plan, form: Form, planted: dict[str, int], *, twin: bool) -> str:
    """What is in the directory."""
    lines = [
        MARK,
        "",
        "The exported logs of a made-up company at its quarter-end. Every person, address and number in them is",
        "made up; the mail domains end in example.test, which exists nowhere.",
        "",
        f"people {plan.people}, seed {plan.seed}, cycles {plan.year}-Q1 to Q3, format {form.value}",
        "",
        "logs/        what the learning system, the sync and the review system say, with planted faults",
        *(["clean/       the same company, without a fault"] if twin else []),
        "truth.jsonl  one line for each planted fault: its code and the record, person, run, account, scope,",
        "             competency or cycle it is about; `also` names codes that follow from it",
        "",
        "planted:",
        *([f"  {code}  {count}" for code, count in sorted(planted.items())] or ["  nothing"]),
        "",
    ]
    return "\n".join(lines)


def write_sample(
    out: Path,
    plan: Plan,
    codes: tuple[str, ...],
    form: Form = Form.MIXED,
    *,
    twin: bool = True,
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Sample:
    """Write the sample; the same arguments give the same bytes. Raises SampleRefusedError."""
    check_plan(plan)
    _look_for_room(out, force=force)
    company = make_company(plan, tell)
    clean = make_logs(company)
    draft = Draft(company, clean.copy())
    left_out = ("TU0308",) if form is Form.PARQUET and "TU0308" in codes else ()
    plant(draft, tuple(code for code in codes if code not in left_out))
    tell(f"planted {len(draft.truth):,} faults")
    planted: dict[str, int] = {}
    for line in draft.truth:
        planted[line.code] = planted.get(line.code, 0) + 1
    sizes = page_sizes([clean, draft.logs])
    _clear(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.txt").write_text(
        _readme(plan, form, planted, twin=twin), encoding="utf-8"
    )  # marks it as ours
    output = write_logs(draft.logs, out / "logs", form, company.runs, sizes)
    files = {f"logs/{name}": n for name, n in output.rows.items()}
    _write_truth(out / "truth.jsonl", _placed(draft.truth, output))
    if twin:
        tell("writing the clean twin")
        output = write_logs(clean, out / "clean", form, company.runs, sizes)
        files |= {f"clean/{name}": n for name, n in output.rows.items()}
    return Sample(out, files, dict(sorted(planted.items())), left_out)
