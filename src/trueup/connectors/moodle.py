"""Moodle as a source: course completions over its web services, a user after another. Knows their functions and traps.

core_enrol_get_enrolled_users lists a course's users a page at a time, core_completion_get_course_completion_status says of
one user whether they completed it. Moodle 4.1 has no function for many users, none for what changed, and none that says
when a course was completed: that follows from its criteria, the last one where all are asked for, the first one where any
is. Errors come with status 200.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from trueup.connectors.source import Page, PageError, Range
from trueup.connectors.target import UnusableOptionsError
from trueup.model.delivery import Capability, Manifest, Need, Proof, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line, Reply

_USERS = "core_enrol_get_enrolled_users"
_STATUS = "core_completion_get_course_completion_status"
_PASSING = {"sitemaintenance", "dbconnectionfailed", "dmlreadexception", "cronrunning"}
_NOT_THIS_USER = {"usernotenroled"}  # suspended or ended since the list was read
_NOT_THIS_COURSE = {"nocriteriaset", "cannotviewreport"}  # completion is off, or nothing completes it
_ALL, _ANY = 1, 2


class Moodle:
    """Reads course completions."""

    statements = False
    manifest = Manifest(
        name="moodle",
        title="Moodle (web services)",
        capabilities=frozenset({Capability.LIST}),
        needs=(
            Need("POST", _USERS, ("id", "username", "idnumber", "email"), "moodle/course:viewparticipants"),
            Need("POST", _STATUS, ("completed", "aggregation", "completions"), "report/completion:view"),
        ),
        proof=Proof.RECORDED,
        traps=(
            "one call a user and course, some 40 a second: a sweep of 1,000 users and 10 courses takes minutes",
            "no answer says when a course was completed; it follows from the criteria, and stays open where they have none",
            "a missing capability may look like an empty list, and an unknown idnumber like a user without one",
            "completions of suspended and ended enrolments can't be read",
            "a completion that is taken back is not listed any more: trueup reconcile shows it as nothing new",
        ),
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at("webservice/rest/server.php")
        self._issuer = options.text("issuer", options.address.rstrip("/"))
        self._token = options.secret
        self._courses = [one.strip() for one in options.text("courses").split(",") if one.strip()]
        self._size = int(options.text("page", "100"))
        if not self._courses or not all(one.isascii() and one.isdigit() for one in self._courses):
            raise UnusableOptionsError('moodle needs options = { courses = "7,8" }: the ids of the courses')

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:  # noqa: ARG002 - it knows no since
        """The next call: a page of users, or whether one of them completed the course. `more` says where it stands."""
        at: dict[str, Any] = json.loads(more) if more else {"course": 0, "from": 0, "todo": []}
        course = self._courses[at["course"]]
        if at["todo"]:
            return await self._status(line, course, at)
        asked = {"courseid": course, **_options(limitfrom=at["from"], limitnumber=self._size, sortby="id")}
        reply = await self._ask(line, _USERS, asked)
        users = reply.json()
        if not isinstance(users, list) or not all(isinstance(one, dict) and "id" in one for one in users):
            raise _trouble(reply, "a list of users")
        todo = [{name: one.get(name) for name in ("id", "username", "idnumber", "email")} for one in users]
        return Page([], self._then(at, todo, full=len(users) == self._size), None, reply)

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """The completion that a user and their status say; None where they have not completed it."""
        said = json.loads(raw)
        user, status = said["user"], said["status"]
        if not status.get("completed"):
            return None
        times = [
            one["timecompleted"]
            for one in status.get("completions", [])
            if isinstance(one, dict)
            and one.get("complete")
            and isinstance(one.get("timecompleted"), int)
            and one["timecompleted"] > 0
        ]
        at = (min(times) if status.get("aggregation") == _ANY else max(times)) if times else None
        name = user.get("username") or f"id:{user['id']}"
        event = {
            "record_id": f"course:{said['course']}:user:{user['id']}",
            "revision": str(at or 1),  # completed again is another time
            "account": {"issuer": self._issuer, "name": str(name)},
            "employee_number": (user.get("idnumber") or "").strip() or None,
            "course_id": said["course"],
            "status": "completed",
            "occurred_at": None
            if at is None
            else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"),
        }
        return {name: value for name, value in event.items() if value is not None}

    async def _status(self, line: Line, course: str, at: Mapping[str, Any]) -> Page:
        user, *todo = at["todo"]
        reply = await self._ask(line, _STATUS, {"courseid": course, "userid": str(user["id"])})
        document = reply.json()
        code = _errorcode(document)
        if code in _NOT_THIS_COURSE:
            return Page([], self._then({**at, "from": 0}, [], full=False), None, reply)
        status = document.get("completionstatus") if isinstance(document, dict) else None
        if code not in _NOT_THIS_USER and not isinstance(status, dict):
            raise _trouble(reply, "whether a user completed a course")
        raws = [json.dumps({"course": course, "user": user, "status": status}).encode()] if status else []
        return Page(
            raws, self._then({**at, "from": at["from"] - self._size}, todo, full=at["full"]), None, reply
        )

    def _then(self, at: Mapping[str, Any], todo: Sequence[Mapping[str, Any]], *, full: bool) -> str | None:
        """Where the next call stands: the next user, the next page of users, or the next course."""
        if todo or full:
            return json.dumps(
                {"course": at["course"], "from": at["from"] + self._size, "todo": todo, "full": full}
            )
        if at["course"] + 1 < len(self._courses):
            return json.dumps({"course": at["course"] + 1, "from": 0, "todo": [], "full": False})
        return None

    async def _ask(self, line: Line, function: str, fields: Mapping[str, Any]) -> Reply:
        form = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **fields}
        return await line.ask(
            "POST",
            self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )


def _options(**wanted: object) -> dict[str, object]:
    """Options as Moodle's REST takes them: options[0][name], options[0][value], ..."""
    found: dict[str, object] = {}
    for place, (name, value) in enumerate(wanted.items()):
        found |= {f"options[{place}][name]": name, f"options[{place}][value]": value}
    return found


def _errorcode(document: Any) -> str | None:
    return document.get("errorcode") if isinstance(document, dict) and "exception" in document else None


def _trouble(reply: Reply, expected: str) -> PageError:
    """Why there is no page: an error of status 200 names its code; some of them pass."""
    code = _errorcode(reply.json())
    if code is None:
        return PageError(expected, reply)
    said = "".join(letter for letter in str(code) if letter.isalnum())[:40]
    return PageError(
        f"{expected}, not the error {said}", reply, Told.UNKNOWN if code in _PASSING else Told.DENIED
    )
