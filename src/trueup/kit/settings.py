"""trueup.toml: what a person declares about their exports, sources and targets. Knows no file that it declares.

settings = load(Path("exports"))                  # exports/trueup.toml, defaults where there is none
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

from trueup.model.settings import (
    CheckSettings,
    CycleSettings,
    DayOrder,
    FileSettings,
    Matching,
    Options,
    SourceSettings,
    TargetSettings,
)

NAME = "trueup.toml"
LARGEST = 1 << 20  # bytes; a settings file is written by hand


class UnreadableSettings(Exception):  # noqa: N818 - it is an outcome for the person, not a defect
    """The settings can't be read: what, where, expected, actual, what to do next."""

    def __init__(
        self,
        file: str,
        what: str,
        *,
        line: int | None = None,
        expected: str = "",
        actual: str = "",
        todo: str = "",
    ) -> None:
        self.file, self.line, self.what = file, line, what
        self.expected, self.actual, self.todo = expected, actual, todo
        where = file if line is None else f"{file}:{line}"
        details = [f"expected {expected}" if expected else "", f"found {actual}" if actual else "", todo]
        super().__init__("; ".join([f"{where}: {what}", *(part for part in details if part)]))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one table of the file, and says of whatever doesn't fit where it stands."""

    file: str
    text: str

    def fail(
        self, what: str, key: str = "", *, expected: str = "", actual: object = None, todo: str = ""
    ) -> UnreadableSettings:
        line = None
        if key:
            found = re.search(
                rf'^\s*"?{re.escape(key)}"?\s*[.=]|^\s*[\w.]*\.{re.escape(key)}\s*=|\[+{re.escape(key)}\]+',
                self.text,
                re.MULTILINE,
            )
            line = self.text.count("\n", 0, found.start()) + 1 if found else None
            if found and found.group().startswith("\n"):
                line = (line or 0) + 1
        shown = "" if actual is None else repr(actual)[:80]
        return UnreadableSettings(self.file, what, line=line, expected=expected, actual=shown, todo=todo)

    def only(self, table: Mapping[str, object], known: Iterable[str], where: str) -> None:
        names = list(known)
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                raise self.fail(
                    f"unknown key {key!r} {where}",
                    key,
                    expected="one of " + ", ".join(names),
                    todo=f"did you mean {near[0]!r}?" if near else "remove it",
                )

    def text_of(self, table: Mapping[str, object], key: str) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            raise self.fail(
                f"{key} has the wrong type", key, expected='a text in quotes, "..."', actual=value
            )
        return value

    def number_of(self, table: Mapping[str, object], key: str, default: float) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise self.fail(
                f"{key} has the wrong type", key, expected="a number that is not negative", actual=value
            )
        return float(value)

    def tables_of(self, document: Mapping[str, object], key: str) -> list[dict[str, object]]:
        value = document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.fail(f"{key} has the wrong type", key, expected=f"[[{key}]] tables", actual=value)
        return value

    def named(self, entry: Mapping[str, object], table: str, example: str) -> str:
        name = self.text_of(entry, "name")
        if not name:
            raise self.fail(f"an entry of [[{table}]] has no name", table, expected=f"name = {example}")
        return name

    def count_of(self, entry: Mapping[str, object], key: str) -> int | None:
        value = entry.get(key)
        if value is not None and (type(value) is not int or value < 1):
            raise self.fail(f"{key} has the wrong type", key, expected="a whole number above 0", actual=value)
        return value if isinstance(value, int) else None

    def moment_of(self, entry: Mapping[str, object], key: str) -> datetime:
        value = entry.get(key)
        if isinstance(value, str):
            with suppress(ValueError):
                value = datetime.fromisoformat(value)
        if not isinstance(value, datetime) or value.tzinfo is None:
            example = "2026-12-31T23:59:59+01:00"
            raise self.fail(
                f"{key} is no instant",
                key,
                expected=f"a time with its offset, as {example}",
                actual=entry.get(key),
            )
        return value

    def texts_of(self, table: Mapping[str, object], key: str) -> dict[str, str]:
        value = table.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self.fail(f"{key} has the wrong type", key, expected=f'{key}.name = "text"', actual=value)
        return {str(name): str(text) for name, text in value.items()}

    def options_of(self, entry: Mapping[str, object]) -> Options:
        """Texts, and tables of texts."""
        value = entry.get("options", {})
        tables = (
            {str(k): v for k, v in value.items() if isinstance(v, dict)} if isinstance(value, dict) else {}
        )
        plain = {k: v for k, v in value.items() if k not in tables} if isinstance(value, dict) else value
        return {
            **self.texts_of({"options": plain}, "options"),
            **{name: self.texts_of(tables, name) for name in tables},
        }

    def list_of(self, table: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        plain = isinstance(value, list) and all(isinstance(v, str) and v and v.isprintable() for v in value)
        if not isinstance(value, list) or not plain:
            raise self.fail(f"{key} has the wrong type", key, expected=f'{key} = ["text", ...]', actual=value)
        return tuple(str(text) for text in value)

    def one_of(
        self, table: Mapping[str, object], key: str, allowed: Callable[[str], bool], expected: str
    ) -> str | None:
        value = self.text_of(table, key)
        if value is not None and not allowed(value):
            raise self.fail(f"{key} is none that is known", key, expected=expected, actual=value)
        return value

    def zone_of(self, table: Mapping[str, object]) -> str | None:
        value = self.text_of(table, "zone")
        if value is not None and value not in (zones := available_timezones()):
            near = difflib.get_close_matches(value, sorted(zones), n=1, cutoff=0.5)
            raise self.fail(
                "zone is no IANA time zone",
                "zone",
                expected='a name like "Europe/Berlin" or "UTC"',
                actual=value,
                todo=f"did you mean {near[0]!r}?" if near else "",
            )
        return value

    def order_of(self, table: Mapping[str, object]) -> DayOrder | None:
        value = self.one_of(table, "day_order", lambda v: v in list(DayOrder), "dmy, mdy or ymd")
        return DayOrder(value) if value is not None else None


def load(where: Path, roles: Iterable[str] = ()) -> CheckSettings:
    """The settings in a directory (or of a file); the defaults where a directory has none.

    `roles`: the roles that may be declared; empty: any. Raises UnreadableSettings.
    """
    path = where / NAME if where.is_dir() else where
    if where.is_dir() and not path.exists():
        return CheckSettings()
    text = _text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise UnreadableSettings(
            str(path),
            f"this is not TOML: {error}",
            line=int(line[1]) if line else None,
            todo="correct the line",
        ) from error
    return _settings(_Reader(str(path), text), document, tuple(roles))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableSettings(str(path), "the file is too big for settings", expected="at most 1 MiB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableSettings(str(path), f"the file can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableSettings(str(path), "the file is not UTF-8", todo="save it as UTF-8") from error


def _settings(read: _Reader, document: dict[str, object], roles: tuple[str, ...]) -> CheckSettings:
    read.only(document, [f.name for f in fields(CheckSettings)], "at the top")
    entries = read.tables_of(document, "files")
    sources = read.tables_of(document, "sources")
    targets = read.tables_of(document, "targets")
    cycles = read.tables_of(document, "cycles")
    shift = read.number_of(document, "shift_group", 3)
    return CheckSettings(
        files=tuple(_file(read, entry, roles) for entry in entries),
        sources=tuple(_source(read, entry) for entry in sources),
        targets=tuple(_target(read, entry) for entry in targets),
        cycles=tuple(_cycle(read, entry) for entry in cycles),
        zone=read.zone_of(document),
        day_order=read.order_of(document),
        purpose=read.text_of(document, "purpose"),
        matching=_matching(read, document),
        as_of=_instant(read, document),
        launched_days=read.number_of(document, "launched_days", 1.0),
        shift_group=int(shift),
        retention_days=_whole_numbers(read, document, "retention_days"),
        thresholds=_thresholds(read, document),
    )


def _matching(read: _Reader, document: dict[str, object]) -> Matching:
    said = read.text_of(document, "matching")
    if said is not None and said not in set(Matching):
        raise read.fail("matching is none of those", "matching", expected=", ".join(Matching), actual=said)
    return Matching(said) if said else Matching.EXACT


def _instant(read: _Reader, document: dict[str, object]) -> str | None:
    value = document.get("as_of")
    if value is not None and not isinstance(value, str) and hasattr(value, "isoformat"):
        return str(value.isoformat())
    return read.text_of(document, "as_of")


def _whole_numbers(read: _Reader, document: dict[str, object], key: str) -> dict[str, int]:
    value = document.get(key, {})
    if not isinstance(value, dict) or not all(type(days) is int and days >= 0 for days in value.values()):
        raise read.fail(
            f"{key} has the wrong type", key, expected=f"[{key}] with name = whole number", actual=value
        )
    return {str(name): int(days) for name, days in value.items()}


def _thresholds(read: _Reader, document: dict[str, object]) -> dict[str, tuple[float, float]]:
    value = document.get("thresholds", {})
    if not isinstance(value, dict):
        raise read.fail("thresholds has the wrong type", "thresholds", expected="[thresholds]", actual=value)
    found = {}
    for name, pair in value.items():
        numbers = pair if isinstance(pair, list) else []
        if len(numbers) != 2 or not all(type(n) in {int, float} for n in numbers):
            raise read.fail(
                f"the threshold {name} has the wrong type",
                name,
                expected="[warn, breach], two numbers",
                actual=pair,
            )
        found[str(name)] = (float(numbers[0]), float(numbers[1]))
    return found


def _file(read: _Reader, entry: dict[str, object], roles: tuple[str, ...]) -> FileSettings:
    read.only(entry, [f.name for f in fields(FileSettings)], "in [[files]]")
    path = read.text_of(entry, "path")
    if not path:
        raise read.fail("an entry of [[files]] has no path", "files", expected='path = "completions*.csv"')
    role = read.text_of(entry, "role")
    if role is not None and roles and role not in roles:
        near = difflib.get_close_matches(role, roles, n=1)
        raise read.fail(
            "role is none that is known",
            "role",
            expected="one of " + ", ".join(roles),
            actual=role,
            todo=f"did you mean {near[0]!r}?" if near else "",
        )
    return FileSettings(
        path=path,
        role=role,
        system=read.text_of(entry, "system"),
        columns=read.texts_of(entry, "columns"),
        constants=read.texts_of(entry, "constants"),
        zone=read.zone_of(entry),
        day_order=read.order_of(entry),
        decimal=read.one_of(entry, "decimal", lambda v: v in {".", ","}, '"." or ","'),
        encoding=read.text_of(entry, "encoding"),
        delimiter=read.one_of(entry, "delimiter", lambda v: len(v) == 1, "one character"),
        sheet=read.text_of(entry, "sheet"),
    )


def _source(read: _Reader, entry: dict[str, object]) -> SourceSettings:
    read.only(entry, [f.name for f in fields(SourceSettings)], "in [[sources]]")
    name = read.text_of(entry, "name")
    if not name:
        raise read.fail(
            "an entry of [[sources]] has no name", "sources", expected='name = "moodle-hr", or "*"'
        )
    keep_raw = entry.get("keep_raw", True)
    if not isinstance(keep_raw, bool):
        raise read.fail("keep_raw has the wrong type", "keep_raw", expected="true or false", actual=keep_raw)
    return SourceSettings(
        name=name,
        zone=read.zone_of(entry),
        day_order=read.order_of(entry),
        keep_raw=keep_raw,
        drop=read.list_of(entry, "drop"),
        targets=read.list_of(entry, "targets"),
        connector=read.text_of(entry, "connector"),
        address=read.text_of(entry, "address") or "",
        secret=_secret(read, entry),
        people=read.text_of(entry, "people") or "",
        options=read.options_of(entry),
        every_minutes=read.number_of(entry, "every_minutes", 15.0),
        overlap_hours=read.number_of(entry, "overlap_hours", 24.0),
        sweep_hours=read.number_of(entry, "sweep_hours", 24.0),
    )


def _target(read: _Reader, entry: dict[str, object]) -> TargetSettings:
    read.only(entry, [f.name for f in fields(TargetSettings)], "in [[targets]]")
    name = read.named(entry, "targets", '"hr-system"')
    connector = read.text_of(entry, "connector")
    if not connector:
        raise read.fail(
            f"the target {name!r} has no connector",
            "targets",
            expected='connector = "folder"',
            todo="trueup connectors lists them",
        )
    share = read.number_of(entry, "reserve", 0.0)
    if share >= 1:
        raise read.fail("reserve is no share", "reserve", expected="a number from 0 to below 1", actual=share)
    usual = TargetSettings(name, connector)
    return TargetSettings(
        name=name,
        connector=connector,
        address=read.text_of(entry, "address") or "",
        secret=_secret(read, entry),
        people=read.text_of(entry, "people") or "",
        options=read.options_of(entry),
        calls=read.count_of(entry, "calls"),
        per_seconds=read.number_of(entry, "per_seconds", usual.per_seconds),
        reserve=share if "reserve" in entry else None,
        batch=read.count_of(entry, "batch"),
        window_seconds=read.number_of(entry, "window_seconds", 0.0) if "window_seconds" in entry else None,
        timeout_seconds=read.number_of(entry, "timeout_seconds", usual.timeout_seconds),
        first_wait_seconds=read.number_of(entry, "first_wait_seconds", usual.first_wait_seconds),
        tries=read.count_of(entry, "tries"),
        compare_hours=read.number_of(entry, "compare_hours", usual.compare_hours),
    )


def _secret(read: _Reader, entry: dict[str, object]) -> str:
    said = read.text_of(entry, "secret") or ""
    if said and not said.startswith(("env:", "file:")):
        raise UnreadableSettings(
            read.file, "a secret stands in the settings", expected='secret = "env:NAME" or "file:PATH"',
            todo="put it into the environment or a file of its own, and renew it if others could read it",
        )  # fmt: skip  # without the secret itself
    return said


def _cycle(read: _Reader, entry: dict[str, object]) -> CycleSettings:
    read.only(entry, [f.name for f in fields(CycleSettings)], "in [[cycles]]")
    cycle = CycleSettings(
        name=read.named(entry, "cycles", '"2026-H2"'),
        opens_at=read.moment_of(entry, "opens_at"),
        cutoff_at=read.moment_of(entry, "cutoff_at"),
        sla_hours=read.number_of(entry, "sla_hours", 2.0),
    )
    if cycle.opens_at >= cycle.cutoff_at:
        raise read.fail(
            f"the cycle {cycle.name!r} ends before it opens",
            "cutoff_at",
            expected="opens_at before cutoff_at",
        )
    return cycle
