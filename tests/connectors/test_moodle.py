"""Moodle pulled: what a real one answered (recorded), through its traps, into the ledger."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

import shelves
from deliveries import folder, outgoing
from trueup.connectors.moodle import Moodle
from trueup.connectors.target import Line, Options, UnusableOptionsError
from trueup.journey.compare import Comparer
from trueup.journey.pull import Incoming, Puller, PullError
from trueup.model.delivery import Budget

RECORDED = Path(__file__).parent.parent / "recordings" / "moodle"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def recorded(name: str) -> httpx2.Response:
    answer = json.loads((RECORDED / f"{name}.json").read_text())["response"]
    return httpx2.Response(
        answer["status"],
        headers={"content-type": "application/json"} | retry(answer),
        content=answer["body"].encode(),
    )


def retry(answer: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in answer["headers"] if key.lower() == "retry-after"}


class Site:
    """Answers as the recorded site did: one course of many users, of whom a few are recorded."""

    def __init__(self, **other: str) -> None:
        self.status = {
            "3": "course_completion_c1_emp01",
            "5": "course_completion_c1_emp03",
            "14": "course_completion_suspended_enrol",
        }
        self.other = other
        self.asked: list[dict[str, str]] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.asked.append(form)
        if form["wsfunction"] in self.other:
            return recorded(self.other[form["wsfunction"]])
        if form["wsfunction"] == "core_enrol_get_enrolled_users":
            return recorded(
                "enrolled_users_c1" if form["options[0][value]"] == "0" else "enrolled_users_past_end"
            )
        return recorded(self.status.get(form["userid"], "course_completion_c1_emp12_none"))


def pulled(database: Any, site: Site, more: str = "7", work: Any = None) -> Any:
    async def inside(shelf: Any) -> Any:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(site.answer)) as client:
            source = Moodle(Options("http://127.0.0.1:8081", "TOKEN", {"courses": more}))
            waited: list[float] = []

            async def wait(seconds: float) -> None:
                waited.append(seconds)
                await shelf.database.run(
                    "UPDATE destination SET closed_until = '-infinity'"
                )  # as if it had passed

            puller = Puller(
                shelf,
                Incoming("moodle-hr", source, Line(client), Budget()),
                "test",
                Random(1),
                lambda _: None,
                wait,
            )
            return await (work(shelf, puller, waited) if work else puller.pull(now=NOW))

    return shelves.on_shelf(database, inside)


def test_who_completed_a_course_is_taken_in_once_with_the_time_that_follows_from_its_criteria(database):
    site = Site()

    async def work(shelf, puller, _waited):
        first, again = await puller.pull(now=NOW), await puller.pull(now=NOW)
        rows = await shelf.database.rows(
            "SELECT c.record_id, c.occurred_at, c.status, a.name, a.employee_number FROM completion c JOIN actor a USING (actor_id)"
            " ORDER BY c.record_id"
        )
        return dict(first.outcomes), dict(again.outcomes), {row["record_id"]: tuple(row)[1:] for row in rows}

    first, again, rows = pulled(database, site, work=work)
    assert first == {"accepted": len(rows)}
    assert again == {"duplicate": len(rows)}
    at = datetime.fromtimestamp(1772452913, UTC)  # the later of its two activities, as all are asked for
    assert rows["course:7:user:3"] == (at, "completed", "emp01", "E1001")
    assert "course:7:user:14" not in rows  # suspended since: it says nothing of anybody


def test_who_completed_a_course_and_never_came_is_named_when_all_sides_are_compared(database, tmp_path):
    site = Site()
    site.status = {"3": "course_completion_c1_emp01"}

    async def work(shelf, puller, _waited):
        to = outgoing(folder(tmp_path))
        before = await Comparer(shelf, to, [puller], Random(1), tell=lambda _: None).compare()
        await puller.pull(now=NOW)
        after = await Comparer(shelf, to, [puller], Random(1), tell=lambda _: None).compare()
        return [(one.record, one.code) for one in before.differences], before.sources, after.differences

    named, counted, left = pulled(database, site, work=work)
    assert named == [("moodle-hr:course:7:user:3", "TU0301")]
    assert (counted, left) == ({"moodle-hr": 1}, [])


def test_a_course_without_a_time_is_taken_without_one(database):
    site = Site()
    site.status = dict.fromkeys(map(str, range(100)), "course_completion_c2_emp10_nocritrows")

    async def work(shelf, puller, _waited):
        await puller.pull(now=NOW)
        return await shelf.database.value("SELECT count(*) FROM completion WHERE occurred_at IS NOT NULL")

    assert pulled(database, site, work=work) == 0


def test_a_course_whose_completion_is_off_is_left_and_the_next_one_read(database):
    site = Site(core_completion_get_course_completion_status="course_completion_disabled")
    done = pulled(database, site, "11,7")
    asked = [(one["wsfunction"].rpartition("_")[2], one["courseid"]) for one in site.asked]
    assert asked == [("users", "11"), ("status", "11"), ("users", "7"), ("status", "7")]
    assert not done.outcomes


@pytest.mark.parametrize(
    ("name", "waits"),
    [("err_invalid_token", False), ("state_maintenance_cli", True)],
)
def test_an_error_of_status_200_is_no_answer_and_maintenance_is_waited_for(database, name, waits):
    site = Site(core_enrol_get_enrolled_users=name)

    async def work(_shelf, puller, waited):
        with pytest.raises(PullError) as said:
            await puller.pull(now=NOW)
        return str(said.value.what), waited

    what, waited = pulled(database, site, work=work)
    assert "moodle-hr can't be read" in what
    assert ([round(one, -1) for one in waited] == [300] * 5) is waits  # as it asks, before each further try
    assert "TOKEN" not in what


@pytest.mark.parametrize("courses", ["", "abc", "7;8", "7, x"])
def test_without_courses_it_is_refused(courses):
    with pytest.raises(UnusableOptionsError, match="courses"):
        Moodle(Options("http://127.0.0.1:8081", "TOKEN", {"courses": courses}))


@pytest.mark.parametrize(
    ("aggregation", "times", "at"),
    [
        (1, [100, 300, 200], 300),  # all are asked for: the last one
        (2, [100, 300, 200], 100),  # any: the first one
        (1, [100, None, 0], 100),  # never is null, or 0
        (1, [None], None),
    ],
)
def test_when_a_course_was_completed_follows_from_its_criteria(aggregation, times, at):
    criteria = [{"complete": True, "timecompleted": time} for time in times]
    status = {"completed": True, "aggregation": aggregation, "completions": criteria}
    raw = json.dumps({"course": "7", "user": {"id": 3}, "status": status}).encode()
    event = Moodle(Options("http://lms.example.com", "TOKEN", {"courses": "7"})).event(raw)
    assert event is not None
    assert event["account"] == {"issuer": "http://lms.example.com", "name": "id:3"}
    assert event.get("occurred_at") == (None if at is None else f"1970-01-01T00:0{at // 60}:{at % 60:02}Z")
    assert "employee_number" not in event  # an empty idnumber is no number
