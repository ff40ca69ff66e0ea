"""A folder as a target: a JSON file a record, replaced in one step. Knows files, no line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.plain import plain
from trueup.connectors.target import Looked, UnusableOptionsError, Written
from trueup.model.delivery import Answer, Capability, Found, Manifest, Need, Proof, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.target import Line, Options
    from trueup.model.delivery import Evidence, Job, Record

LARGEST = 1024 * 1024  # bytes of a file that is read back


class Folder:
    """Writes files, and reads them back."""

    manifest = Manifest(
        name="folder",
        title="Files in a folder",
        capabilities=frozenset(
            {Capability.CREATE, Capability.UPDATE, Capability.DELETE, Capability.READ_BACK, Capability.LIST}
        ),
        needs=(Need("write", "the folder"),),
        proof=Proof.RUN,
        repeatable=True,
        batch=100,
        look_batch=100,
    )

    def __init__(self, options: Options) -> None:
        if not options.address:
            raise UnusableOptionsError("a folder needs an address: the path of the folder")
        self._place = Path(options.address)

    def record(self, evidence: Evidence) -> Record:
        """The content of the file."""
        return plain(evidence)

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:  # noqa: ARG002 - nothing goes over a line
        """A file each; another one takes its place whole."""
        return Written([await asyncio.to_thread(self._write, job) for job in jobs])

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:  # noqa: ARG002 - as above
        """What the files say."""
        return Looked([await asyncio.to_thread(self._read, job) for job in jobs])

    async def listed(self, line: Line) -> list[str]:  # noqa: ARG002 - as above
        """The records of all files."""
        return await asyncio.to_thread(self._listed)

    def _listed(self) -> list[str]:
        found = []
        for path in sorted(self._place.glob("*.json")):
            try:
                said = json.loads(path.read_bytes()[:LARGEST])
                found.append(f"{said['source']}:{said['record_id']}")
            except (OSError, ValueError, KeyError, TypeError):
                found.append(f"file {path.name}")
        return found

    def _file(self, job: Job) -> Path:
        """A name that holds no more than a digest: keys may be long, or no file names."""
        return self._place / f"{hashlib.sha256(job.evidence.natural_key.encode()).hexdigest()[:32]}.json"

    def _write(self, job: Job) -> Answer:
        path = self._file(job)
        try:
            if job.verb is Verb.DELETE:
                path.unlink(missing_ok=True)
                return Answer(Told.ACCEPTED, path.name)
            self._place.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}-{job.evidence.statement_id}.part")
            draft.write_text(
                json.dumps(job.record.sent, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
            )
            draft.replace(path)
        except OSError:
            return Answer(Told.FAILED)
        return Answer(Told.ACCEPTED, path.name)

    def _read(self, job: Job) -> Found:
        path = self._file(job)
        try:
            with path.open("rb") as file:
                said: Any = json.loads(file.read(LARGEST))
        except FileNotFoundError:
            return Found(None)
        except (OSError, ValueError):
            return Found(None, failed=Told.FAILED)
        return Found(said if isinstance(said, dict) else {}, path.name)
