"""A first trueup.toml, for a person to correct: what was recognised, how surely, and what must be told. Reads none.

write_init(Path("exports"), [Proposed(...)])      # what `trueup check --init` writes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from trueup.kit.settings import NAME, UnreadableSettings


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a file can't tell: the TOML line that would tell it, and why it is asked."""

    key: str
    why: str
    example: str
    required: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was recognised of one file, to be confirmed."""

    path: str
    role: str | None
    system: str
    confidence: float
    rows: int
    columns: Mapping[str, str]
    remarks: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()


def proposal(files: Iterable[Proposed]) -> str:
    """The text of a first trueup.toml: what was recognised, how sure that is, and what must be filled in."""
    document = tomlkit.document()
    for line in (
        "What trueup recognised in these files. Read it, correct it, fill in what is asked.",
        "Lines that start with # are not in force: take the # away where one is NEEDED or asked and says it right.",
        'Leave a file out with: role = "ignore"',
    ):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    for line in (
        'zone = "Europe/Berlin"       # the zone of times without offset, for files that declare none',
        'day_order = "dmy"            # dmy, mdy or ymd, for files that declare none',
        'purpose = "performance-review"',
    ):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    entries = tomlkit.aot()
    for file in files:
        entries.append(_entry(file))
    if entries:
        document.append("files", entries)
    return tomlkit.dumps(document)


def _entry(file: Proposed) -> Table:
    entry = tomlkit.table()
    sure = f"{file.confidence:.0%} sure" if file.role else "it can't be told what this is for"
    sure = f"{file.rows:,} row{'' if file.rows == 1 else 's'}; {sure}"
    entry.add(tomlkit.comment(_one_line(sure)))
    for remark in file.remarks:
        entry.add(tomlkit.comment(_one_line(remark)))
    entry.add("path", file.path)
    if file.role is not None:
        entry.add("role", file.role)
    if file.system not in {"", "unknown"}:
        entry.add("system", file.system)
    known = {name: header for name, header in file.columns.items() if header}
    if known and file.role is not None and file.system in {"", "unknown", "canonical"}:
        for name, header in known.items():  # a line each, as the lines are that may have to be added
            entry.append(tomlkit.key(["columns", name]), header)
    elif known:
        entry.add(
            tomlkit.comment("recognised: " + _one_line(", ".join(f"{n} = {h!r}" for n, h in known.items())))
        )
    for asked in file.asked:
        must = "NEEDED" if asked.required else "asked"
        entry.add(tomlkit.comment(f"{must}: {_one_line(asked.why)}"))
        entry.add(tomlkit.comment(_one_line(asked.example)))
    entry.add(tomlkit.nl())
    return entry


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def write_init(directory: Path, files: Iterable[Proposed]) -> Path:
    """Write DIR/trueup.toml with what was recognised; an existing one is never overwritten.

    Answers the path written. Raises UnreadableSettings where one is there already or it can't be written.
    """
    path = directory / NAME
    try:
        with path.open("x", encoding="utf-8", newline="\n") as out:
            out.write(proposal(files))
    except FileExistsError as error:
        raise UnreadableSettings(
            str(path), "the file is there already", todo="edit it, or move it away and run again"
        ) from error
    except OSError as error:
        raise UnreadableSettings(str(path), f"the file can't be written: {error.strerror}") from error
    return path
