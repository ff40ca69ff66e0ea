"""A review system that nobody can write to: a person does it, with a pack of evidence in hand. Knows no system.

Each completion is a task until somebody says that it is done (`trueup task`); the pack of a person is made whenever it is
asked for, of what the ledger holds then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.connectors.forms.plain import plain
from trueup.connectors.target import Looked, UnfitError, Written
from trueup.model.completions import Fault
from trueup.model.delivery import Answer, Capability, Found, Manifest, Need, Proof, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.target import Line, Options
    from trueup.model.delivery import Evidence, Job, Record


class EvidencePack:
    """Hands everything to a person."""

    manifest = Manifest(
        name="evidence-pack",
        title="Evidence packs and tasks for a person",
        capabilities=frozenset({Capability.CREATE, Capability.UPDATE, Capability.DELETE}),
        needs=(Need("a person", "who enters it and says so: trueup task done"),),
        proof=Proof.RUN,
        traps=(
            "what is verified is somebody's word",
            "a task is due as any delivery is; trueup status names those that are late",
            'options.link = "https://trueup.example.com" is where trueup serve can be reached: links to packs begin so',
            "whoever has a link can read that pack until it ends: hand it to nobody else",
        ),
        batch=100,
        window=timedelta(0),
        repeatable=True,
        by_hand=True,
    )

    def __init__(self, options: Options) -> None:
        self.link = options.text("link").rstrip("/")

    def record(self, evidence: Evidence) -> Record:
        """All that is known of a completion, of somebody who is known."""
        if evidence.person is None:
            raise UnfitError(Fault("TU0103", "/person_id", "a person of the roster", "nobody"))
        return plain(evidence)

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:  # noqa: ARG002 - no line leads there
        """They are tasks from now on."""
        return Written([Answer(Told.ACCEPTED) for _ in jobs])

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:  # noqa: ARG002 - as above
        """Nobody but a person can say."""
        return Looked([Found(None, failed=Told.FAILED) for _ in jobs])
