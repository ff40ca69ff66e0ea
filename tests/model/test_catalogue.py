"""The catalogue of faults is complete, useful and without contradictions."""

import re
from dataclasses import fields
from graphlib import TopologicalSorter

import pytest

from trueup.model.faults import (
    CATALOGUE,
    FAMILIES,
    Fault,
    Owner,
    UnknownFaultError,
    consequences_of,
    family_of,
    fault,
    in_family,
)
from trueup.model.relations import ROLES

CODES = list(CATALOGUE)

# the contract: a code keeps its name for ever
NAMES = {
    "TU0101": "missing-identifier",
    "TU0102": "malformed-identifier",
    "TU0103": "unknown-person",
    "TU0104": "ambiguous-person",
    "TU0105": "swapped-persons",
    "TU0106": "reused-identifier",
    "TU0107": "misfiled-person",
    "TU0201": "naive-time",
    "TU0202": "zone-shift",
    "TU0203": "lost-precision",
    "TU0204": "wrong-cycle",
    "TU0205": "impossible-time",
    "TU0206": "invented-time",
    "TU0207": "moved-time",
    "TU0301": "never-received",
    "TU0302": "not-delivered",
    "TU0303": "false-success",
    "TU0304": "orphan",
    "TU0305": "void-not-applied",
    "TU0306": "stale-correction",
    "TU0307": "consumed-unreported",
    "TU0308": "unreadable-row",
    "TU0401": "throttled-run",
    "TU0402": "server-errors",
    "TU0403": "truncated-run",
    "TU0404": "retry-storm",
    "TU0405": "lost-checkpoint",
    "TU0501": "duplicate-account",
    "TU0502": "duplicate-record",
    "TU0503": "split-history",
    "TU0601": "unknown-tag",
    "TU0602": "label-drift",
    "TU0603": "superseded-competency",
    "TU0604": "unmapped-competency",
    "TU0605": "obsolete-tag",
    "TU0701": "over-scoped",
    "TU0702": "under-scoped",
    "TU0703": "evidence-leaked",
    "TU0704": "unused-grant",
    "TU0801": "unknown-scale",
    "TU0802": "out-of-range",
    "TU0803": "conversion-mismatch",
    "TU0804": "scale-version-skew",
    "TU0805": "invented-score",
    "TU0901": "late-completion",
    "TU0902": "sla-breached",
    "TU0903": "window-misaligned",
    "TU0904": "unattributed",
    "TU1001": "excess-field",
    "TU1002": "no-basis",
    "TU1003": "withdrawn",
    "TU1004": "identity-exposed",
    "TU1005": "retention-overdue",
}

FIGURES = {
    "missing_rate",
    "dead_letter_rate",
    "sync_latency_p95",
    "duplicate_account_rate",
    "verified_rate",
    "cutoff_headroom",
    "time_fault_rate",
    "score_fault_rate",
    "exposure_count",
}


def test_every_code_of_the_contract_keeps_its_name_and_order():
    assert [(entry.code, entry.name) for entry in CATALOGUE.values()] == list(NAMES.items())


