"""An account finds its person by what little it says, and is linked only where nobody else is likely to be meant."""

import json
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from trueup.identity.matching.match import Links, MatchingError, match
from trueup.identity.matching.model import ModelError, usual
from trueup.identity.policy import default_policy, parsed

GIVEN = [
    "Анна",
    "Борис",
    "Вера",
    "Глеб",
    "Дарья",
    "Егор",
    "Жанна",
    "Зоя",
    "Иван",
    "Кира",
    "Лев",
    "Мария",
    "Нина",
    "Олег",
    "Павел",
    "Раиса",
    "Савва",
    "Тарас",
    "Ульяна",
    "Фёдор",
]
FAMILY = [
    f"{start}{end}"
    for start in ("Бел", "Вол", "Гор", "Дроз", "Зай", "Кот", "Лис", "Мор", "Нов", "Орл", "Пет", "Соб")
    for end in ("ов", "енко", "ский", "ич", "ук", "ян", "ин", "аев")
]
PLACES = [f"{place} {n}" for place in ("Werk", "Büro", "Lager") for n in range(8)]
LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


def latin(text: str) -> str:
    return "".join(LATIN[letter] for letter in text.lower()).capitalize()


@dataclass
class Company:
    """A roster, a system's accounts of it, and whose each account is."""

    people: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    truth: dict[str, str]

    def account(self, name: str, person: str | None, **says: str | None) -> None:
        self.accounts.append({"account_issuer": "lms", "account_name": name, **says})
        if person is not None:
            self.truth[f"lms\x1f{name}"] = person


@cache
def company() -> Company:
    """Four hundred people who write their names in Cyrillic, and a system that writes them in Latin letters."""
    chance = random.Random(4)
    made = Company([], [], {})
    for n in range(400):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        box = f"{latin(given)[0]}{latin(family)}{n}".lower()
        one = {
            "person_id": f"p{n:04}",
            "employee_number": f"MA-{n:05}",
            "email": f"{box}@firma.example",
            "first_name": given,
            "last_name": family,
            "department": chance.choice(PLACES),
            "city": chance.choice(PLACES),
        }
        made.people.append(one)
        number = chance.random()
        made.account(
            f"u{n}",
            one["person_id"],
            employee_number=str(n) if number < 0.6 and n else None,  # without prefix and padding
            email=f"{box}@{'alt.example' if number > 0.3 else 'firma.example'}"
            if chance.random() < 0.7
            else None,
            first_name=latin(given),
            last_name=latin(family).upper(),
            department=one["department"] if chance.random() < 0.6 else None,
            city=one["city"] if chance.random() < 0.6 else None,
        )
    for n in range(40):  # one address for forty people
        made.account(
            f"shared{n}",
            None,
            email="schulung@firma.example",
            first_name=latin(GIVEN[n % 20]),
            last_name=f"Gast{chr(97 + n % 26)}x{n}",
        )
    made.account("wrong-number", None, employee_number="7", first_name="Zebulon", last_name="Quist")
    made.account("blank", None, employee_number=" ", email="", first_name=None, last_name=None)
    return made


