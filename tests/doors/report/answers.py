"""Answers to look at: a bad quarter-end with many codes, a clean one, and one whose data is hostile."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from trueup.model.answers import (
    Answer,
    Charts,
    CycleLine,
    DayLine,
    FamilyLine,
    FaultRow,
    InputFile,
    Kpi,
    RunLine,
    ShiftLine,
    State,
    Unchecked,
    Where,
)
from trueup.model.faults import family_of, fault

COURSES = ("SEC-201", "GDPR-01", "LEAD-110", "FIRE-02", "PY-300")
FIRST_DAY = date(2026, 9, 1)
AS_OF = "2026-11-23T15:40:00+00:00"

# code, how many, field, expected, actual, detail, caused_by
FOUND = (
    ("TU0101", 9, "employee_number", "a UUID", "null",
     "the import mapping left the key of {record} empty", None),
    ("TU0102", 14, "person", "a UUID", "{person}",
     "a legacy number stands where a UUID is expected: ⟦{person}⟧", None),
    ("TU0105", 4, "person", "⟦{person}⟧", "⟦{other}⟧",
     "the completions of ⟦{person}⟧ stand under ⟦{other}⟧, and the other way round", None),
    ("TU0202", 61, "completed_at", "2026-10-14T21:30:00Z", "2026-10-14T23:30:00Z",
     "moved by +120 minutes, as are 60 others of Moodle Berlin", None),
    ("TU0203", 22, "completed_at", "2026-10-14T21:30:00Z", "2026-10-14",
     "the time became a date", None),
    ("TU0204", 17, "cycle", "2026-Q3", "2026-Q4",
     "the shift carries it over the cut-off", "TU0202"),
    ("TU0301", 23, "record_id", "{record}", "no row",
     "in the LMS, in no sync log, not in the review system", None),
    ("TU0302", 38, "record_id", "{record}", "no row",
     "tried 3 times in run-0042, last answer 429", None),
    ("TU0303", 6, "record_id", "{record}", "no row",
     "run-0041 says accepted (200), the review system has nothing", None),
    ("TU0401", 38, "http_status", "200", "429",
     "run-0042 was throttled and stopped", None),
    ("TU0403", 1, "limit", "more than 500 records", "500",
     "run-0043 ends exactly at its limit of 500 with 112 records left", None),
    ("TU0404", 12, "retry_after", "wait 120 s", "waited 2 s",
     "five retries within ten seconds", None),
    ("TU0501", 8, "account_name", "one account", "⟦{mail}⟧ and ⟦{person}⟧",
     "two accounts in moodle belong to one person", None),
    ("TU0502", 19, "review_record_id", "one row", "3 rows",
     "rows 5102, 5103 and 6011 are one completion", None),
    ("TU0601", 11, "tags", "a tag of framework eng-2026", "pyhton",
     "close to python (eng-2026, version 3)", None),
    ("TU0602", 7, "label", "Incident response", "Incident handling",
     "the label of SEC-IR differs from the registry", None),
    ("TU0802", 13, "score", "1 to 5", "87.5",
     "a percentage on a five-point scale", None),
    ("TU0803", 13, "score", "75", "80",
     "the matrix gives 75 for 4 of 5", "TU0802"),
    ("TU0901", 21, "received_at", "2026-10-31T23:00:00Z", "2026-11-02T04:10:00Z",
     "completed in the window, delivered 29 hours after the cut-off", None),
    ("TU1001", 16, "home_phone", "absent", "+49 30 901820",
     "the purpose performance-review does not allow home_phone", None),
    ("TU1004", 3, "email", "a pseudonym", "{mail}",
     "the reviewer's view shows {mail}", None),
)  # fmt: skip

FAMILIES = (
    ("missing", 0.41, "38 completions were tried and never accepted"),
    ("time", 0.22, "61 records of Moodle Berlin are moved by +120 minutes; 17 of them change cycle"),
    ("throttling", 0.14, "run-0042 was throttled: 38 records left behind"),
    ("privacy", 0.09, "home_phone was transferred 16 times against the policy"),
    ("identity", 0.06, "14 keys are legacy numbers where a UUID is expected"),
    ("scores", 0.04, "13 percentages on a five-point scale"),
    ("duplicates", 0.02, "19 completions stand more than once"),
    ("calendar", 0.01, "21 completions arrived after the cut-off"),
    ("competencies", 0.01, "11 tags that no framework knows"),
)


def busy() -> Answer:
    """A quarter-end where much went wrong: 356 faults over 21 codes."""
    return answer_of(list(_rows()))


def clean() -> Answer:
    """Nothing found, every figure within its thresholds, one role missing."""
    kpis = tuple(
        replace(kpi, value=0.0 if kpi.higher_is_worse else 100.0, state=State.OK, says="all 3,400 completions are well",
                warn=kpi.warn or 1.0, breach=2.0 if not kpi.warn else kpi.breach)
        for kpi in _kpis()
    )  # fmt: skip
    told = _charts()
    charts = replace(
        told,
        days=tuple(replace(day, faulty=0) for day in told.days),
        runs=tuple(
            replace(run, accepted=run.records, throttled=0, errors=0, rejected=0) for run in told.runs
        ),
        cycles=tuple(replace(cycle, late=0) for cycle in told.cycles),
        shifts=(),
    )
    missing = (Unchecked("TU0701", "grants"), Unchecked("TU0704", "grants"))
    return answer_of([], kpis=kpis, charts=charts, notes=(), unchecked=missing)


def large(n: int) -> Answer:
    """Many faults of two codes, for the caps."""
    return answer_of([_row(("TU0301", "TU0302")[i % 2], i) for i in range(n)])


HOSTILE = (
    "<script>window.stolen=1</script>",
    '"><img src=x onerror="window.stolen=1">',
    "=cmd|'/c calc'!A1",
    "\x1b[2J\x1b[31mred",
    "[bold red]markup[/]",
    "abc\u202egnp.exe",
    "{{ 7*7 }}",
    "x" * 5_000,
)


def hostile() -> Answer:
    """Every text a stranger can choose holds something that must stay inert."""
    rows = [
        FaultRow("TU0301", "never-received", "critical", evil, evil, evil, evil, evil, evil,
                 (Where(evil, 3),), evil)
        for evil in HOSTILE
    ]  # fmt: skip
    evil = HOSTILE[0]
    charts = Charts(
        days=(DayLine(evil, 5, 2),),
        runs=(RunLine(evil, evil, None, 9, 5, 2, 1, 1),),
        cycles=(CycleLine(evil, evil, evil, None, None, 3, 1),),
        shifts=(ShiftLine(evil, 120, 3),),
    )
    inputs = (InputFile(evil, evil, 10, "0" * 64, evil, 9, 1),)
    return answer_of(
        rows, inputs=inputs, charts=charts, notes=(evil,), unchecked=(Unchecked("TU0701", evil),)
    )


def answer_of(rows: list[FaultRow], **changed: object) -> Answer:
    """An answer whose counts follow from its rows."""
    counts = Counter(row.code for row in rows)
    primary = Counter(row.code for row in rows if row.caused_by is None)
    families = tuple(
        FamilyLine(key, share, n, says)
        for key, share, says in FAMILIES
        if (n := sum(count for code, count in counts.items() if family_of(code).key == key))
    )
    parts = {
        "inputs": _inputs(), "kpis": _kpis(), "counts": dict(counts), "primary_counts": dict(primary),
        "families": families, "unchecked": _unchecked(), "faults": _iterate(rows),
        "faults_file": "faults.parquet", "as_of": AS_OF, "engine": "DuckDB 2.0.1", "charts": _charts(),
        "notes": ("2 rows of moodle-completions.csv could not be used; they stand under TU0205.",),
    } | changed  # fmt: skip
    return Answer(**parts)


def _iterate(rows: Iterable[FaultRow]):
    ordered = sorted(rows, key=lambda row: row.caused_by is not None)

    def faults(limit: int | None) -> Iterator[FaultRow]:
        return iter(ordered if limit is None else ordered[:limit])

    return faults


def _rows() -> Iterator[FaultRow]:
    start = {"TU0204": "TU0202", "TU0803": "TU0802"}
    for code, n, *_ in FOUND:
        for i in range(n):
            yield _row(code, i, like=start.get(code, code))


def _row(code: str, i: int, like: str = "") -> FaultRow:
    _, _, column, expected, actual, detail, caused_by = next(one for one in FOUND if one[0] == code)
    chance = random.Random(f"{like or code}/{i}")
    person, other = (f"E{chance.randint(1000, 1399)}" for _ in range(2))
    words = {
        "record": f"mdl-{like or code}-{40_000 + i}"[4:]
        if i % 7 == 3
        else f"mdl-{chance.randint(10_000, 99_999)}",
        "person": person,
        "other": other,
        "mail": f"{chance.choice('abcdefgh')}.{chance.choice(('kowalska', 'okafor', 'meyer'))}@corp.example",
    }
    places = [Where("moodle-completions.csv", 2 + chance.randint(0, 3_399))]
    if i % 3 == 0:
        places.append(Where("reviews.xlsx", 2 + chance.randint(0, 3_300)))
    return FaultRow(
        code, fault(code).name, fault(code).severity, words["record"], person, chance.choice(COURSES), column,
        expected.format(**words), actual.format(**words), tuple(places), detail.format(**words), caused_by,
    )  # fmt: skip


def _inputs() -> tuple[InputFile, ...]:
    return (
        InputFile("completions", "moodle-completions.csv", 3_402, "9f1c" * 16, "Moodle", 3_400, 2),
        InputFile("sync", "sync-2026-10-29.jsonl", 4_110, "07ab" * 16, "trueup", 4_110, 0),
        InputFile("sync", "sync-2026-10-30.jsonl", 3_998, "5e21" * 16, "trueup", 3_998, 0),
        InputFile("sync", "sync-2026-10-31.jsonl", 4_020, "c0de" * 16, "trueup", 4_020, 0),
        InputFile("reviews", "reviews.xlsx", 3_330, "b7f3" * 16, "SuccessFactors", 3_330, 0),
        InputFile("people", "workers.csv", 812, "13d7" * 16, "Workday", 812, 0),
        InputFile("cycles", "cycles.csv", 4, "aa01" * 16, "trueup", 4, 0),
    )


def _kpis() -> tuple[Kpi, ...]:
    return (
        Kpi("missing_rate", "Missing completions", 1.98, "%", 0.5, 1.0, True, State.BREACH,
            "67 of 3,400 completions are not in the review system"),
        Kpi("dead_letter_rate", "Delivery failures", 1.12, "%", 1.0, 2.0, True, State.WARN,
            "38 of 3,400 completions were tried and never accepted"),
        Kpi("sync_latency_p95", "Average sync latency", 42.0, "s", 120.0, 300.0, True, State.OK,
            "from the completion to its acceptance, median of 3,333"),
        Kpi("duplicate_account_rate", "Duplicate account rate", 0.21, "%", 0.5, 1.0, True, State.OK,
            "8 of 3,812 accounts belong to somebody who has another"),
        Kpi("verified_rate", "Verified on read-back", 97.4, "%", 98.0, 95.0, False, State.WARN,
            "3,312 of 3,400 completions stand as the source has them"),
        Kpi("cutoff_headroom", "Delivered after the cut-off", 0.62, "%", 0.5, 1.0, True, State.WARN,
            "21 of 3,400 completions"),
        Kpi("exposure_count", "Exposed identities", None, "", 0.0, 1.0, True, State.UNKNOWN,
            "no file of the role grants was given"),
    )  # fmt: skip


def _unchecked() -> tuple[Unchecked, ...]:
    return (
        *(Unchecked(f"TU070{n}", "grants") for n in (1, 2, 4)),
        Unchecked("TU0703", "grants, policy"),
        *(Unchecked(f"TU100{n}", "consents") for n in (2, 3)),
        Unchecked("TU0503", "accounts"),
    )


def _charts() -> Charts:
    chance = random.Random(7)
    days = tuple(
        DayLine((FIRST_DAY + timedelta(days=i)).isoformat(), total := chance.randint(12, 70),
                min(total, chance.randint(0, 5) + (18 if 40 < i < 48 else 0)))
        for i in range(80)
    )  # fmt: skip
    runs = []
    for i in range(24):
        at = datetime(2026, 10, 10, 2, 0) + timedelta(days=i)  # noqa: DTZ001
        throttled, errors = (38, 0) if i == 19 else (0, chance.choice((0, 0, 2, 9)))
        records = 500 if i == 20 else chance.randint(120, 260)
        runs.append(
            RunLine(f"run-{i + 23:04}", f"{at.isoformat()}+00:00", f"{(at + timedelta(minutes=14)).isoformat()}+00:00",
                    records, records - throttled - errors - 1, throttled, errors, 1)
        )  # fmt: skip
    cycles = (
        CycleLine("2026-Q3 engineering", "2026-07-01T00:00:00+00:00", "2026-10-31T23:00:00+00:00",
                  "2026-11-07T23:00:00+00:00", "2026-11-20T23:00:00+00:00", 1_840, 21),
        CycleLine("2026-Q4 engineering", "2026-10-31T23:00:00+00:00", "2027-01-31T23:00:00+00:00", None, None,
                  610, 0),
        CycleLine("Year-end sales", "2026-01-01T00:00:00+00:00", "2026-12-11T17:00:00+00:00",
                  "2026-12-18T17:00:00+00:00", None, 903, 0),
        CycleLine("Probation, November", "2026-11-02T00:00:00+00:00", "2026-12-04T17:00:00+00:00",
                  None, "2026-12-14T17:00:00+00:00", 47, 0),
    )  # fmt: skip
    shifts = (
        ShiftLine("Moodle, site Berlin, 5 to 24 Oct", 120, 61),
        ShiftLine("Moodle, site Austin, 1 to 9 Nov", -360, 14),
        ShiftLine("Cornerstone, all sites, from 25 Oct", 60, 9),
    )
    return Charts(days, tuple(runs), cycles, shifts)
