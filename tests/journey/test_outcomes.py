"""What follows from each answer, as a table."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from trueup.connectors.folder import Folder
from trueup.connectors.successfactors import SuccessFactors
from trueup.connectors.webhook import Webhook
from trueup.delivery.outbox.store import Due
from trueup.journey.carry import Carried
from trueup.journey.outcomes import FALSE_SUCCESSES, Turn, differing, looked, written
from trueup.model.completions import Fault, Key, Status
from trueup.model.delivery import Answer, Evidence, Found, Job, Record, State, Told, Verb

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WINDOW = timedelta(seconds=10)
EVIDENCE = Evidence(
    key=Key("lms", "r1", "1"), statement_id=7, course_id="SAFE101", status=Status.PASSED, completed_at=NOW, score=None,
    tags=(), received_at=NOW, person=None,
)  # fmt: skip  # a row
FIELDS = {"course": "SAFE101", "number": "E1001"}
RECORD = Record(FIELDS, None, frozenset({"number"}))


def plan(verb: Verb = Verb.CREATE) -> Carried:
    return Carried(Job(verb, EVIDENCE, RECORD), digest=b"d")


def due(state: State = State.QUEUED, writes: int = 1, since: datetime = NOW, blind: int = 0) -> Due:
    return Due(7, writes, writes, blind, state, NOW, since)


def turn(manifest=Folder.manifest, size: int = 1) -> Turn:
    return Turn(manifest, WINDOW, 12, Random(1), size)


@pytest.mark.parametrize(
    ("manifest", "told", "size", "writes", "then"),
    [
        (Folder.manifest, Told.ACCEPTED, 1, 1, (State.ACCEPTED, None)),
        (Folder.manifest, Told.REFUSED, 1, 1, (State.DEAD, "TU0302")),
        (Folder.manifest, Told.TOO_MUCH, 10, 1, (State.QUEUED, None)),
        (Folder.manifest, Told.TOO_MUCH, 1, 1, (State.DEAD, "TU0302")),
        (Folder.manifest, Told.THROTTLED, 1, 1, (State.QUEUED, "TU0401")),
        (Folder.manifest, Told.THROTTLED, 1, 99, (State.QUEUED, "TU0401")),  # patience is no failure
        (Folder.manifest, Told.DENIED, 1, 99, (State.QUEUED, "TU0702")),
        (Folder.manifest, Told.FAILED, 1, 1, (State.QUEUED, "TU0402")),
        (Folder.manifest, Told.FAILED, 1, 12, (State.DEAD, "TU0402")),
        (Folder.manifest, Told.UNKNOWN, 1, 1, (State.SENT, "TU0402")),  # looked for before it is sent again
        (SuccessFactors.manifest, Told.UNKNOWN, 1, 1, (State.SENT, "TU0402")),
        (Webhook.manifest, Told.UNKNOWN, 1, 1, (State.QUEUED, "TU0402")),  # the same again is the same there
    ],
)
def test_what_becomes_of_a_delivery_once_a_write_was_answered(manifest, told, size, writes, then):
    after = written(turn(manifest, size), due(writes=writes), plan(), Answer(told))
    assert (after.state, after.code) == then
    assert (after.fault is not None) == (after.state is State.DEAD)
    assert after.at_most == (5 if told is Told.TOO_MUCH and size > 1 else None)


def test_what_is_acknowledged_where_nothing_can_be_read_back_is_done():
    assert written(turn(Webhook.manifest), due(), plan(), Answer(Told.ACCEPTED)).run_in is None


def test_the_target_s_own_reason_is_kept():
    fault = Fault("TU0802", "/score", "0 to 5", "a number")
    assert written(turn(), due(), plan(), Answer(Told.REFUSED, None, fault)).fault == fault


SOON, LONG_AGO = NOW - WINDOW / 2, NOW - WINDOW * 2


@pytest.mark.parametrize(
    ("verb", "before", "found", "then"),
    [
        (Verb.CREATE, due(State.ACCEPTED), Found(FIELDS), (State.VERIFIED, "there", None)),
        (Verb.CREATE, due(State.SENT), Found(FIELDS), (State.VERIFIED, "there", None)),
        (Verb.CREATE, due(State.ACCEPTED, since=SOON), Found(None), (State.ACCEPTED, "not there", None)),
        (
            Verb.CREATE,
            due(State.ACCEPTED, since=LONG_AGO),
            Found(None),
            (State.QUEUED, "not there", "TU0303"),
        ),
        (
            Verb.CREATE,
            due(State.ACCEPTED, FALSE_SUCCESSES, LONG_AGO),
            Found(None),
            (State.DEAD, "not there", "TU0303"),
        ),
        (Verb.CREATE, due(State.SENT), Found(None), (State.QUEUED, "not there", "TU0402")),
        (Verb.CREATE, due(State.SENT, 12), Found(None), (State.DEAD, "not there", "TU0402")),
        (
            Verb.UPDATE,
            due(State.ACCEPTED, since=LONG_AGO),
            Found(FIELDS | {"course": "OLD"}),
            (State.QUEUED, "other than sent", "TU0303"),
        ),
        (Verb.DELETE, due(State.ACCEPTED), Found(None), (State.VERIFIED, "gone", None)),
        (
            Verb.DELETE,
            due(State.ACCEPTED, since=LONG_AGO),
            Found(FIELDS),
            (State.QUEUED, "still there", "TU0305"),
        ),
        (
            Verb.DELETE,
            due(State.ACCEPTED, FALSE_SUCCESSES, LONG_AGO),
            Found(FIELDS),
            (State.DEAD, "still there", "TU0305"),
        ),
        (Verb.CREATE, due(State.SENT), Found(None, failed=Told.UNKNOWN), (State.SENT, "unknown", "TU0402")),
        (
            Verb.CREATE,
            due(State.ACCEPTED),
            Found(None, failed=Told.THROTTLED),
            (State.ACCEPTED, "throttled", "TU0401"),
        ),
    ],
)
def test_what_becomes_of_a_delivery_once_it_was_looked_for(verb, before, found, then):
    after = looked(turn(), before, plan(verb), found, NOW)
    assert (after.state, after.outcome, after.code) == then
    assert (after.fault is not None) == (after.state is State.DEAD)


def test_a_look_that_is_never_answered_ends_and_says_that_it_may_be_there():
    after = looked(turn(), due(State.SENT, blind=11), plan(), Found(None, failed=Told.UNKNOWN), NOW)
    assert (after.state, after.code) == (State.DEAD, "TU0402")
    assert "it may be there" in after.fault.actual


def test_a_difference_names_the_field_and_shows_of_personal_values_their_kind_alone():
    told = differing(RECORD, {"course": "OLD", "number": "E9"})
    assert told == [
        {"field": "course", "expected": "SAFE101", "actual": "OLD"},
        {"field": "number", "expected": "str of 5 characters", "actual": "str of 2 characters"},
    ]
