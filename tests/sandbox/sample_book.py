"""Samples to look at: written once, read back as a stranger would read them, with csv and json alone."""

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trueup.sandbox.company import Plan
from trueup.sandbox.sample import codes_of, write_sample

Row = dict[str, str]


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None, text
    return at


@dataclass(frozen=True)
class Book:
    """The files of one directory, each a list of rows by column; every cell is text, blank where there is none."""

    folder: Path

    def rows(self, role: str) -> list[Row]:
        found: list[Row] = []
        for path in sorted(self.folder.glob(f"{role}*")):
            found += self._csv(path) if path.suffix == ".csv" else self._jsonl(path)
        return found

    @staticmethod
    def _csv(path: Path) -> list[Row]:
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        return [dict(zip(header, cells, strict=True)) for cells in lines if len(cells) == len(header)]

    @staticmethod
    def _jsonl(path: Path) -> list[Row]:
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):
                cells = json.loads(line)
                found.append({name: "" if cell is None else str(cell) for name, cell in cells.items()})
        return found

    def by_record(self, role: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows(role):
            found.setdefault(row["record_id"], []).append(row)
        return found


@dataclass(frozen=True)
class Written:
    folder: Path
    clean: Book
    faulty: Book
    truth: list[dict[str, object]]


def write_and_read(folder: Path, people: int = 400, seed: int = 1) -> Written:
    """A sample with every fault, written into the folder."""
    write_sample(folder, Plan(people, seed), codes_of("all"))
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return Written(folder, Book(folder / "clean"), Book(folder / "logs"), truth)
