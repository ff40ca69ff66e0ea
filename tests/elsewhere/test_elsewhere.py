from collections import Counter
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from elsewhere.books import PURPOSE, on_review_scale
from elsewhere.company import CODES, build, plant, visible, write_company
from elsewhere.learning import alias_of
from elsewhere.measure import TRUEUP, check
from elsewhere.render import rows_of
from elsewhere.style import STYLES, Style
from elsewhere.verdict import judge
from elsewhere.world import Attempt, Company, Story

EVERY_STYLE = pytest.mark.parametrize("style", STYLES.values(), ids=lambda s: s.name)


@pytest.fixture(scope="module", params=STYLES.values(), ids=lambda s: s.name)
def clean(request: pytest.FixtureRequest) -> Company:
    return build(people=400, seed=5, style=request.param)


def delivered(company: Company) -> list[Story]:
    return [s for s in company.stories if s.reviews]


def test_a_clean_company_reviews_exactly_what_was_finished_and_not_voided(clean):
    owed = {
        s.record_id for s in clean.stories if s.kind not in {"side", "skipped"} and s.done.status != "voided"
    }
    assert owed == {s.record_id for s in delivered(clean)}
    assert all(len(s.reviews) == 1 for s in delivered(clean))


def assert_agrees(company: Company, story: Story) -> None:
    done, review = story.done, story.review
    assert isinstance(done.completed_at, datetime)
    assert timedelta(0) <= done.completed_at - review.completed_at < timedelta(seconds=1)
    assert (review.record_id, review.course_id) == (done.record_id, done.course_id)
    assert (done.score is None) == (review.score is None)
    assert done.score is None or review.score == on_review_scale(company.style, done.scale, done.score)
    cycle = company.cycle_at(story.at)
    assert cycle is not None
    assert cycle.name == review.cycle
    assert review.person == alias_of(company, story.person, cycle.name)
    late = story.at > cycle.cutoff
    assert review.received_at <= (story.at + timedelta(hours=2) if late else cycle.cutoff)
    assert story.person.hired_on < story.at.date() < (story.person.left_on or date(2030, 1, 1))


def test_a_clean_company_agrees_on_who_what_when_and_how_well(clean):
    for story in delivered(clean):
        assert_agrees(clean, story)


@EVERY_STYLE
def test_plants_leave_the_other_records_alone(style: Style):
    company = build(people=400, seed=8, style=style)
    plant(company, CODES)
    others = [s for s in company.stories if not s.taken and s.kind not in {"side", "skipped"}]
    numbers = Counter(p.number for p in company.people)
    for story in others:
        if story.done.status == "voided":
            assert story.reviews == []
            continue
        assert_agrees(company, story)
        assert numbers[story.person.number] == 1 or story.person.trait
    assert len(others) > 500


def waited(row: Attempt) -> timedelta:
    if isinstance(row.retry_after, str):
        return parsedate_to_datetime(row.retry_after) - row.at.replace(microsecond=0)
    return timedelta(seconds=row.retry_after or 1)


def test_a_clean_company_waits_before_it_tries_again(clean):
    for story in clean.stories:
        for first, second in zip(story.attempts, story.attempts[1:], strict=False):
            assert second.at >= first.at + waited(first)


def test_a_clean_company_has_a_basis_for_each_transfer_and_uses_each_active_competency(clean):
    rows = [c for c in clean.consents if c["purpose"] == PURPOSE]
    for story in delivered(clean):
        own = [c for c in rows if c["person"] in {story.person.uuid, story.person.number}]
        for row in story.attempts:
            assert any(
                c["granted_at"] <= row.at and not (c["withdrawn_at"] and c["withdrawn_at"] <= row.at)
                for c in own
            )
    active = {c["id"] for c in clean.competencies if c["status"] == "active"}
    assert active == {s.review.competency for s in delivered(clean)} - {None}


def test_accounts_and_mails_are_unique_where_they_must_be(clean):
    names = Counter((a.issuer, a.name) for a in clean.accounts)
    assert set(names.values()) == {1}
    given = Counter(p.email for p in clean.people if not p.trait.startswith("mail"))
    assert set(given.values()) == {1}


@EVERY_STYLE
def test_every_code_that_a_style_can_show_is_planted_on_records_of_its_own(style: Style):
    company = build(people=400, seed=6, style=style)
    planted = plant(company, CODES)
    assert {p.code for p in planted} == {c for c in CODES if visible(c, style)}
    records = Counter(p.record_id for p in planted if p.record_id)
    assert set(records.values()) == {1}
    known = " ".join(str(v) for role in style.roles for row in rows_of(company, role) for v in row.values())
    assert all(any(key in known for key in p.keys) for p in planted)


@EVERY_STYLE
def test_the_same_seed_writes_the_same_company(tmp_path: Path, style: Style):
    one, two = (write_company(tmp_path / name, people=120, seed=3, codes=CODES, style=style) for name in "ab")
    assert one == two


checked = pytest.mark.skipif(not TRUEUP.exists(), reason="make setup has not been run")


@checked
@pytest.mark.parametrize(("style", "seed"), [("A", 1), ("B", 2)])
def test_nothing_is_reported_on_a_clean_company_from_elsewhere(tmp_path: Path, style: str, seed: int):
    write_company(tmp_path, people=400, seed=seed, codes=(), style=STYLES[style])
    code, faults, _ = check(tmp_path / "logs")
    assert (code, faults) == (0, [])


@checked
@pytest.mark.parametrize(("style", "seed"), [("A", 1), ("B", 2)])
def test_what_was_planted_elsewhere_is_found_and_nothing_else(tmp_path: Path, style: str, seed: int):
    planted = write_company(tmp_path, people=400, seed=seed, codes=CODES, style=STYLES[style])
    code, faults, _ = check(tmp_path / "logs")
    verdict = judge(planted, faults)
    assert code == 3
    assert len(verdict.found) / len(planted) >= 0.99, [(p.code, p.shape, p.keys[:2]) for p in verdict.missed]
    assert verdict.alarms == []


@checked
@pytest.mark.parametrize(
    ("style", "missing"), [("B", "people"), ("C", "people"), ("D", "accounts"), ("C", "policy")]
)
def test_a_file_that_is_not_handed_over_makes_no_fault(tmp_path: Path, style: str, missing: str):
    write_company(tmp_path, people=120, seed=4, codes=(), style=STYLES[style].without(missing))
    code, faults, unchecked = check(tmp_path / "logs")
    assert (code, faults) == (0, [])
    assert unchecked
