"""SCORM Cloud as a source: registrations that were completed, passed or failed. Knows its API, no table.

GET /api/v2/registrations?since=&until=&datetimeFilter=updated; with `more` nothing else may be asked (SCORM Cloud API v2,
RegistrationSchema; its scores are of 0 to 100).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.said import account, instant, plain, said, score, utc
from trueup.connectors.source import Page, Range, records
from trueup.connectors.target import UnusableOptionsError, basic
from trueup.model.delivery import Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line

_STATUS = {"PASSED": "passed", "FAILED": "failed"}


class ScormCloud:
    """Reads what changed of all registrations."""

    statements = False
    manifest = Manifest(
        name="scorm-cloud",
        title="SCORM Cloud (registrations)",
        capabilities=frozenset({Capability.LIST, Capability.SINCE}),
        needs=(
            Need(
                "GET",
                "/api/v2/registrations",
                ("since", "until", "datetimeFilter", "more"),
                "read:registration",
            ),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            "the secret is appId:secretKey",
            "learners are called by the ids that they were registered with (issuer: the address, or options.issuer)",
            "a course is another one in each of its versions; its id alone is taken",
            "since is inclusive: what is read twice is recognised",
            "postbacks are quicker: have them sent to trueup as webhooks, and pull to be sure",
        ),
    )

    def __init__(self, options: Options) -> None:
        name, _, password = options.secret.partition(":")
        if not password:
            raise UnusableOptionsError("scorm-cloud needs a secret of the form appId:secretKey")
        self._url = options.at("api/v2/registrations")
        self._headers = basic(name, password)
        self._issuer = options.text("issuer", options.address.rstrip("/"))

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:
        """A page of registrations."""
        bounds = {"since": wanted.since, "until": wanted.until}
        asked = {name: utc(at) for name, at in bounds.items() if at} | {"datetimeFilter": "updated"}
        params = {"more": more} if more else asked
        reply = await line.ask("GET", self._url, headers=self._headers, params=params)
        document = reply.json()
        rows = records(reply, document, '{"registrations": [...], "more": "..."}', "registrations")
        named = document.get("more")
        through = max((at for one in rows if (at := instant(one.get("updated")))), default=None)
        raws = [json.dumps(one, ensure_ascii=False).encode() for one in rows]
        return Page(raws, named if isinstance(named, str) and named and rows else None, through, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """The completion that a registration says; None while it is neither completed nor judged."""
        told = json.loads(raw)
        status = _STATUS.get(told.get("registrationSuccess", ""))
        if status is None and told.get("registrationCompletion") == "COMPLETED":
            status = "completed"
        learner, course = told.get("learner") or {}, told.get("course") or {}
        if status is None or not told.get("id"):
            return None
        return said(
            record_id=f"{told['id']}:{told.get('instance', 0)}",
            revision=plain(told.get("updated") or "1"),
            account=account(self._issuer, learner.get("id")),
            email=learner.get("email"),
            course_id=str(course.get("id", "")),
            attempt=str(told.get("instance", 0)),
            status=status,
            occurred_at=told.get("completedDate"),
            recorded_at=told.get("updated"),
            score=score((told.get("score") or {}).get("scaled"), 0, 100),
        )
