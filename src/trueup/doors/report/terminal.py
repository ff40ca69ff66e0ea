"""The answer for a terminal: about one screen, most likely trouble first. Knows no files and writes none.

A state is told by mark, word and colour, so that it survives NO_COLOR, a printer and a log. Everything that
comes from the data is masked, made visible (no escape reaches the terminal) and cut, never read as markup.
"""

from collections import defaultdict
from itertools import islice

from rich.console import Console, Group, OverflowMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trueup.doors.report import wording
from trueup.doors.report.mask import Mask
from trueup.doors.report.sections import rank
from trueup.model.answers import Answer, FamilyLine, FaultRow, InputFile, Kpi, State, Unchecked
from trueup.model.faults import fault

_MARKS = {State.OK: "✓", State.WARN: "▲", State.BREACH: "✕", State.UNKNOWN: "?"}
_ASCII_MARKS = {State.OK: "+", State.WARN: "!", State.BREACH: "x", State.UNKNOWN: "?"}
_ASCII_WORDS = str.maketrans({"≥": ">=", "≤": "<=", "–": "-", "•": "*", "…": "..", "·": "."})
_STYLES = {State.OK: "green", State.WARN: "yellow", State.BREACH: "bold red", State.UNKNOWN: "dim"}
_SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
_MOST_FAMILIES, _MOST_CODES, _EXAMPLES = 5, 4, 2
_LOOKED_AT = 2_000  # faults looked through for the worst examples
_WIDEST = 120
_BAR = 14
_ROWS = ("rows", "used", "reported")


def show(answer: Answer, console: Console, *, reveal: bool, next_command: str) -> None:
    """Prints the answer: figures, ranked families, top codes with owner and first step, examples, inputs, exit.

    Persons are masked unless `reveal`. Wider consoles than 120 columns are not used to the full.
    """
    screen = _Screen(Mask(reveal), min(console.width, _WIDEST), ascii_only=console.options.ascii_only)
    parts = [
        screen.headline(answer),
        screen.figures(answer.kpis),
        screen.families(answer.families),
        screen.codes(answer),
        screen.examples(answer),
        screen.unchecked(answer.unchecked),
        screen.inputs(answer),
        screen.ending(answer, next_command),
    ]
    console.print(Group(*(part for part in parts if part is not None)), width=screen.width)


