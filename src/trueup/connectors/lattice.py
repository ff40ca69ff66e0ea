"""Lattice as a target: answers in the drafts of reviews. Knows its API, no table.

POST /v2/reviews/draft {reviewId, responses: [{questionRevisionId, comment}]}; GET /v1/reviewCycle/{id}/reviewees and
/reviews say whose review that is (a third party's copy of Lattice's OpenAPI description).
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms import theirs
from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.target import (
    Looked,
    UnansweredError,
    UnusableOptionsError,
    Written,
    all_of,
    first,
)
from trueup.model.completions import Fault
from trueup.model.delivery import Answer, Capability, Found, Manifest, Need, Proof, Record, Told, Verb

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job

_DIRECTIONS = ("downward", "self", "peer", "upward")
_FRESH = 3600.0  # seconds that the reviews of the cycle are remembered
_MOST_PAGES = 2000


class Lattice:
    """Writes a comment to the question that stands for a course."""

    manifest = Manifest(
        name="lattice",
        title="Lattice (drafts of reviews)",
        capabilities=frozenset({Capability.CREATE, Capability.UPDATE, Capability.DELETE}),
        needs=(
            Need("POST", "/v2/reviews/draft", ("reviewId", "responses"), "complete the review"),
            Need("GET", "/v1/reviewCycle/{id}/reviewees", ("id", "user", "externalUserId"), "read reviews"),
            Need(
                "GET",
                "/v1/reviewCycle/{id}/reviews",
                ("id", "revieweeId", "direction", "state"),
                "read reviews",
            ),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.cycle = "..." is the id of the review cycle; options.direction is downward unless it says otherwise',
            'options.courses = { SAFE101 = "qrev_..." } names the question of each course; its ids change with each cycle',
            "people are called by their Lattice users: people = the issuer of those accounts, or by externalUserId",
            "a question holds one answer: a later completion of the same course takes the place of an earlier one",
            "drafts can't be read: what the answer to the write repeats is all there is",
            "who has one review in the cycle gets it; none or several are TU0904; a submitted one is refused",
            "the reviews of the cycle are read once an hour, page by page",
        ),
        repeatable=True,
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self._bearer = Bearer(options)
        self._cycle = options.text("cycle")
        self._direction = options.text("direction", "downward")
        self._courses = theirs.courses_of(options, 'SAFE101 = "qrev_..."')
        if not self._cycle or self._direction not in _DIRECTIONS:
            raise UnusableOptionsError(
                "lattice needs options.cycle, and a direction of " + ", ".join(_DIRECTIONS)
            )
        self._reviews: Mapping[str, Sequence[str]] = {}  # of each user
        self._until = 0.0

    def record(self, evidence: Evidence) -> Record:
        """The comment of a completion."""
        fields = {
            "user": theirs.person(evidence, "/user"),
            "question": theirs.course(evidence, self._courses, "/question"),
            "comment": f"{evidence.course_id}: {theirs.told(evidence)} {theirs.mark(evidence)}",
        }
        return Record(fields, None, frozenset({"user"}))

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """Save the draft with the comment; taking back leaves it empty."""
        (job,) = jobs
        fields = job.record.fields
        comment = "" if job.verb is Verb.DELETE else fields["comment"]
        response = {"questionRevisionId": fields["question"], "comment": comment}
        review = await self._review(line, str(fields["user"]))
        if job.remote_id not in {None, review}:  # it was somebody else's
            old = {"reviewId": job.remote_id, "responses": [response | {"comment": ""}]}
            gone = await self._bearer.ask(line, "POST", self._options.at("v2/reviews/draft"), document=old)
            if not gone.good:
                return all_of(gone, jobs)
        body = {"reviewId": review, "responses": [response]}
        reply = await self._bearer.ask(line, "POST", self._options.at("v2/reviews/draft"), document=body)
        if not reply.good:
            return all_of(reply, jobs)
        return Written([Answer(Told.ACCEPTED if _repeats(reply, response) else Told.UNKNOWN, review)], reply)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:  # noqa: ARG002 - drafts can't be read
        """Nothing is known of what a draft holds."""
        return Looked([Found(None, failed=Told.FAILED) for _ in jobs])

    async def _review(self, line: Line, user: str) -> str:
        """The one review of a user in the cycle. Raises UnansweredError."""
        if monotonic() >= self._until:
            self._reviews = await self._read(line)
            self._until = monotonic() + _FRESH
        found = self._reviews.get(user, ())
        if len(found) != 1:
            expected = f"one review of theirs in the cycle ({self._direction})"
            raise UnansweredError("no review", fault=Fault("TU0904", "/user", expected, f"{len(found)}"))
        return found[0]

    async def _read(self, line: Line) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        async for one in self._all(line, "reviewees"):
            user = one.get("user")
            names = [user.get("id") if isinstance(user, dict) else None, one.get("externalUserId")]
            users[str(one.get("id"))] = [str(name) for name in names if name]
        reviews: dict[str, list[str]] = {}
        async for one in self._all(line, "reviews"):
            if one.get("direction") == self._direction:
                for name in users.get(str(one.get("revieweeId")), ()):
                    reviews.setdefault(name, []).append(str(one.get("id")))
        return reviews

    async def _all(self, line: Line, what: str) -> AsyncIterator[dict[str, Any]]:
        url = self._options.at(f"v1/reviewCycle/{quote(self._cycle, safe='')}/{what}")
        params = {"limit": "100"}
        for _ in range(_MOST_PAGES):
            reply = await first(self._bearer.ask(line, "GET", url, params=params))
            page = reply.json()
            data = page.get("data") if isinstance(page, dict) else None
            if not isinstance(data, list):
                raise UnansweredError(f"the answer is no list of {what}", reply)
            for one in data:
                if isinstance(one, dict):
                    yield one
            cursor = page.get("endingCursor")
            if not page.get("hasMore") or not cursor:
                return
            params = {"limit": "100", "startingAfter": str(cursor)}


def _repeats(reply: Reply, response: Mapping[str, Any]) -> bool:
    """Whether the answer repeats what was written."""
    document = reply.json()
    data = document.get("data", document) if isinstance(document, dict) else None
    told = data.get("responses") if isinstance(data, dict) else None
    if not isinstance(told, list):
        return False
    return any(
        isinstance(one, dict)
        and one.get("questionRevisionId") == response["questionRevisionId"]
        and (one.get("comment") or "") == response["comment"]
        for one in told
    )
