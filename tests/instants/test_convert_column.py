import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.instants import Reading, convert, read_instant
from trueup.instants.zones import EPOCH


def rows(values, how):
    """What `read_instant` says of each text, in the columns of `convert`."""
    for raw in values:
        instant = read_instant(raw, how)
        if instant is None:
            yield (None, None, None, None, None)
            continue
        at = instant.at.replace(tzinfo=None) if instant.at else None
        rule = str(instant.unsettled) if instant.unsettled else instant.rule
        yield (at, raw, instant.precision and str(instant.precision), instant.offset_minutes, rule)


def columns(converted):
    return list(
        zip(
            (None if at is None else EPOCH + at for at in converted.at.cast(pa.duration("us") if False else pa.int64()).cast(pa.duration("us")).to_pylist()),
            converted.raw.to_pylist(),
            converted.precision.to_pylist(),
            converted.offset.to_pylist(),
            converted.rule.to_pylist(),
            strict=True,
        )
    )


MIXED = ["2026-03-06T13:00:13Z", "2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-03-06", "1772802013", "0", "-", " ", None, "x", "2026-02-30", "2026-03-06T13:00:13-00:00", "2026-03-06T24:00:00+01:00"]  # fmt: skip


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("times", [1, 100])  # few rows are read one by one, many with numpy
def test_a_column_reads_as_its_texts_do(zone, times):
    values = MIXED * times
    how = Reading(zone=zone)
    assert columns(convert(pa.array(values, pa.string()), how)) == list(rows(values, how))
