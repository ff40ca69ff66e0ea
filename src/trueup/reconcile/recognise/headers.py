"""Finding columns by what their headers say. Knows spelling, not systems or roles."""

from collections.abc import Callable, Iterable, Mapping

from trueup.model.relations import ROLES, Kind
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import Need, Sample
from trueup.reconcile.recognise.evidence import decimal_sign, number_with_comma, number_with_point
from trueup.reconcile.recognise.names import fold, squash

Clean = Callable[[str], str | None]


def positions(sample: Sample, header: str) -> tuple[int, ...]:
    """Every column whose header is this one, spelling aside; more than one where headers are doubled.

    Keys of Moodle's JSON downloads have lost their letters beyond ASCII: they match what is left of
    the header.
    """
    wanted = fold(header)
    found = tuple(i for i, given in enumerate(sample.header) if wanted and fold(given) == wanted)
    if not sample.nested:
        return found
    if not found and len(left := squash(header)) > 1:
        found = tuple(i for i, given in enumerate(sample.header) if given == left)
    return tuple(i for i in found if not sample.holds_objects(i))


def first_present(sample: Sample, headers: Iterable[str]) -> tuple[int, ...]:
    """The columns of the first of these headers that the file has; empty where it has none."""
    return next((found for header in headers if (found := positions(sample, header))), ())


def all_present(sample: Sample, headers: Iterable[str]) -> tuple[int, ...]:
    """The columns of all of these headers that the file has, in the order of preference."""
    return tuple(dict.fromkeys(i for header in headers for i in positions(sample, header)))


def has(sample: Sample, headers: Iterable[str]) -> bool:
    """Whether the file has a column of one of these headers."""
    return bool(first_present(sample, headers))


def kind_of(role: str | None, canonical: str) -> Kind | None:
    """The kind of a canonical column; None for roles and columns that are not in the model."""
    columns = ROLES[role].columns if role in ROLES else ()
    return next((column.kind for column in columns if column.name == canonical), None)


def number_clean(sample: Sample, index: int, declared: str | None) -> tuple[Clean | None, Need | None]:
    """How the numbers of a column are read, and what must be told where that can't be seen.

    A declared decimal sign wins; one that the values prove is used; where values read both ways
    (1,234) they are kept as they are and the sign is asked for.
    """
    sign = declared or decimal_sign(sample.column(index))
    if sign == ",":
        return number_with_comma, None
    if sign == "?":
        header = sample.header[index]
        need = Need(
            what=f"the decimal sign of column {header!r}",
            key="decimal",
            why=f"its numbers ({', '.join(sample.column(index)[:3])}) read both ways",
            example='decimal = ","',
        )
        return None, need
    return (number_with_point, None) if sign == "." else (None, None)


def doubled(sample: Sample) -> dict[str, tuple[int, ...]]:
    """The headers that stand more than once, with their columns."""
    places: dict[str, list[int]] = {}
    for index, header in enumerate(sample.header):
        if header.strip():
            places.setdefault(header.strip(), []).append(index)
    return {header: tuple(found) for header, found in places.items() if len(found) > 1}


def doubled_problems(sample: Sample) -> list[Problem]:
    """One problem for each header that stands more than once with different values below it."""
    return [
        Problem(
            sample.file,
            None,
            f"the header {header!r} stands {len(found)} times, with different values below",
            expected="each header once",
            actual=f"columns {', '.join(str(i + 1) for i in found)}",
            todo="rename the columns in the export, or remove the one that is not meant",
        )
        for header, found in _at_odds(sample).items()
    ]


def doubled_needs(sample: Sample, taken: Mapping[str, int]) -> list[Need]:
    """What must be told where a column that is used has a twin of the same header that says something else."""
    return [
        Need(
            what=f"which column {header!r} is {name}",
            key=f"columns.{name}",
            why=f"the header stands {len(found)} times (columns {', '.join(str(i + 1) for i in found)}),"
            " with different values below",
            example=f"# rename one of the columns {header!r} in the export: by its header none can be told",
            required=True,
        )
        for header, found in _at_odds(sample).items()
        for name, index in taken.items()
        if index in found
    ]


def _at_odds(sample: Sample) -> dict[str, tuple[int, ...]]:
    """The doubled headers whose columns differ in some row."""
    return {
        header: found
        for header, found in doubled(sample).items()
        if any(len({row[i] for i in found if i < len(row)}) > 1 for row in sample.rows)
    }
