"""What a system says of somebody: an entry of a roster, or an account."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What an entry is of."""

    PERSON = "person"  # a roster's: it says that there is such a human
    ACCOUNT = "account"  # a system's: somebody has it


class Kind(StrEnum):
    """What is said."""

    ID = "id"  # the entry's own name
    EMPLOYMENT = "employment"
    EMPLOYEE_NUMBER = "employee_number"
    FORMER_NUMBER = "former_number"
    EMAIL = "email"
    ALIAS = "alias"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FORMER_LAST_NAME = "former_last_name"
    DEPARTMENT = "department"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One entry, as its system writes it. `key` names it there: a worker's id, an account's name."""

    key: str
    said: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    begins: date | None = None  # first day of employment; of an account: when it was created
    ends: date | None = None  # last day of employment, which counts in full
    active: bool = True  # whether it is there at all; one that is not ends today
    where: str = ""  # file and line, where it came from one
