"""Open edX as a source: who has passed a course, and since when. Knows its REST APIs, no table.

GET /api/grades/v1/courses/{course}/ lists grades without a date; GET /api/certificates/v0/certificates/{user}/courses/{course}/
has the day of the certificate (edx-platform, grades and certificates REST APIs).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.said import account, below, listed, plain, said, score
from trueup.connectors.source import Page, PageError, Range, records
from trueup.model.delivery import Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line


class OpenEdx:
    """Reads the grades of each declared course, and the certificate of each who passed."""

    statements = False
    manifest = Manifest(
        name="openedx",
        title="Open edX (grades and certificates)",
        capabilities=frozenset({Capability.LIST}),
        needs=(
            Need(
                "GET",
                "/api/grades/v1/courses/{course}/",
                ("username", "email", "passed", "percent"),
                "grades:read",
            ),
            Need(
                "GET",
                "/api/certificates/v0/certificates/{username}/courses/{course}/",
                ("created_date", "is_passing"),
                "certificates:read",
            ),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options = { courses = "course-v1:Org+X+2026" } names the courses by their keys',
            "grades have no date: that of the certificate is taken; who has none waits as unknown (TU0201)",
            "who can't be graded is left out of the list without a word: compare its length with the enrolments",
            "one call for each who passed",
            "options.token_url (/oauth2/access_token) and options.client_id renew the token",
        ),
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self._bearer = Bearer(options, "JWT", {"token_type": "jwt"})
        self._issuer = options.text("issuer", options.address.rstrip("/"))
        self._courses = listed(options, "courses", "course-v1:Org+X+2026")

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:  # noqa: ARG002 - it knows no since
        """A page of grades, or the certificate of one who passed; `more` says where it stands."""
        at: dict[str, Any] = json.loads(more) if more else {"course": 0, "next": None, "todo": []}
        course = self._courses[at["course"]]
        if at["todo"]:
            return await self._certificate(line, course, at)
        first = self._options.at(f"api/grades/v1/courses/{quote(course, safe='')}/?page_size=100")
        reply = await self._bearer.ask(line, "GET", below(first, at["next"] or first))
        document = reply.json()
        rows = records(reply, document, '{"results": [...], "next": "..."}', "results")
        todo = [
            {name: one.get(name) for name in ("username", "email", "percent")}
            for one in rows
            if one.get("passed") is True and one.get("username")
        ]
        return Page([], self._then({**at, "next": document.get("next")}, todo), None, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """That somebody passed, with their grade; when, as far as there is a certificate."""
        record = json.loads(raw)
        grade, certificate = record["grade"], record["certificate"] or {}
        at = certificate.get("created_date") or certificate.get("created")
        return said(
            record_id=f"course:{record['course']}:user:{grade['username']}",
            revision=plain(f"{at or 'passed'}_{grade['percent']}"),
            account=account(self._issuer, grade["username"]),
            email=grade.get("email"),
            course_id=record["course"],
            status="passed",
            occurred_at=at,
            score=score(grade["percent"], 0, 1),
        )

    async def _certificate(self, line: Line, course: str, at: Mapping[str, Any]) -> Page:
        grade, *todo = at["todo"]
        user = quote(grade["username"], safe="")
        url = self._options.at(f"api/certificates/v0/certificates/{user}/courses/{quote(course, safe='')}/")
        reply = await self._bearer.ask(line, "GET", url)
        document = reply.json()
        if reply.status != 404 and not (reply.good and isinstance(document, dict)):
            raise PageError("a certificate, or 404", reply)
        certificate = document if reply.good and document.get("is_passing") else None
        raw = json.dumps({"course": course, "grade": grade, "certificate": certificate}).encode()
        return Page([raw], self._then(at, todo), None, reply)

    def _then(self, at: Mapping[str, Any], todo: Sequence[Mapping[str, Any]]) -> str | None:
        if todo or at["next"]:
            return json.dumps({"course": at["course"], "next": at["next"], "todo": todo})
        if at["course"] + 1 < len(self._courses):
            return json.dumps({"course": at["course"] + 1, "next": None, "todo": []})
        return None
