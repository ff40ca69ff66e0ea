"""SuccessFactors Learning as a source: the learning histories of the roster's people. Knows its OData services, no table.

GET userlearning-service/v1/LearningHistories, one person at a time (Learning OData API Reference; its fields as an
administrator of it wrote them down). Events that trueup wrote there itself are passed over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.said import account, milliseconds, plain, said, score
from trueup.connectors.source import Page, Range, records
from trueup.connectors.successfactors import HISTORY, OURS
from trueup.model.delivery import Budget, Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line


class SuccessFactorsHistory:
    """Reads the history of one person after another."""

    statements = False
    manifest = Manifest(
        name="successfactors",
        title="SAP SuccessFactors Learning (learning histories)",
        capabilities=frozenset({Capability.LIST, Capability.SINCE}),
        needs=(
            Need(
                "GET",
                f"/{HISTORY}",
                ("studentComponentID", "componentID", "completionDate", "provideCredit", "grade", "comments"),
                "userlearning-service",
            ),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            "one call a person, 100 a minute: a sweep of 1,000 people takes ten minutes",
            "asked about is everybody of the roster by their number, or by the accounts of an issuer (people, and options.issuer)",
            "its filters know eq alone; fromDate and toDate go by the day of completion, so what is recorded late is seen by a sweep",
            "what gives no credit is taken as failed",
            "a grade has no scale of its own: options.scale names a declared one, or it waits (TU0801)",
            "options.token_url, client_id and token_scope = { userId, companyId, userType, resourceType } renew the token",
        ),
        budget=Budget(calls=100),
        by_person=True,
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at(HISTORY)
        self._bearer = Bearer(options)
        self._issuer = options.text("issuer")
        self._scale = options.text("scale")

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:
        """The history of the next person; `more` is who was asked about last."""
        person, *then = sorted(one for one in wanted.people if more is None or one > more)
        quoted = person.replace("'", "''")
        parts = [f"criteria/targetUserID eq '{quoted}'"]
        for name, at in (("fromDate", wanted.since), ("toDate", wanted.until)):
            if at is not None:
                parts.append(f"criteria/{name} eq {int(at.timestamp()) * 1000}")
        reply = await self._bearer.ask(line, "GET", self._url, params={"$filter": " and ".join(parts)})
        rows = records(reply, reply.json(), '{"value": [...]}', "value")
        raws = [json.dumps({"student": person, **one}, ensure_ascii=False).encode() for one in rows]
        return Page(raws, person if then else None, None, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """What one entry of a history says; None of those that are ours."""
        told = json.loads(raw)
        if str(told.get("comments") or "").startswith(OURS):
            return None
        number = told.get("studentComponentID") or f"{told.get('componentID')}:{told.get('completionDate')}"
        return said(
            record_id=f"{told['student']}:{number}",
            revision=plain(told.get("lastUpdateTimestamp") or "1"),
            account=account(self._issuer, told["student"]) if self._issuer else None,
            employee_number=None if self._issuer else told["student"],
            course_id=told.get("componentID"),
            status="completed" if told.get("provideCredit", True) else "failed",
            occurred_at=milliseconds(told.get("completionDate")),
            recorded_at=milliseconds(told.get("lastUpdateTimestamp")),
            score=score(told.get("grade"), scale=self._scale),
        )
