"""Accounts that note no number and no address as the roster has it find their people with `--matching full`."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from logs import Company, Record, Row, company
from trueup.identity.policy import default_policy
from trueup.journey.check import check
from trueup.model.settings import CheckSettings, Matching

MEMORY = 2**30
NAMES = (
    "Ann Lee", "Bob Ray", "Cyd Rex", "Dee Oak", "Eve Fox", "Gus Hart", "Ida Moss", "Jon Peck", "Kay Quill", "Lou Root",
    "Max Sand", "Noa Tree",
)  # fmt: skip  # a list


@dataclass(slots=True)
class Staff:
    """People with names, whose accounts carry them too."""

    made: Company
    people: list[dict[str, Row]]

    def account(self, who: dict[str, Row], name: str, **cells: str) -> Row:
        """Another account of theirs, which says its name and what `cells` say, and no more."""
        about = {"first_name": who["person"]["first_name"], "last_name": who["person"]["last_name"]}
        bare = {**who["account"], "account_name": name, "employee_number": "", "email": "", **about}
        return self.made.add("accounts", **bare | cells)

    def learn(self, who: dict[str, Row], account: str, **cells: str) -> Record:
        """Something learned, under an account and no more than `cells` say."""
        record = self.made.learn(who)
        record.lms.update({"account_name": account, "employee_number": "", "email": ""} | cells)
        return record


def staff() -> Staff:
    made = company()
    people = []
    for name in NAMES:
        first, _, last = name.partition(" ")
        who = made.hire(first_name=first, last_name=last)
        who["account"].update(first_name=first, last_name=last)
        made.learn(who)
        people.append(who)
    for row in made.rows["accounts"]:
        row |= {"first_name": "", "last_name": ""} | row
    return Staff(made, people)


def digits(who: dict[str, Row]) -> str:
    """The number as the system writes it: without its letter."""
    return str(who["person"]["employee_number"])[1:]


def unknown(all_: Staff) -> list[Record]:
    """Under an account that notes the number in another way of writing."""
    ann = all_.people[0]
    all_.account(ann, "ann-2", employee_number=digits(ann))
    return [all_.learn(ann, "ann-2")]


def stranger(all_: Staff) -> list[Record]:
    """Under an account of nobody in the roster."""
    ann = all_.people[0]
    all_.account(ann, "vendor", first_name="Zoran", last_name="Petrovic")
    return [all_.learn(ann, "vendor")]


def likely(all_: Staff) -> list[Record]:
    """Under an account that has the name of somebody, and nothing else."""
    all_.account(all_.people[1], "bob-2")
    return [all_.learn(all_.people[1], "bob-2")]


def torn(all_: Staff) -> list[Record]:
    """Under an account whose address is that of a desk with two people at it, and whose number says which."""
    cyd, dee, eve = all_.people[2:5]
    for one in (cyd, dee, eve):
        one["person"]["email"] = "desk@corp.example"
    all_.account(cyd, "cyd-2", employee_number=digits(cyd), email="desk@corp.example")
    return [all_.learn(cyd, "cyd-2")]


def undecided(all_: Staff) -> list[Record]:
    """The same without the number, and under no name."""
    cyd, dee, eve = all_.people[2:5]
    for one in (cyd, dee, eve):
        one["person"]["email"] = "desk@corp.example"
    all_.account(cyd, "desk", first_name="", last_name="", email="desk@corp.example")
    return [all_.learn(cyd, "desk")]


def reused(all_: Staff) -> list[Record]:
    """Under an account whose address was given to a new hire since; shown as the new hire's."""
    gus, ida = all_.people[5:7]
    address = gus["person"]["email"]
    gus["person"].update(email="", left_on="2026-01-31")
    gus["account"].update(email="")
    ida["person"].update(hired_on="2026-02-01", aliases=address)
    all_.account(gus, "gus-2", employee_number=digits(gus))
    record = all_.learn(gus, "gus-2", email=str(address))
    record.shown["person"] = ida["person"]["employee_number"]
    return [record]


def split(all_: Staff) -> list[Record]:
    """Half under one account, half under another that notes the number in another way."""
    jon = all_.people[7]
    all_.account(jon, "jon-2", employee_number=digits(jon))
    return [all_.learn(jon, "jon-2"), all_.learn(jon, "jon-2")]


def namesakes(all_: Staff) -> list[Record]:
    """Two people of one name, each with an account of their own."""
    kay, lou = all_.people[8:10]
    for row in (lou["person"], lou["account"]):
        row.update(first_name=kay["person"]["first_name"], last_name=kay["person"]["last_name"])
    return [
        all_.learn(kay, str(kay["account"]["account_name"])),
        all_.learn(lou, str(lou["account"]["account_name"])),
    ]


def found(plant, matching: Matching, into: Path) -> dict[str, list[str]]:
    """The codes that stand against what was planted, with their details."""
    all_ = staff()
    ids = {record.lms["record_id"] for record in plant(all_)}
    names = {row["account_name"] for row in all_.made.rows["accounts"]}
    all_.made.write(into)
    told = defaultdict(list)
    with check(into, CheckSettings(matching=matching), engine="duckdb", memory=MEMORY) as answer:
        for row in answer.faults(None):
            if row.record_id in ids or row.actual in names:
                told[row.code].append(row.detail)
    return told


NOBODY, ALIKE = "the key resolves to nobody", "; the account is most likely that of"


@pytest.mark.parametrize(
    ("plant", "exact", "full"),
    [
        (unknown, {"TU0103"}, {"TU0501", "TU0503"}),  # somebody's after all, and their second one
        (stranger, {"TU0103"}, {"TU0103"}),
        (likely, {"TU0103"}, {"TU0103"}),
        (torn, {"TU0104"}, {"TU0501", "TU0503"}),
        (undecided, {"TU0104"}, {"TU0104"}),
        (
            reused,
            {"TU0205", "TU0503"},
            {"TU0106", "TU0501", "TU0503"},
        ),  # the new hire's, split; then the leaver's
        (split, {"TU0103"}, {"TU0501", "TU0503"}),
        (namesakes, set(), set()),
    ],
)
def test_full_matching_sees_whose_an_account_is_and_leaves_what_is_nobodys(plant, exact, full, tmp_path):
    assert set(found(plant, Matching.EXACT, tmp_path / "exact")) == exact
    assert set(found(plant, Matching.FULL, tmp_path / "full")) == full


def test_whoever_an_account_most_likely_is_is_a_hint_and_no_more(tmp_path):
    (said,) = found(likely, Matching.FULL, tmp_path / "likely")["TU0103"]
    assert said.startswith(NOBODY + ALIKE)
    assert found(stranger, Matching.FULL, tmp_path / "stranger")["TU0103"] == [NOBODY]


def test_without_matching_no_account_is_anybodys(tmp_path):
    assert not found(unknown, Matching.OFF, tmp_path / "unknown")
    assert "TU0501" not in found(split, Matching.OFF, tmp_path / "split")


def test_the_answer_says_what_was_matched_and_by_which_policy(tmp_path):
    staff().made.write(tmp_path)
    with check(tmp_path, CheckSettings(matching=Matching.FULL), engine="duckdb", memory=MEMORY) as answer:
        (note,) = [one for one in answer.notes if "identity policy" in one]
    assert default_policy().hash[:12] in note
    with check(tmp_path, CheckSettings(), engine="duckdb", memory=MEMORY) as answer:
        assert not [one for one in answer.notes if "identity policy" in one]
