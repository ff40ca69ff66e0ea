"""Makes big canonical logs with the noise of three systems that drift apart. Knows nothing of trueup.

    python benchmarks/logs.py 1e6 DIR

writes DIR/completions.parquet, sync.parquet and reviews.parquet of a million rows a side, and the other
roles to go with them. Every number follows from the row's position by a hash, so the same size gives the same
logs. Per thousand rows of a side: 2 to 5 are missing, 2 or 3 stand twice, 4 are moved by an hour (whole days
of a source), 1 by something else, 3 have another score, 10 another competency; 1 of the sync log and the
review system is an orphan; 5 of the sync log were throttled first.
"""

import hashlib
import sys
import time
from pathlib import Path

import duckdb

COURSES_EACH = 40  # records of a person
CLOSED = """
    case when d < 171 then timestamp '2025-01-05' + to_days(d) else timestamp '2025-07-05' + to_days(d - 171) end
"""  # no completion in the days around a cut-off: lateness is not what is measured
BASE = f"""
    create view base as
    select i, p, d, 'C' || lpad(i::varchar, 9, '0') as record_id, 'lms-' || (p % 20) as source,
        'E' || (100000 + p) as employee_number,
        'K' || lpad(((i % {COURSES_EACH}) * 37 + p % 37)::varchar, 4, '0') as course_id,
        ({CLOSED}) + to_seconds((hash(i, 1) % 86400)::bigint) as completed_at,
        (40 + hash(i, 2) % 61)::int as score,
        'SK-' || (i % {COURSES_EACH} % 12 + 1) as competency,
        ({CLOSED}) + interval '1 day 1 hour' as run_at
    from (select i, (i // {COURSES_EACH})::int as p, (hash(i, 3) % 339)::int as d from range({{rows}}) t(i))
"""
MOVED = """
    case when hash(source, d, {seed} + 1) % 1000 < 4 then completed_at + interval 1 hour
         when hash(i, {seed} + 1) % 1000 < 1 then completed_at + to_seconds((hash(i, {seed} + 9) % 90000 + 7)::bigint)
         else completed_at end
"""
NOISY = """
    create or replace view noisy as
    with kept as (
        select * replace (
            case when hash(i, {seed} + 2) % 1000 < 3 then (score + hash(i, {seed} + 8) % 9 + 1)::int else score end as score,
            case when hash(i, {seed} + 3) % 1000 < 10 then 'OLD-' || competency else competency end as competency,
            {moved} as completed_at)
        from base where hash(i, {seed}) % 1000 >= {missing})
    select *, 0 as copy from kept
    union all select *, 1 from kept where hash(i, {seed} + 4) % 1000 < {twice}
    union all select * replace ('X' || record_id as record_id), 0 from kept where hash(i, {seed} + 5) % 1000 < {orphans}
"""
UTC = "at time zone 'UTC'"
COMPLETIONS = f"""
    select record_id, 1::bigint as revision, source, 'https://' || source || '.example.org' as account_issuer,
        'u' || p as account_name, employee_number, course_id, '1' as attempt, 'completed' as status,
        completed_at {UTC} as completed_at, least(score, 100)::double as score, '0-100' as scale, competency as tags
    from noisy order by hash(i, 107)
"""
SYNC = f"""
    with tried as (
        select *, 'accepted' as outcome, 200 as http_status, null::varchar as retry_after,
            case when hash(i, 210) % 1000 < 5 then 2 else 1 end as attempt from noisy
        union all
        select *, 'throttled', 429, '30', 1 from noisy where hash(i, 210) % 1000 < 5 and copy = 0)
    select 'run-' || strftime(run_at, '%Y-%m-%d') as run_id, record_id, 'reviews' as target,
        (run_at + to_seconds((hash(i, 211) % 7000)::bigint) + to_seconds(60 * attempt)) {UTC} as attempt_at,
        attempt::bigint as attempt, outcome, http_status::bigint as http_status,
        'q' || hash(i, attempt, copy) as request_id, retry_after,
        (row_number() over (partition by run_at order by hash(i, 211) % 7000, attempt) // 500 + 1)::bigint as page,
        500::bigint as limit, run_at {UTC} as run_started_at, (run_at + interval '150 minutes') {UTC} as run_ended_at
    from tried order by hash(i, 207)
"""
REVIEWS = f"""
    select 'R' || record_id || copy as review_record_id, record_id, employee_number as person, course_id,
        completed_at {UTC} as completed_at, least(score, 100)::double as score, '0-100' as scale, '1' as scale_version,
        competency, 'Skill ' || regexp_replace(competency, '^.*SK-', '') as label,
        case when d < 171 then '2025-H1' else '2025-H2' end as cycle,
        (run_at + to_seconds((hash(i, 211) % 7000)::bigint) + interval 3 minutes) {UTC} as received_at
    from noisy order by hash(i, 307)
"""
OTHERS = {
    "people": """
        select format('00000000-0000-4000-8000-{:012d}', p) as person_id, 'E' || (100000 + p) as employee_number,
            'p' || p || '@example.org' as email, 'First' || p as first_name, 'Last' || p as last_name,
            timestamp '2019-01-01' at time zone 'UTC' as hired_on, 'D' || (p % 12) as department, 'City' || (p % 9) as city
        from range(({rows} + 39) // 40) t(p)""",
    "accounts": """
        select 'https://lms-' || (p % 20) || '.example.org' as account_issuer, 'u' || p as account_name,
            'E' || (100000 + p) as employee_number, 'p' || p || '@example.org' as email,
            timestamp '2019-01-01' at time zone 'UTC' as created_at, false as suspended
        from range(({rows} + 39) // 40) t(p)""",
    "consents": """
        select 'E' || (100000 + p) as person, 'performance-review' as purpose, 'contract' as basis,
            timestamp '2019-01-01' at time zone 'UTC' as granted_at from range(({rows} + 39) // 40) t(p)""",
    "competencies": """
        select 'skills' as framework, '1' as version, 'SK-' || n as id, 'Skill ' || n as label, 'en' as language,
            'active' as status from range(1, 13) t(n)""",
    "scales": """
        select '0-100' as scale, '1' as version, 0.0::double as min, 100.0::double as max, 1.0::double as step,
            'half_up' as rounding""",
    "cycles": """
        select '2025-H1' as cycle, timestamp '2025-01-01' at time zone 'UTC' as opens_at,
            timestamp '2025-07-01' at time zone 'UTC' as cutoff_at, 'UTC' as zone, 2.0::double as sla_hours
        union all
        select '2025-H2', timestamp '2025-07-01' at time zone 'UTC', timestamp '2026-01-01' at time zone 'UTC', 'UTC', 2.0""",
    "policy": """
        select 'performance-review' as purpose, '' as role, unnest(['review_record_id', 'record_id', 'person',
            'course_id', 'completed_at', 'score', 'scale', 'scale_version', 'competency', 'label', 'cycle',
            'received_at']) as field, true as allowed""",
}
SIDES = (  # role, its rows, seed of its noise, and per thousand: missing, twice, orphans
    ("completions", COMPLETIONS, 100, 2, 3, 0),
    ("sync", SYNC, 200, 5, 3, 1),
    ("reviews", REVIEWS, 300, 5, 2, 1),
)