def table(rows: list[dict[str, Any]]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


@pytest.fixture(scope="module")
def links() -> Links:
    made = company()
    return match(table(made.people), table(made.accounts), default_policy())


def first(links: Links) -> dict[str, dict[str, Any]]:
    return {row["account"]: row for row in links.table.to_pylist() if row["rank"] in (1, None)}


def test_every_account_is_in_the_answer(links: Links) -> None:
    assert sorted(first(links)) == sorted(f"lms\x1f{one['account_name']}" for one in company().accounts)


def test_nobody_is_linked_to_a_stranger(links: Links) -> None:
    truth = company().truth
    linked = {account: row["person"] for account, row in first(links).items() if row["band"] == "auto"}
    assert len(linked) > len(truth) / 2
    assert {account: person for account, person in linked.items() if truth.get(account) != person} == {}


def test_the_right_person_comes_first_for_nearly_all(links: Links) -> None:
    found = first(links)
    right = sum(found[account]["person"] == person for account, person in company().truth.items())
    assert right / len(company().truth) > 0.95


def test_one_address_for_forty_people_is_evidence_for_none(links: Links) -> None:
    rows = [row for account, row in first(links).items() if "shared" in account]
    assert {row["band"] for row in rows} <= {"none", "review"}
    said = {json.loads(row["evidence"])["mail"]["says"] for row in rows if row["evidence"]}
    assert said <= {"not given, or shared by many"}


def test_another_name_under_a_number_is_never_linked(links: Links) -> None:
    assert first(links)["lms\x1fwrong-number"]["band"] != "auto"


def test_an_account_that_says_nothing_finds_nobody(links: Links) -> None:
    assert first(links)["lms\x1fblank"]["band"] == "none"


def test_the_evidence_names_every_field_and_no_value(links: Links) -> None:
    linked = next(row for row in links.table.to_pylist() if row["band"] == "auto")
    said = json.loads(linked["evidence"])
    assert set(said) == {"name", "mail", "number", "department", "city"}
    assert all(set(one) == {"says", "bits"} for one in said.values())
    assert "example" not in linked["evidence"]


def test_one_input_has_one_answer(links: Links) -> None:
    made = company()
    again = match(table(made.people[::-1]), table(made.accounts[::-1]), default_policy(), model=links.model)
    assert again.table.equals(
        match(table(made.people), table(made.accounts), default_policy(), model=links.model).table
    )


def test_one_new_account_is_matched_by_the_model_that_was_learned(links: Links) -> None:
    made = company()
    one = next(row for row in made.accounts if row["account_name"] == "u31")
    found = match(table(made.people), table([one]), default_policy(), model=links.model)
    assert first(found)["lms\x1fu31"]["person"] == "p0031"


def test_two_who_share_all_that_is_said_are_for_a_person_to_decide(links: Links) -> None:
    made = company()
    twin = made.people[5] | {"person_id": "twin", "employee_number": "MA-90001"}
    account = {
        "account_issuer": "lms",
        "account_name": "which",
        "email": twin["email"],
        "first_name": twin["first_name"],
        "last_name": twin["last_name"],
        "department": twin["department"],
        "city": twin["city"],
    }
    found = match(table([*made.people, twin]), table([account]), default_policy(), model=links.model)
    rows = found.table.to_pylist()
    assert {row["band"] for row in rows} == {"review"}
    assert {row["person"] for row in rows[:2]} == {"p0005", "twin"}
    assert rows[0]["margin"] == 0


def test_swapped_numbers_are_for_a_person_to_decide(links: Links) -> None:
    made = company()
    one, other = made.people[11], made.people[12]
    accounts = [
        {
            "account_issuer": "lms",
            "account_name": who["person_id"],
            "employee_number": number["employee_number"],
            "email": who["email"],
            "first_name": who["first_name"],
            "last_name": who["last_name"],
        }
        for who, number in ((one, other), (other, one))
    ]
    found = first(match(table(made.people), table(accounts), default_policy(), model=links.model))
    assert {row["band"] for row in found.values()} == {"review"}
    assert {row["person"] for row in found.values()} == {one["person_id"], other["person_id"]}


def test_a_former_number_finds_whom_it_belonged_to(links: Links) -> None:
    made = company()
    rehired = made.people[20] | {"employee_number": "MA-88888", "former_numbers": "MA-00020; MA-00020"}
    account = {
        "account_issuer": "lms",
        "account_name": "old",
        "employee_number": "20",
        "first_name": rehired["first_name"],
        "last_name": rehired["last_name"],
        "city": rehired["city"],
    }
    people = [*made.people[:20], rehired, *made.people[21:]]
    found = first(match(table(people), table([account]), default_policy(), model=links.model))
    assert (found["lms\x1fold"]["person"], found["lms\x1fold"]["band"]) == ("p0020", "auto")


def test_accounts_of_one_person_are_found_among_themselves() -> None:
    made = company()
    doubles = [
        one | {"account_name": f"second-{one['account_name']}"}
        for one in made.accounts[1:200]
        if one["employee_number"] and one["email"]
    ]
    found = first(match(None, table([*made.accounts, *doubles]), default_policy()))
    linked = [row for account, row in found.items() if "second-" in account and row["band"] == "auto"]
    assert len(linked) > 0.9 * len(doubles)
    assert all(row["person"] == row["account"].replace("second-", "") for row in linked)


def test_what_is_too_little_to_learn_from_is_scored_by_the_usual_weights() -> None:
    made = company()
    with_numbers = [one for one in made.accounts if one.get("employee_number") and one.get("email")][:3]
    found = match(table(made.people), table(with_numbers), default_policy())
    assert found.model == usual(len(made.people), within=False)
    assert found.counted() == {"auto": 3, "review": 0, "none": 0}


def test_a_level_that_fades_away_among_few_pairs_is_no_failure() -> None:
    made = company()
    found = match(table(made.people), table(made.accounts[:70]), default_policy())
    assert sum(found.counted().values()) == 70


def test_a_model_of_another_kind_is_refused(links: Links) -> None:
    with pytest.raises(ModelError, match="another comparison"):
        match(None, table(company().accounts), default_policy(), model=links.model)


def test_an_id_on_two_rows_is_refused() -> None:
    made = company()
    with pytest.raises(MatchingError, match="more than one row"):
        match(table([made.people[0], made.people[0]]), table(made.accounts[:3]), default_policy())


def test_no_gate_in_the_policy_links_nobody(links: Links) -> None:
    from importlib.resources import files

    text = files("trueup.identity").joinpath("policy.toml").read_text(encoding="utf-8")
    strict = text.replace(
        'gates = ["number and name", "number and mailbox", "address and name"]', "gates = []"
    )
    assert strict != text
    made = company()
    found = match(
        table(made.people), table(made.accounts), parsed(strict.encode(), "strict"), model=links.model
    )
    assert found.counted()["auto"] == 0
    assert found.policy_hash != links.policy_hash
