"""A policy is one file; its hash says what was decided by, and a wrong one says where it is wrong."""

from importlib.resources import files
from pathlib import Path

import pytest

from trueup.identity.policy import LARGEST, PolicyError, default_policy, load, parsed

TEXT = files("trueup.identity").joinpath("policy.toml").read_text(encoding="utf-8")


def test_comments_and_order_do_not_change_the_hash() -> None:
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    assert parsed("\n".join(lines).encode(), "bare").hash == default_policy().hash


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("margin = 12.0", "margin = 11.0"),
        ("domains = []", 'domains = [["old.example", "new.example"]]'),
        ('  "number of another",\n', ""),
        ('"employee_number", "former_number"', '"former_number", "employee_number"'),
    ],
)
def test_whatever_decides_changes_the_hash(was: str, becomes: str) -> None:
    assert was in TEXT
    assert parsed(TEXT.replace(was, becomes).encode(), "changed").hash != default_policy().hash


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("margin = 12.0", 'margin = "much"', "linking.margin"),
        ("margin = 12.0", "margin = 12.0\nspeed = 1", "speed"),
        ("margin = 12.0", "", "margin"),
        ("family_share = 0.5", "family_share = 1.5", "learned.family_share"),
        ('email = "email/1"', 'email = "email/9"', "normalisers.email"),
        ('gates = ["number and name"', 'gates = ["a good feeling"', "linking.gates"),
        ("name =", "name", "policy"),
    ],
)
def test_a_wrong_policy_says_where_it_is_wrong(was: str, becomes: str, says: str) -> None:
    assert was in TEXT
    with pytest.raises(PolicyError) as told:
        parsed(TEXT.replace(was, becomes, 1).encode(), "policy")
    assert says in told.value.what
    assert told.value.expected


def test_a_policy_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="can't be read"):
        load(tmp_path / "none.toml")
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(PolicyError, match="larger"):
        load(large)
