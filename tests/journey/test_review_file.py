from datetime import UTC, datetime

import pytest

from trueup.instants import Reading
from trueup.journey.review_file import _comparer, _writer, plain_field, rescored
from trueup.kit.engine import DuckDB
from trueup.reconcile.corrections import Why, Wrong

NOON = int(datetime(2026, 3, 6, 12, 0, tzinfo=UTC).timestamp() * 1_000_000)


def wrong(**said: object) -> Wrong:
    usual = {
        "number": 0,
        "code": "TU0207",
        "record_id": "R1",
        "field": None,
        "expected": None,
        "actual": None,
    }
    return Wrong(**{**usual, "primary": True, "at": NOON, "precision": "second", **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "said", "zone", "expected"),
    [
        (["2026-01-01T00:00:00Z"], {}, None, "2026-03-06T12:00:00Z"),
        (["2026-01-01T00:00:00Z"], {"at": None}, None, Why.NO_SOURCE),
        (["2026-01-01T00:00:00Z"], {"precision": "month"}, None, Why.NO_SOURCE),
        (["2026-01-01T00:00:00Z"], {"precision": "day"}, None, Why.DAY_ONLY),
        (["2026-01-01"], {"precision": "day"}, None, "2026-03-06"),
        (["2026-01-01"], {}, None, Why.TIME_FORM),  # a column of dates
        (["01/02/2026 10:00"], {}, None, Why.TIME_FORM),
        (["2026-01-01 00:00:00"], {}, None, Why.TIME_FORM),  # nobody says where
        (["2026-01-01 00:00:00"], {}, "Europe/Berlin", "2026-03-06 13:00:00"),
        # 02:30 in Berlin on the day the clocks go back: the text would say two instants
        (["2026-01-01 00:00:00"], {"at": 1_792_891_800_000_000}, "Europe/Berlin", Why.TIME_FORM),
    ],
)
def test_a_time_is_written_where_reading_it_gives_the_instant_again(texts, said, zone, expected):
    assert _writer(texts, Reading(zone=zone))(wrong(**said)) == expected


@pytest.mark.parametrize(
    ("text", "said", "apart"),
    [
        ("2026-03-06T12:00:00Z", {}, False),
        ("2026-03-06T13:00:00+01:00", {}, False),
        ("2026-03-06T12:00:01Z", {}, True),
        ("2026-03-06T12:00Z", {"at": NOON + 30_000_000}, False),  # as closely as minutes say it
        ("2026-03-06", {}, False),  # its day; that the time is lost is another fault
        ("2026-03-09", {}, True),
        ("2026-03-06T23:00:00Z", {"precision": "day", "at": NOON - 12 * 3_600_000_000}, False),
        ("2026-03-09T23:00:00Z", {"precision": "day", "at": NOON - 12 * 3_600_000_000}, True),
        (None, {}, True),
        ("no time", {}, False),  # unreadable is another fault
        ("2026-03-06T13:00:00Z", {"at": None}, False),
    ],
)
def test_two_times_are_apart_as_closely_as_both_say_it(text, said, apart):
    assert _comparer(Reading(), has_times=True)(text, wrong(**said)) is apart


def test_a_file_without_times_has_none_that_are_apart():
    assert not _comparer(Reading(), has_times=False)(None, wrong())


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("19", {0: "19"}),
        ("95", {}),
        ("Expert", {}),
        (None, {}),
    ],  # the source's own score stays, nothing else is said
)
def test_without_a_scale_only_the_source_s_own_score_is_known(tmp_path, score, expected):
    (tmp_path / "spill").mkdir()
    engine = DuckDB(tmp_path, 1 << 28)
    try:
        assert rescored([(wrong(score=19.0, scale="marks20"), None, "2026", score)], (), engine) == expected
    finally:
        engine.close()


def test_a_field_is_named_as_the_policy_s_verdict_names_it():
    assert [plain_field(name) for name in ("Salary band", "person.e-mail", " Email ")] == [
        "salary_band",
        "e_mail",
        "email",
    ]