class _Screen:
    """One answer being laid out for one width."""

    def __init__(self, mask: Mask, width: int, *, ascii_only: bool) -> None:
        self.mask, self.width, self.ascii_only = mask, width, ascii_only
        self.marks = _ASCII_MARKS if ascii_only else _MARKS
        self.cut: OverflowMethod = "crop" if ascii_only else "ellipsis"

    def headline(self, answer: Answer) -> RenderableType:
        state = State.OK if answer.clean else State.BREACH
        mark = (f"{self.marks[state]} ", _STYLES[state])
        told = f"As of {wording.instant(answer.as_of)}, {answer.engine}."
        lines = (wording.consequences(answer), told, *(f"Note: {note}" for note in answer.notes[:2]))
        return Group(
            Text.assemble(mark, (self.say(wording.verdict(answer)), "bold")),
            *(Padding(Text(self.say(line), style="dim"), (0, 0, 0, 2)) for line in lines if line),
        )

    def figures(self, kpis: tuple[Kpi, ...]) -> RenderableType | None:
        if not kpis:
            return None
        table = self.table(9, max(len(kpi.title) for kpi in kpis), 8, None, right=(2,))
        for kpi in kpis:
            state = Text(
                f"{self.marks[kpi.state]} {wording.STATE_WORDS[kpi.state]}", style=_STYLES[kpi.state]
            )
            value = Text(self.say(wording.figure(kpi.value, kpi.unit)), style="bold")
            says = kpi.says if kpi.state is State.UNKNOWN else wording.thresholds(kpi)
            table.add_row(state, self.cell(kpi.title), value, self.cell(says, "dim"))
        return self.section("Figures against their thresholds", table)

    def families(self, families: tuple[FamilyLine, ...]) -> RenderableType | None:
        if not families:
            return None
        table = self.table(1, max(len(line.family) for line in families), _BAR, 4, 6, None, right=(0, 3, 4))
        for place, line in enumerate(families[:_MOST_FAMILIES], 1):
            table.add_row(
                self.cell(str(place), "dim"),
                self.cell(line.family, "bold"),
                self.bar(line.likelihood),
                self.cell(f"{line.likelihood:.0%}"),
                self.cell(f"{line.n:,}", "dim"),
                self.cell(line.headline),
            )
        return self.section(
            f"Most likely causes{_shown(_MOST_FAMILIES, len(families))}: share of the damage, faults", table
        )

    def codes(self, answer: Answer) -> RenderableType | None:
        if not answer.counts:
            return None
        ranked = sorted(answer.counts, key=lambda code: rank(code, answer))
        shown = [fault(code) for code in ranked[:_MOST_CODES]]
        width = max(len(entry.name) for entry in shown)
        lines: list[RenderableType] = []
        for entry in shown:
            owner = f"{entry.escalation.owner}, within {wording.hours(entry.escalation.hours)}"
            table = self.table(6, width, 8, 6, None, right=(3,))
            table.add_row(
                self.cell(entry.code, "bold"),
                self.cell(entry.name),
                self.cell(entry.severity, _SEVERITY_STYLES[entry.severity]),
                self.cell(f"{answer.counts[entry.code]:,}"),
                self.cell(owner, "italic"),
            )
            lines += [table, self.cell(f"        {wording.steps(entry.fix)[0]}")]
        title = f"Fix first{_shown(_MOST_CODES, len(ranked))}: who, within, first step (trueup explain CODE says all)"
        return self.section(title, Group(*lines))

    def examples(self, answer: Answer) -> RenderableType | None:
        worst = [self.mask.row(one) for one in _worst(answer)]
        if not worst:
            return None
        return self.section("For example", Group(*(line for row in worst for line in self.example(row))))

    def example(self, row: FaultRow) -> tuple[Text, Text]:
        who = " ".join(self.short(part) for part in (row.record_id, row.person, row.course_id) if part)
        places = ", ".join(f"{place.file}:{place.line}" for place in row.where[:2])
        said = self.cell("  ")
        said.append(f"{self.short(row.field or 'value')} expected ")
        said.append(self.short(row.expected), style="green").append(", actual ")
        said.append(f"{self.marks[State.BREACH]} {self.short(row.actual)}", style="bold red underline")
        said.append(f"  {self.say(places)}", style="dim")
        return self.cell(f"{row.code} {row.name}: {who}", "bold"), said

    def unchecked(self, unchecked: tuple[Unchecked, ...]) -> RenderableType | None:
        if not unchecked:
            return None
        by_need: dict[str, list[str]] = defaultdict(list)
        for one in unchecked:
            by_need[one.needs].append(one.code)
        said = Text()
        for needs, codes in by_need.items():
            said.append("; " if said else "")
            said.append(f"{self.short(needs, 60)}: ", style="bold").append(self.say(", ".join(codes)))
        title = f"Not checked, so not known to be well: {wording.counted(len(unchecked), 'code')}, by what they need"
        return self.section(title, said)

    def inputs(self, answer: Answer) -> RenderableType | None:
        by_role: dict[str, list[InputFile]] = defaultdict(list)
        for one in answer.inputs:
            by_role[one.role].append(one)
        if not by_role:
            return None
        width = 30 if self.width >= 90 else 24
        table = self.table(12, width, None)
        for role, files in by_role.items():
            rows, used, reported = (sum(getattr(one, name) for one in files) for name in _ROWS)
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            table.add_row(
                self.cell(role),
                self.cell(self.short(files[0].file, width - len(more)) + more, "bold"),
                self.cell(f"{rows:,} rows = {used:,} used + {reported:,} reported", "dim"),
            )
        return self.section("Read", table)

    def ending(self, answer: Answer, next_command: str) -> RenderableType:
        exit_line = f"Exit {wording.exit_code(answer)}: {wording.exit_meaning(answer)}."
        lines = [Text(), Text(exit_line, style="dim")]
        if next_command:
            lines.append(Text.assemble("Next: ", (self.say(next_command), "bold cyan")))
        return Group(*lines)

    def section(self, title: str, body: RenderableType) -> RenderableType:
        return Group(Text(), self.cell(title, "bold underline"), Padding(body, (0, 0, 0, 2)))

    def table(self, *widths: int | None, right: tuple[int, ...] = ()) -> Table:
        """A grid with one line a row, indented by two; the one column without a width takes what is left."""
        taken = sum(min(width, _WIDEST // 4) + 2 for width in widths if width is not None)
        table = Table.grid(padding=(0, 2, 0, 0))
        for at, width in enumerate(widths):
            table.add_column(
                width=max(10, self.width - taken - 2) if width is None else min(width, _WIDEST // 4),
                no_wrap=True,
                overflow=self.cut,
                justify="right" if at in right else "left",
            )
        return table

    def bar(self, share: float) -> Text:
        """A likelihood as a bar of fixed length; one cell at least where there is any."""
        filled = min(_BAR, max(1 if share > 0 else 0, round(share * _BAR)))
        full, empty = ("#", ".") if self.ascii_only else ("█", "░")
        return Text.assemble((full * filled, "red"), (empty * (_BAR - filled), "dim"))

    def cell(self, text: str, style: str = "") -> Text:
        return Text(self.say(text), style=style, no_wrap=True, overflow=self.cut)

    def short(self, value: str | None, most: int = 32) -> str:
        text = "null" if value is None else self.say(value) or '""'
        return text if len(text) <= most else f"{text[: most - 1]}{'~' if self.ascii_only else '…'}"

    def say(self, text: str) -> str:
        """A text that can be printed here: visible, masked where marked, in letters that the console has."""
        text = wording.visible(self.mask.text(text))
        if not self.ascii_only:
            return text
        return text.translate(_ASCII_WORDS).encode("ascii", "backslashreplace").decode("ascii")


def _shown(most: int, of: int) -> str:
    return f" ({most} of {of})" if of > most else ""


def _worst(answer: Answer) -> list[FaultRow]:
    """The worst fault of each of the worst few codes; consequences are no examples."""
    first: dict[str, FaultRow] = {}
    for row in islice(answer.faults(_LOOKED_AT), _LOOKED_AT):
        if row.caused_by is None:
            first.setdefault(row.code, row)
    return [first[code] for code in sorted(first, key=lambda code: rank(code, answer))[:_EXAMPLES]]
