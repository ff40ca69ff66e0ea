"""Canvas as a source: which users have completed the requirements of a course. Knows its REST API, no table.

GET /api/v1/courses/:id/bulk_user_progress, 100 users a page; the next one is named by the header Link. Calls cost what they
take of a bucket that leaks (X-Request-Cost, X-Rate-Limit-Remaining; canvas-lms, request_throttle.rb).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.said import account, below, listed, plain, said
from trueup.connectors.source import Page, Range, records
from trueup.model.delivery import Budget, Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line, Reply

_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


class Canvas:
    """Reads the progress of all users of each declared course."""

    statements = False
    manifest = Manifest(
        name="canvas",
        title="Canvas (course progress)",
        capabilities=frozenset({Capability.LIST}),
        needs=(
            Need(
                "GET",
                "/api/v1/courses/:id/bulk_user_progress",
                ("id", "progress"),
                "url:GET|/api/v1/courses/:course_id/bulk_user_progress",
            ),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options = { courses = "101,102" } names the courses by their Canvas ids',
            "a course is complete where its modules have requirements and all are met; without modules nobody is",
            "users are called by their Canvas ids: enrol those accounts (issuer: the address, or options.issuer)",
            "it can't be asked what changed: each pull reads all users of each course",
            "no score is read; a completion that is taken back is not listed any more",
        ),
        budget=Budget(high=600.0, drain=10.0, charge=50.0),
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self._bearer = Bearer(options)
        self._issuer = options.text("issuer", options.address.rstrip("/"))
        self._courses = listed(options, "courses", "101,102")

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:  # noqa: ARG002 - it knows no since
        """A page of a course's users; `more` says of which course, and which page."""
        at: dict[str, Any] = json.loads(more) if more else {"course": 0, "next": None}
        course = self._courses[at["course"]]
        first = self._options.at(f"api/v1/courses/{quote(course, safe='')}/bulk_user_progress?per_page=100")
        reply = await self._bearer.ask(line, "GET", below(first, at["next"] or first))
        rows = records(reply, reply.json(), "a list of users and their progress")
        raws = [
            json.dumps({"course": course, "user": one.get("id"), "progress": one["progress"]}).encode()
            for one in rows
            if isinstance(one.get("progress"), dict)
        ]
        return Page(raws, self._then(at["course"], _next(reply)), None, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """The completion of a user who has met all requirements; None of others."""
        record = json.loads(raw)
        at = record["progress"].get("completed_at")
        if not at or record["user"] is None:
            return None
        return said(
            record_id=f"course:{record['course']}:user:{record['user']}",
            revision=plain(at),
            account=account(self._issuer, record["user"]),
            course_id=record["course"],
            status="completed",
            occurred_at=at,
        )

    def _then(self, course: int, named: str | None) -> str | None:
        if named:
            return json.dumps({"course": course, "next": named})
        return json.dumps({"course": course + 1, "next": None}) if course + 1 < len(self._courses) else None


def _next(reply: Reply) -> str | None:
    """The page that the header Link names as the next one (RFC 8288)."""
    found = _NEXT.search(reply.headers.get("link", ""))
    return found.group(1) if found else None
