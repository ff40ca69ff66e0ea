import re
from io import StringIO

import pytest
from answers import HOSTILE, busy, clean, hostile
from rich.console import Console

from trueup.doors.report import terminal


def shown(answer, width=100, *, reveal=False, **options):
    target = StringIO()
    console = Console(file=target, width=width, color_system=options.pop("color", None), **options)
    terminal.show(answer, console, reveal=reveal, next_command="trueup check logs --html report.html")
    return target.getvalue()


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_bad_quarter_fits_one_screen(width):
    lines = shown(busy(), width).splitlines()
    assert len(lines) <= 52
    assert max(map(len, lines)) <= min(width, 120)


def test_it_says_what_is_wrong_who_acts_and_what_to_do_next():
    told = shown(busy())
    assert told.startswith("✕ 356 faults found in 9 families; 1 figure breaches its threshold.")
    assert "30 follow from another fault on the same record" in told
    assert re.search(r"✕ Breach +Missing completions +1\.98 % +Warn ≥ 0\.5 %, breach ≥ 1 %", told)
    assert re.search(r"\? Unknown +Exposed identities +– +no file of the role grants", told)
    assert re.search(r"1 +missing +█+░+ +41% +67 +38 completions were tried", told)
    assert re.search(r"TU0302 +not-delivered +critical +38 +on-call engineer, within 8 hours", told)
    assert "Read the last attempt's outcome and status in the fault." in told
    assert "grants: TU0701, TU0702, TU0704" in told
    assert re.search(r"sync +sync-2026-1\S+ and 2 more +12,128 rows = 12,128 used \+ 0 reported", told)
    assert "Exit 3: a fault was found or a threshold is breached." in told
    assert told.rstrip().endswith("Next: trueup check logs --html report.html")


def test_a_likelier_family_has_a_longer_bar():
    bars = [line.count("█") for line in shown(busy()).splitlines() if "░" in line]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] > bars[-1] > 0


def test_examples_are_the_worst_codes_and_no_consequences():
    told = shown(busy())
    example = told[told.index("For example") : told.index("Not checked")]
    assert "TU0302 not-delivered" in example
    assert "TU0204" not in example


def test_a_clean_answer_reads_well():
    told = shown(clean())
    assert told.startswith("✓ No fault found. 2 codes could not be looked for.")
    assert "Fix first" not in told
    assert "Exit 0: clean." in told


def test_persons_are_masked_unless_revealed():
    keys = {row.person for row in busy().faults(None)}
    assert not [key for key in keys if key in shown(busy(), 120)]
    assert [key for key in keys if key in shown(busy(), 120, reveal=True)]


def test_without_colour_every_state_still_has_a_mark_and_a_word():
    told = shown(busy(), no_color=True)
    assert "\x1b" not in told
    assert all(word in told for word in ("✕ Breach", "▲ Warn", "✓ OK", "? Unknown"))


def test_nothing_in_the_data_drives_the_terminal_or_is_read_as_markup():
    told = shown(hostile(), 120, reveal=True)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert HOSTILE[0][:20] in told
    assert "49" not in told.split("For example")[1].split("Not checked")[0]


def test_colour_escapes_are_only_our_own():
    told = shown(hostile(), 120, reveal=True, color="standard", force_terminal=True)
    assert "\x1b[2J" not in told
    assert "\x1b[1;31m" in told


def test_an_ascii_console_gets_ascii():
    class Ascii(StringIO):
        encoding = "ascii"

    target = Ascii()
    terminal.show(busy(), Console(file=target, width=100), reveal=False, next_command="")
    told = target.getvalue()
    assert told.isascii()
    assert "x Breach" in told
    assert "Next:" not in told