def make(rows: int, to: Path) -> dict[str, int]:
    """Writes the logs into `to` and answers how many rows each has. Makes nothing again that is complete."""
    done = to / "done"
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if not done.exists() or done.read_text() != made_by:
        to.mkdir(parents=True, exist_ok=True)
        (to / "logs").mkdir(exist_ok=True)
        with duckdb.connect() as con:
            spill = to / "spill"
            con.execute(f"set memory_limit = '4GB'; set temp_directory = '{spill}'; set timezone = 'UTC'")
            con.execute(BASE.format(rows=rows))
            for role, side, seed, missing, twice, orphans in SIDES:
                moved = MOVED.format(seed=seed) if role != "completions" else "completed_at"
                con.execute(
                    NOISY.format(seed=seed, missing=missing, twice=twice, orphans=orphans, moved=moved)
                )
                con.execute(f"copy ({side}) to '{to / 'logs' / role}.parquet' (format parquet)")
            for role, made in OTHERS.items():
                con.execute(
                    f"copy ({made.replace('{rows}', str(rows))}) to '{to / 'logs' / role}.parquet' (format parquet)"
                )
        done.write_text(made_by)
    with duckdb.connect() as con:
        counts = {}
        for path in sorted((to / "logs").glob("*.parquet")):
            row = con.execute(f"select count(*) from '{path}'").fetchone()
            counts[path.stem] = int(row[0]) if row else 0
        return counts


if __name__ == "__main__":
    began = time.monotonic()
    print(make(int(float(sys.argv[1])), Path(sys.argv[2])), f"{time.monotonic() - began:.1f} s")
