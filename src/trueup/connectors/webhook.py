"""A webhook as a target: each completion as a CloudEvent, signed by Standard Webhooks. Knows both, no receiver.

Nothing can be read back: what the receiver acknowledged counts. An event that is sent again has the same id, by which
the receiver tells that it has it.
"""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.connectors.forms.plain import plain
from trueup.connectors.target import Looked, UnusableOptionsError, Written, all_of
from trueup.model.delivery import Capability, Found, Manifest, Need, Proof, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.target import Line, Options
    from trueup.model.delivery import Evidence, Job, Record

TYPE = "dev.trueup.completion"


class Webhook:
    """Posts signed events."""

    manifest = Manifest(
        name="webhook",
        title="Signed webhook",
        capabilities=frozenset({Capability.CREATE, Capability.UPDATE, Capability.DELETE}),
        needs=(Need("POST", "/", ("source", "record_id", "revision", "status", "completed_at", "score")),),
        proof=Proof.RUN,
        traps=("nothing can be read back: an acknowledgement is all there is",),
        repeatable=True,
    )

    def __init__(self, options: Options) -> None:
        if not options.secret.startswith("whsec_"):
            raise UnusableOptionsError("a webhook needs a secret that begins with whsec_ (Standard Webhooks)")
        text = options.secret.removeprefix("whsec_")
        try:
            self._key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except ValueError as error:
            raise UnusableOptionsError("what follows whsec_ is no base64") from error
        self._url = options.address

    def record(self, evidence: Evidence) -> Record:
        """The data of the event."""
        return plain(evidence)

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """One event; what it says is signed with its id and the time."""
        (job,) = jobs
        event_id = f"{job.evidence.statement_id}-{job.verb.value}"
        body = json.dumps(
            {
                "specversion": "1.0",
                "id": event_id,
                "source": f"/trueup/{job.evidence.key.source}",
                "type": f"{TYPE}.{'voided' if job.verb is Verb.DELETE else 'recorded'}",
                "subject": job.evidence.natural_key,
                "datacontenttype": "application/json",
                "data": job.record.sent,
            }
        ).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))
        signed = hmac.digest(self._key, f"{event_id}.{stamp}.".encode() + body, "sha256")
        reply = await line.ask(
            "POST",
            self._url,
            headers={
                "Content-Type": "application/cloudevents+json",
                "webhook-id": event_id,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
            },
            content=body,
        )
        return all_of(reply, jobs)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:  # noqa: ARG002 - a webhook can't be asked
        """Nothing is known of what was sent."""
        return Looked([Found(None, failed=Told.FAILED) for _ in jobs])
