"""Parquet files that are canonical already, looked at where they lie. Knows types, not rows.

Typed columns under canonical names need no staging: the engine reads them from the file itself. Anything
else (texts for times, other names, a payload to take apart) goes the common way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.kit.engine import DuckDB, Engine
from trueup.kit.expressions import yes
from trueup.model.instants import Precision, Unsettled
from trueup.model.relations import NO_KEY, PERSON_KEYS, ROLES, Kind, Role
from trueup.reconcile.recognise.claim import Columnwise
from trueup.reconcile.staging import is_utc, schema_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from trueup.reconcile.reading import Inspection

ROWS_WORTH_IT = 50_000  # smaller files are staged: the common way is the better tried one
_APART = {"payload"}  # columns that staging takes apart
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds: the years 1 to 9999
RULE = "rfc3339"  # the rule by which the instants room reads what it writes of a typed instant
_FEW_WORDS = 100  # different values of a column of words; more are staged
_LONGEST_WHOLE = 1e15  # beyond it Arrow writes an exponent


@ibis.udf.scalar.builtin(signature=(("timestamp('UTC')",), "int64"))  # type: ignore[untyped-decorator]  # ibis is not typed
def epoch_us(moment: ir.Value) -> ir.Value:  # DuckDB has it
    """Microseconds since 1970 UTC."""


def relation(engine: Engine, one: Inspection) -> ibis.Table | None:
    """The file's rows as the role's relation, or None where it has to be staged."""
    if not isinstance(engine, DuckDB) or one.role not in ROLES or one.rows < ROWS_WORTH_IT or one.reported:
        return None
    role = ROLES[one.role]
    try:
        schema = pq.read_schema(one.path)
    except (pa.ArrowInvalid, OSError):
        return None
    if not _canonical(role, schema, one):
        return None
    rows = engine.numbered(one.path)
    if not _in_canonical_words(engine, rows, one):
        return None
    said = _columns(role, rows, schema) | _without_words_for_blank(engine, rows, schema)
    said |= {"file": ibis.literal(one.file), "line": rows.file_row_number.cast("int64") + 1}
    wanted = schema_of(role)
    return rows.select(
        **{field.name: said.get(field.name, ibis.null()).cast(_kind(field.type)) for field in wanted}
    )


def _canonical(role: Role, schema: pa.Schema, one: Inspection) -> bool:
    told = one.declared
    if told is not None and (told.constants or told.columns):
        return False
    if any(one.columns.get(name) != name for name in schema.names):
        return False
    if not set(role.required) <= set(schema.names) or set(schema.names) - set(role.names):
        return False
    return all(_fits(role.column(field.name).kind, field) for field in schema)


def _in_canonical_words(engine: DuckDB, rows: ibis.Table, one: Inspection) -> bool:
    """Whether reading would change no word (status, outcome) and leave no row out for what it says."""
    translate = one.claim.translate if one.claim is not None else None
    if not isinstance(translate, Columnwise):
        return False
    judges = {verdict.source: verdict.judge for verdict in translate.verdicts}
    for pick in translate.picks:
        judge = judges.get(pick.sources[0])
        if not rows[pick.canonical].type().is_string() or (pick.clean is None and judge is None):
            continue
        words = rows.select(word=rows[pick.canonical]).distinct().limit(_FEW_WORDS + 1)
        said = engine.fetch(words)["word"].to_pylist()
        cleaned = [word if word is None or pick.clean is None else pick.clean(word) for word in said]
        if len(said) > _FEW_WORDS or cleaned != said or any(judge and judge(word) for word in said):
            return False
    return True


def _fits(kind: Kind, field: pa.Field) -> bool:
    """Whether a Parquet column already is what the kind asks for."""
    if field.name in _APART:
        return False
    if kind is Kind.INSTANT:
        return (
            is_utc(field.type) and field.type.unit == "us"
        )  # DuckDB fails on others that are out of its range
    if kind is Kind.NUMBER:
        return bool(pa.types.is_floating(field.type) or pa.types.is_integer(field.type))
    if kind is Kind.INTEGER:
        return bool(pa.types.is_integer(field.type))
    if kind is Kind.FLAG:
        return bool(pa.types.is_boolean(field.type))
    return bool(pa.types.is_string(field.type) or pa.types.is_large_string(field.type))


def _columns(role: Role, rows: ibis.Table, schema: pa.Schema) -> dict[str, ir.Value]:
    said: dict[str, ir.Value] = {}
    for name in schema.names:
        column, kind = rows[name], role.column(name).kind
        if kind is Kind.INSTANT:
            said |= _instant(name, column)
        elif kind is Kind.NUMBER:
            said[name] = _finite(column)
            said[f"{name}_raw"] = _written(column)
        elif kind in (Kind.TEXT, Kind.LIST):
            said[name] = column.nullif("")
        else:
            said[name] = column
    return said


def _instant(name: str, column: ir.Value) -> dict[str, ir.Value]:
    """The five columns of an instant, as the instants room fills them for typed ones: years 1 to 9999, or none."""
    at = epoch_us(column)
    fine = yes((at >= _FIRST) & (at <= _LAST))
    unread = ibis.ifelse(column.notnull(), ibis.literal(Unsettled.UNPARSEABLE.value), ibis.null())
    return {
        name: ibis.ifelse(fine, at, ibis.null()),
        f"{name}_precision": ibis.ifelse(fine, ibis.literal(Precision.MICROSECOND.value), ibis.null()),
        f"{name}_offset": ibis.ifelse(fine, ibis.literal(0), ibis.null()),
        f"{name}_rule": ibis.ifelse(fine, ibis.literal(RULE), unread),
    }


def _without_words_for_blank(engine: Engine, rows: ibis.Table, schema: pa.Schema) -> dict[str, ir.Value]:
    """Those keys of persons that an exporter's word for blank stands among, with null for it (as staging says).

    Looked for once: to look at every value whenever it is read costs more than reading it.
    """
    blank = {
        name: rows[name].lower().isin(NO_KEY)
        for name in sorted(PERSON_KEYS.intersection(schema.names))
        if rows[name].type().is_string()
    }
    if not blank:
        return {}
    there = engine.fetch(rows.aggregate(**{name: word.any() for name, word in blank.items()})).to_pylist()[0]
    none = ibis.null().cast("string")
    return {
        name: ibis.ifelse(word, none, rows[name].nullif("")) for name, word in blank.items() if there[name]
    }


def _finite(number: ir.Value) -> ir.Value:
    """The number; null for what is none (staging says the same)."""
    if number.type().is_integer():
        return number.cast("float64")
    value = number.cast("float64")
    return ibis.ifelse(value.isnan() | value.isinf(), ibis.null().cast("float64"), value)


def _written(number: ir.Value) -> ir.Value:
    """A typed number as Arrow writes it, so that a fault reads the same however its file was read: 88, not 88.0."""
    if number.type().is_integer():
        return number.cast("string")
    value = number.cast("float64")
    whole = (value % 1 == 0) & (value.abs() < _LONGEST_WHOLE)  # floor() would cast to an integer, and fail
    return ibis.ifelse(
        whole, ibis.ifelse(whole, value, 0.0).cast("int64").cast("string"), value.cast("string")
    )


def _kind(kind: pa.DataType) -> str:
    return {
        pa.string(): "string",
        pa.int64(): "int64",
        pa.int32(): "int32",
        pa.float64(): "float64",
        pa.bool_(): "boolean",
    }[kind]
