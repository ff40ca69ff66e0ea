"""What can be wrong with entries before anything is done with them, and how what they say is compared. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.identity.register.revising import Said
from trueup.model.people import Kind, Role
from trueup.model.relations import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.identity.policy import Policy
    from trueup.model.people import RosterEntry

LONGEST = 1000  # characters of anything that is said of somebody
MANY = 3  # under so many people an address is told as shared

# which of the policy's normalisers compares what
COMPARED = {
    Kind.EMPLOYEE_NUMBER: "employee_number",
    Kind.FORMER_NUMBER: "employee_number",
    Kind.EMAIL: "email",
    Kind.ALIAS: "email",
    Kind.FIRST_NAME: "name",
    Kind.LAST_NAME: "name",
    Kind.FORMER_LAST_NAME: "name",
    Kind.DEPARTMENT: "context",
    Kind.CITY: "context",
}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why an entry can't be used: where it stands, what is wrong, what was expected."""

    where: str
    what: str
    expected: str


def id_kind(role: Role) -> str:
    """By which of the policy's normalisers an entry's own name is compared."""
    return "person_id" if role is Role.PERSON else "account"


def key_of(policy: Policy, role: Role, key: str) -> str | None:
    """An entry's name as it is compared; None where it is none."""
    plain = policy.normalised(id_kind(role), key)
    return None if plain is None or plain in NO_KEY else plain


def said_by(policy: Policy, role: Role, entry: RosterEntry) -> list[Said]:
    """All that an entry says, as it is compared; what leaves nothing to compare is not said."""
    key = key_of(policy, role, entry.key)
    found = [Said(Kind.ID, entry.key, key, policy.normaliser_of(id_kind(role)))] if key else []
    for kind, values in entry.said.items():
        rule = COMPARED[kind]
        for value in values:
            plain = policy.normalised(rule, value)
            if plain is not None and value.strip().lower() not in NO_KEY:
                found.append(Said(kind, value, plain, policy.normaliser_of(rule)))
    return list(dict.fromkeys(found))


def unfit(policy: Policy, role: Role, entries: Sequence[RosterEntry]) -> list[Unfit]:
    """What can't be enrolled: without a name of its own, with that of another, with endless texts or days that contradict."""
    found = []
    first: dict[str, RosterEntry] = {}
    for one in entries:
        key = key_of(policy, role, one.key)
        texts = [one.key, *(text for values in one.said.values() for text in values)]
        if key is None:
            found.append(Unfit(one.where, f"no {_OWN[role]}", "one for each row"))
        elif any(len(text) > LONGEST for text in texts):
            long = max(texts, key=len)
            found.append(Unfit(one.where, f"a text of {len(long):,} characters", f"up to {LONGEST:,}"))
        elif any("\0" in text for text in texts):
            found.append(Unfit(one.where, "a text with a null character in it", "text"))
        elif one.begins and one.ends and one.ends < one.begins:
            found.append(
                Unfit(one.where, f"ends on {one.ends}, before it begins on {one.begins}", "a period")
            )
        elif key in first:
            found.append(
                Unfit(
                    one.where, f"the {_OWN[role]} of {first[key].where or 'an entry before'}", "one row each"
                )
            )
        else:
            first[key] = one
    return found + _cycles(policy, entries)


def shared(policy: Policy, entries: Sequence[RosterEntry]) -> dict[str, int]:
    """Addresses under several people at once, with how many: they decide nothing."""
    counted = Counter(
        plain
        for one in entries
        for plain in {policy.normalised("email", mail) for mail in one.said.get(Kind.EMAIL, ())}
        if plain and one.active
    )
    return {mail: n for mail, n in counted.items() if n >= MANY}


def _cycles(policy: Policy, entries: Sequence[RosterEntry]) -> list[Unfit]:
    """Former numbers that lead back to where they began: who was whom can't be told from them."""
    owner: dict[str, RosterEntry] = {}
    before: dict[str, list[str]] = defaultdict(list)
    for one in entries:
        for number in one.said.get(Kind.EMPLOYEE_NUMBER, ()):
            if plain := policy.normalised("employee_number", number):
                owner[plain] = one
                before[plain] = [
                    was
                    for former in one.said.get(Kind.FORMER_NUMBER, ())
                    if (was := policy.normalised("employee_number", former)) and was != plain
                ]
    found, done = [], set[str]()
    for start in before:
        path: list[str] = []
        stack = [(start, 0)]
        while stack:  # depth first, each number once
            number, depth = stack.pop()
            del path[depth:]
            if number in path:
                ring = path[path.index(number) :]
                found.append(
                    Unfit(
                        owner[number].where,
                        f"a former number that comes back to itself, over {len(ring)} people",
                        "each number the former one of whoever had it before",
                    )
                )
            elif number not in done and number in before:
                done.add(number)
                path.append(number)
                stack += [(was, depth + 1) for was in before[number] if was in before]
    return found


_OWN = {Role.PERSON: "id of its own", Role.ACCOUNT: "account name"}
