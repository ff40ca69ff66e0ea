"""The beginning of a file, in the one form that recognition looks at. Knows shapes of tables, not systems."""

from collections.abc import Iterable, Mapping
from itertools import islice

from trueup.model.relations import Kind
from trueup.reconcile.formats import Columns, Grid, Records
from trueup.reconcile.recognise.claim import Sample
from trueup.reconcile.recognise.translating import as_text, plain

ROWS = 2_000  # rows looked at before it is said what a file is
KEYS = 400  # different JSON keys, inner ones counted; the rest are not looked at
_DOTS = 12  # in the name of an inner key: those of a URN, and of the keys within it
DEPTH = 3  # how deep inner keys are looked for


def sample_of(table: Grid | Records | Columns) -> Sample:
    """The header and the first rows. Raises UnreadableFile where not even they can be read."""
    if isinstance(table, Grid):
        chunk = next(iter(table.chunks()), None)
        columns = [column[:ROWS] for column in chunk.columns] if chunk else []
        return Sample(table.file, table.format, table.header, tuple(zip(*columns, strict=True)))
    if isinstance(table, Columns):
        _, batch = next(iter(table.batches()), (0, None))
        cells = (
            [as_text(column.slice(0, ROWS)).to_pylist() for column in batch.columns]
            if batch is not None
            else []
        )
        return Sample(table.file, "parquet", tuple(table.schema.names), tuple(zip(*cells, strict=True)))
    records = tuple(record for _, record in islice(table.records(), ROWS))
    header = keys_of(records)
    rows = tuple(
        tuple(plain(value_at(record, key), Kind.LIST, nested=True)[0] for key in header) for record in records
    )
    return Sample(table.file, table.format, header, rows, records, table.envelope)


def keys_of(records: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """All keys in order of appearance; those of inner objects as "outer.inner", after the outer one."""
    keys: dict[str, None] = {}
    for record in records:
        _gather(record, "", 1, keys)
    return tuple(islice(keys, KEYS))


def _gather(record: Mapping[str, object], prefix: str, depth: int, keys: dict[str, None]) -> None:
    for key, value in record.items():
        keys.setdefault(prefix + key)
        if isinstance(value, dict) and depth < DEPTH and len(keys) < KEYS:
            _gather(value, f"{prefix}{key}.", depth + 1, keys)


def value_at(record: Mapping[str, object], key: str) -> object:
    """The value of a key, or of an inner key "outer.inner"; None where there is none."""
    if key in record:
        return record[key]
    if key.count(".") > _DOTS:
        return None
    outer, _, inner = key.partition(".")
    while inner:
        value = record.get(outer)
        if isinstance(value, dict) and (found := value_at(value, inner)) is not None:
            return found
        more, _, inner = inner.partition(".")
        outer = f"{outer}.{more}"
    return None