def test_names_are_unique():
    assert len({entry.name for entry in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_a_fault_says_something(code):
    entry = CATALOGUE[code]
    texts = {one.name: getattr(entry, one.name) for one in fields(Fault)}
    example = {one.name: getattr(entry.example, one.name) for one in fields(entry.example)}
    said = {name: text for name, text in (texts | example).items() if isinstance(text, str)}
    assert {name for name, text in said.items() if text.strip() != text or not text} == set()
    # sentences, not notes
    for name in ("trigger", "cause", "fix", "why"):
        assert re.match(r"[A-Z0-9'-].*[.?]$", said[name]), name
    assert len(entry.cause) > 80
    assert len(entry.fix) > 80
    assert entry.example.expected != entry.example.actual


@pytest.mark.parametrize("code", CODES)
def test_a_checklist_has_three_to_five_items_without_repetition(code):
    checklist = CATALOGUE[code].checklist
    assert 3 <= len(checklist) <= 5
    assert len(set(checklist)) == len(checklist)
    assert all(item[0].isupper() and not item.endswith(".") for item in checklist)


def test_no_two_faults_share_a_text():
    # a text that fits two faults is specific to neither
    for name in ("trigger", "cause", "fix"):
        texts = [getattr(entry, name) for entry in CATALOGUE.values()]
        assert len(set(texts)) == len(texts), name
    items = [item for entry in CATALOGUE.values() for item in entry.checklist]
    assert len(set(items)) == len(items)


@pytest.mark.parametrize("code", CODES)
def test_somebody_acts_in_time_and_somebody_else_is_next(code):
    way = CATALOGUE[code].escalation
    assert isinstance(way.owner, Owner)
    assert way.hours > 0
    assert way.next_tier is not way.owner


def test_critical_faults_are_acted_on_within_a_day():
    slow = [
        entry.code
        for entry in CATALOGUE.values()
        if entry.severity == "critical" and entry.escalation.hours > 24
    ]
    assert slow == []


@pytest.mark.parametrize("code", CODES)
def test_a_fault_moves_a_figure_and_needs_roles_that_exist(code):
    entry = CATALOGUE[code]
    assert entry.kpi in FIGURES
    assert set(entry.needs) <= set(ROLES)
    assert len(set(entry.needs)) == len(entry.needs)


def test_every_figure_is_moved_by_some_fault():
    assert {entry.kpi for entry in CATALOGUE.values()} == FIGURES


@pytest.mark.parametrize("code", CODES)
def test_codes_named_in_the_texts_exist(code):
    entry = CATALOGUE[code]
    named = re.findall(r"TU\d+", " ".join((entry.trigger, entry.cause, entry.fix, *entry.checklist)))
    assert set(named) <= set(CATALOGUE)


@pytest.mark.parametrize("code", CODES)
def test_causes_named_by_a_fault_exist_and_are_not_itself(code):
    causes = CATALOGUE[code].consequence_of
    assert set(causes) <= set(CATALOGUE) - {code}
    assert len(set(causes)) == len(causes)


def test_no_fault_is_its_own_cause_through_others():
    # static_order raises CycleError on a circle
    order = TopologicalSorter(
        {entry.code: entry.consequence_of for entry in CATALOGUE.values()}
    ).static_order()
    assert set(order) == set(CATALOGUE)


def test_consequences_are_the_other_way_round_of_causes():
    for entry in CATALOGUE.values():
        for other in consequences_of(entry.code):
            assert entry.code in other.consequence_of
    assert [other.code for other in consequences_of("TU0501")] == ["TU0503"]


def test_the_ten_families_hold_every_fault_once():
    assert list(FAMILIES) == [
        "identity",
        "time",
        "missing",
        "throttling",
        "duplicates",
        "competencies",
        "access",
        "scores",
        "calendar",
        "privacy",
    ]
    assert [family.number for family in FAMILIES.values()] == list(range(1, 11))
    assert all(family.title and family.question.endswith("?") for family in FAMILIES.values())
    assert [entry.code for key in FAMILIES for entry in in_family(key)] == CODES


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("TU0202", "TU0202"),
        ("tu0202", "TU0202"),
        ("tu202", "TU0202"),  # as the requirements write it
        ("TU1005", "TU1005"),  # ten is a family too
        ("0202", "TU0202"),
        ("TU-0202", "TU0202"),
        ("zone-shift", "TU0202"),
        ("Zone Shift", "TU0202"),
        ("zone_shift", "TU0202"),
        ("  zone-shift ", "TU0202"),
    ],
)
def test_a_fault_is_found_by_code_or_name_however_written(asked, code):
    assert fault(asked).code == code


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("zoneshift", "TU0202"),  # a forgotten hyphen
        ("zone-shfit", "TU0202"),  # letters exchanged
        ("orphans", "TU0304"),  # a plural
        ("TU0208", "TU0207"),  # past the end of its family
        ("scale", "TU0801"),  # a part of the name
    ],
)
def test_an_unknown_fault_names_the_nearest(asked, near):
    with pytest.raises(KeyError) as raised:
        fault(asked)
    assert isinstance(raised.value, UnknownFaultError)
    assert near in raised.value.near
    assert asked in str(raised.value)
    assert near in str(raised.value)


@pytest.mark.parametrize("asked", ["", " ", "tu", "TU", "-", "٢٠٢", "x" * 100_000, "TU02020202", "\x00"])
def test_nonsense_is_unknown_and_answered_shortly(asked):
    with pytest.raises(UnknownFaultError) as raised:
        fault(asked)
    assert len(str(raised.value)) < 300


def test_the_family_of_a_code_is_its_first_half():
    assert family_of("TU0405").key == "throttling"
    assert family_of("TU1001").number == 10
    with pytest.raises(KeyError):
        family_of("TU1101")
