"""The docs pages of the catalogue of faults, as Markdown. Knows their words, not how a fault is found.

`python -m trueup.doors.docs_pages` writes them under `docs/faults/` of the directory it is started in; a test
fails while they differ from the catalogue.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.doors.fault_words import MEANING_OF, seen_in, spell_hours, who_acts
from trueup.model.faults import CATALOGUE, FAMILIES, Family, Fault, consequences_of, family_of, in_family

MADE = "<!-- Made by `python -m trueup.doors.docs_pages` from src/trueup/model/faults: change it there. -->"

_COMMANDS = (
    (
        "trueup inspect FILE",
        "says how a file is read: its role, its columns, its problems, what it needs to be told",
    ),
    (
        "trueup check --init DIR",
        "writes `trueup.toml` with what was recognised, for you to confirm and complete",
    ),
    ("trueup check DIR", "finds the faults in all files of a directory"),
    ("trueup check DIR --faults faults.csv", "also writes every fault as a row, with file and line"),
    ("trueup check DIR --html check.html", "also writes one page to read, print and hand on"),
    (
        "trueup check DIR --fix OUT",
        "also writes corrected files and a list of changes to OUT; DIR is never touched",
    ),
    ("trueup explain CODE", "says what this page says, in the terminal"),
)


def pages() -> dict[str, str]:
    """The text of every page by its file name, `index.md` first."""
    return {"index.md": index_page()} | {
        f"{entry.code}.md": fault_page(entry) for entry in CATALOGUE.values()
    }


def index_page() -> str:
    """The list of all faults, by family, with what the severities and the commands mean."""
    blocks = [
        MADE,
        "# The faults that trueup knows",
        (
            f"{len(CATALOGUE)} faults in {len(FAMILIES)} families. A code never changes its meaning: it names the same "
            "thing in the findings of `trueup check`, in the report and here. `trueup explain CODE` shows a page in the "
            "terminal, `trueup faults --json` gives them all to a program."
        ),
        _table(
            ("family", "asks"),
            [(f"[{family.title}](#{_anchor(family)})", family.question) for family in FAMILIES.values()],
        ),
        *[block for family in FAMILIES.values() for block in _family_blocks(family)],
        "## What the severities mean",
        _table(
            ("severity", "what it costs the review"),
            [(level.value, MEANING_OF[level]) for level in MEANING_OF],
        ),
        "## The commands named on these pages",
        _table(("command", "what it does"), [(f"`{command}`", does) for command, does in _COMMANDS]),
    ]
    return "\n\n".join(blocks) + "\n"


def fault_page(entry: Fault) -> str:
    """The page of one fault: an example, the cause, the fix, how to prevent it, who acts."""
    family = family_of(entry.code)
    example = entry.example
    blocks = [
        MADE,
        f"# {entry.code} {entry.name}",
        f"**Reported when:** {entry.trigger}",
        _table(
            ("severity", "family", "figure it moves", "seen in"),
            [
                (
                    f"{entry.severity.value}: {MEANING_OF[entry.severity]}",
                    f"[{family.title}](index.md#{_anchor(family)})",
                    f"`{entry.kpi}`",
                    seen_in(entry),
                )
            ],
        ),
        "## Example",
        _table(("what", "expected", "actual"), [(example.field, example.expected, f"**{example.actual}**")]),
        example.why,
        "## Cause",
        entry.cause,
        "## Fix",
        entry.fix,
    ]
    if entry.command:
        blocks.append(f"```sh\n{entry.command}\n```")
    blocks += [
        "## So that it does not come back",
        "\n".join(f"- [ ] {line}" for line in entry.checklist),
        "## Who acts",
        _sentence(who_acts(entry)),
        *_related(entry),
    ]
    return "\n\n".join(blocks) + "\n"


def _family_blocks(family: Family) -> list[str]:
    """The heading of a family, what it asks, and its faults."""
    rows = [
        (
            f"[{entry.code}]({entry.code}.md)",
            entry.name,
            entry.severity.value,
            entry.trigger,
            f"{entry.escalation.owner.value}, {spell_hours(entry.escalation.hours)}",
        )
        for entry in in_family(family.key)
    ]
    table = _table(("code", "name", "severity", "reported when", "who acts, within"), rows)
    return [f'<a id="{_anchor(family)}"></a>\n\n## {family.title}', family.question, table]


def _related(entry: Fault) -> list[str]:
    """Links to what may explain the fault on the same record, to what it may explain, and to its neighbours."""
    causes = [CATALOGUE[code] for code in entry.consequence_of]
    effects = list(consequences_of(entry.code))
    shown = {entry.code} | {other.code for other in [*causes, *effects]}
    others = [other for other in in_family(family_of(entry.code).key) if other.code not in shown]
    lines = [
        f"- {says}: {', '.join(f'[{other.code} {other.name}]({other.code}.md)' for other in named)}"
        for says, named in (
            ("On the same record it may come from", causes),
            ("On the same record it may lead to", effects),
            ("Of the same family", others),
        )
        if named
    ]
    return ["## Related", "\n".join(lines)] if lines else []


def _anchor(family: Family) -> str:
    """The name that links to a family use.

    >>> from trueup.model.faults import FAMILIES
    >>> _anchor(FAMILIES["time"])
    'family-02-time'
    """
    return f"family-{family.number:02}-{family.key}"


def _sentence(text: str) -> str:
    """The text with a capital at its start and a full stop."""
    return text[:1].upper() + text[1:] + "."


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; a "|" within a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *[tuple(_cell(text) for text in row) for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    r"""A text that can stand in a table's cell.

    >>> print(_cell("a|b"))
    a\|b
    """
    return text.replace("|", "\\|").replace("\n", " ")


def write(folder: Path) -> tuple[list[str], list[str]]:
    """Write the pages that differ and remove those of codes that are none. Answers the names of both."""
    wanted = pages()
    written = []
    for name, text in wanted.items():
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8", newline="\n")
            written.append(name)
    removed = sorted(page.name for page in folder.glob("TU*.md") if page.name not in wanted)
    for name in removed:
        (folder / name).unlink()
    return written, removed


def main() -> int:
    """Rewrite docs/faults here; exit code 2 where the directory has no docs."""
    docs = Path("docs")
    if not docs.is_dir():
        sys.stderr.write(
            f"there is no docs directory in {Path.cwd()}; start this in the root of the repository\n"
        )
        return 2
    folder = docs / "faults"
    folder.mkdir(exist_ok=True)
    written, removed = write(folder)
    sys.stdout.write(f"{len(written)} pages written, {len(removed)} removed, in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
