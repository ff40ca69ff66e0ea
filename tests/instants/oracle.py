"""What `convert` has to say, taken from `read_instant` text by text. Knows no numpy."""

from trueup.instants import read_instant


def rows_one_by_one(values, how):
    """What `read_instant` says of each text, in the columns of `convert`."""
    for raw in values:
        instant = read_instant(raw, how)
        if instant is None:
            yield (None, None, None, None, None)
            continue
        at = instant.at.replace(tzinfo=None) if instant.at else None
        precision = str(instant.precision) if instant.precision else None
        yield (at, raw, precision, instant.offset_minutes, str(instant.unsettled or instant.rule))


def rows_of(converted):
    """The rows of a `Converted`."""
    columns = (converted.at, converted.raw, converted.precision, converted.offset, converted.rule)
    return list(zip(*(column.to_pylist() for column in columns), strict=True))
