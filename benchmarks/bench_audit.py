"""What the audit log costs: each step of an entry and a receipt, sequencing against plain inserts, a verification.

    python benchmarks/bench_audit.py [--leaves 200000]

Absolute figures are this machine's; the ratios are to what is done without a log, in the same run.
"""

import argparse
import asyncio
import hashlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import rfc8785

from trueup.audit.commitment import commitment, salt_of
from trueup.audit.export import Export
from trueup.audit.proving import exported
from trueup.audit.receipt import Claims, issue
from trueup.audit.sequencer import sequence_all
from trueup.audit.verify import verify
from trueup.kit.canonical_json import canonical
from trueup.kit.database import DatabaseSettings, migrate, migrations, opened
from trueup.kit.signing import SigningKey

KEY = SigningKey.generate("bench.example.org/audit")
ROUNDS = 5_000
EVENT = {
    "source": "moodle",
    "record_id": "LMS-004711",
    "revision": "1",
    "actor": {"account": {"issuer": "https://lms.example.com", "name": "u-004711"}},
    "course_id": "FIRE-SAFETY-2026",
    "status": "passed",
    "occurred_at": "2026-03-31T22:15:00+02:00",
    "score": {"raw": 87.5, "min": 0, "max": 100},
    "tags": ["safety", "compliance"],
}
CLAIMS = Claims(
    source="moodle",
    record_id="LMS-004711",
    revision="1",
    digest=hashlib.sha256(canonical(EVENT)).hexdigest(),
    time="2026-03-31T20:15:01.123456Z",
    contract="1.0.0",
)


def microseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        began = perf_counter()
        for _ in range(ROUNDS):
            work()
        best = min(best, perf_counter() - began)
    return best / ROUNDS * 1e6


def steps() -> None:
    record, secret = CLAIMS.record(), bytes(32)
    salt = salt_of(secret, record)
    print("one event, microseconds (best of 3)")
    for what, work in (
        ("canonical JSON of an event", lambda: canonical(EVENT)),
        ("... by rfc8785 alone", lambda: rfc8785.dumps(EVENT)),
        ("salt and commitment", lambda: commitment(salt_of(secret, record), record)),
        ("signature", lambda: KEY.sign(canonical(record))),
        ("receipt with its signature", lambda: issue(CLAIMS, KEY, salt).document()),
    ):
        print(f"  {what:32} {microseconds(work):8.1f}")


async def log(leaves: int, data: Path) -> None:
    rows = [(number, hashlib.sha256(b"%d" % number).digest()) for number in range(leaves)]
    async with opened(DatabaseSettings(data), connections=2, limit=None) as use:
        database = use.database
        await migrate(database, migrations())
        began = perf_counter()
        for at in range(0, leaves, 1000):
            some = rows[at : at + 1000]
            await database.run(
                "INSERT INTO audit_pending (statement_id, commitment) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                [number for number, _ in some],
                [entry for _, entry in some],
            )
        queued = perf_counter() - began
        began = perf_counter()
        await sequence_all(database, [KEY])
        sequenced = perf_counter() - began
        began = perf_counter()
        await exported(database, data / "export")
        written = perf_counter() - began
    began = perf_counter()
    verdict = verify(Export(data / "export"), [KEY.verifier])
    verified = perf_counter() - began
    print(f"{leaves:,} leaves, a second; the ratio is to queuing them, 1,000 rows a statement")
    for what, took in (
        ("queued", queued),
        ("sequenced", sequenced),
        ("exported", written),
        ("verified", verified),
    ):
        print(f"  {what:32} {leaves / took:12,.0f} {queued / took:8.2f}")
    if verdict.problems:
        sys.exit(f"the export is not what was signed: {verdict.problems[0]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=200_000)
    told = parser.parse_args()
    steps()
    with tempfile.TemporaryDirectory(prefix="trueup-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)  # the superuser's server runs as another account
        asyncio.run(log(told.leaves, Path(made)))


if __name__ == "__main__":
    main()
