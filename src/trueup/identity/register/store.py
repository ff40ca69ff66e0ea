"""The statements about what systems say of people. Knows the tables, no rule of what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from trueup.identity.register.revising import Believed, Said
from trueup.model.completions import Who
from trueup.model.people import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID

    from trueup.identity.register.revising import Change
    from trueup.kit.database import Statements, Transaction

ENROLLING = 7_306_001  # the advisory lock of whoever changes what is said


@dataclass(frozen=True, slots=True)
class Record:
    """A system's own entry of somebody."""

    record_id: int
    role: Role
    issuer: str
    name: str
    key: str
    bearer: int

    @property
    def shown(self) -> str:
        """As people write it."""
        return f"{self.issuer}/{self.name}" + (f" (bearer {self.bearer})" if self.bearer > 1 else "")


@dataclass(frozen=True, slots=True)
class New:
    """An entry that was not there before."""

    name: str
    key: str
    bearer: int = 1


@dataclass(frozen=True, slots=True)
class Carried:
    """A record that was believed to carry something, from one day until another, as known then."""

    record: Record
    believed: Believed


@dataclass(frozen=True, slots=True)
class ActorName:
    """What an actor is called, as it is compared; the lower the tier, the surer. `kind` is "account", or a Kind."""

    actor_id: int
    tier: int
    kind: str
    issuer: str
    normalised: str


async def alone(transaction: Transaction) -> None:
    """Waits until nobody else changes what is said, and keeps others waiting until the transaction ends."""
    await transaction.run("SELECT pg_advisory_xact_lock($1)", ENROLLING)


async def taken_stock(database: Statements) -> None:
    """Has the server count what is there, after much has come: it plans its look-ups by that."""
    await database.run("ANALYZE identity_record, assertion, identity_decision, link")


async def records(database: Statements, numbers: Collection[int]) -> dict[int, Record]:
    """Records by their numbers."""
    rows = await database.rows(_RECORDS + " WHERE record_id = ANY($1)", list(numbers))
    return {row["record_id"]: _record(row) for row in rows}


async def of_issuer(
    database: Statements, role: Role, issuer: str, keys: Collection[str] | None = None
) -> list[Record]:
    """The records of an issuer, all or those of some keys; of several bearers of one key the first comes first."""
    rows = await database.rows(
        _RECORDS
        + " WHERE role = $1 AND issuer = $2 AND ($3::text[] IS NULL OR key = ANY($3)) ORDER BY key, bearer",
        role.value,
        issuer,
        None if keys is None else list(keys),
    )
    return [_record(row) for row in rows]


async def add(
    database: Statements, role: Role, issuer: str, new: Sequence[New], now: datetime
) -> list[Record]:
    """Keeps new entries."""
    rows = await database.rows(
        """INSERT INTO identity_record (role, issuer, name, key, bearer, known_from)
           SELECT $1, $2, n.name, n.key, n.bearer, $6
           FROM unnest($3::text[], $4::text[], $5::smallint[]) WITH ORDINALITY AS n(name, key, bearer, place)
           ORDER BY place RETURNING record_id, role, issuer, name, key, bearer""",
        role.value,
        issuer,
        [one.name for one in new],
        [one.key for one in new],
        [one.bearer for one in new],
        now,
    )
    return [_record(row) for row in rows]


async def believed(database: Statements, numbers: Collection[int]) -> dict[int, list[Believed]]:
    """What is believed of records now, by their numbers; those of which nothing is are not in it."""
    rows = await database.rows(
        f"""SELECT {_ASSERTION} FROM assertion a WHERE record_id = ANY($1) AND known_to IS NULL
            ORDER BY record_id, kind, value, assertion_id""",  # noqa: S608 - names of this module
        list(numbers),
    )
    return {
        number: [_believed(row) for row in held]
        for number, held in groupby(rows, key=lambda row: int(row["record_id"]))
    }


async def revise(database: Statements, changes: Mapping[int, Change], now: datetime) -> None:
    """Closes what is known no longer, and keeps what is known instead."""
    closed = [number for change in changes.values() for number in change.closed]
    if closed:
        await database.run("UPDATE assertion SET known_to = $2 WHERE assertion_id = ANY($1)", closed, now)
    new = [(number, one) for number, change in changes.items() for one in change.new]
    if new:
        await database.run(
            """INSERT INTO assertion
                 (record_id, kind, value, normalised, normaliser, true_from, true_to, known_from)
               SELECT n.*, $8 FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[],
                 $7::date[]) AS n""",
            [number for number, _ in new],
            [one.said.kind.value for _, one in new],
            [one.said.value for _, one in new],
            [one.said.normalised for _, one in new],
            [one.said.normaliser for _, one in new],
            [one.start for _, one in new],
            [one.end for _, one in new],
            now,
        )


async def carriers(
    database: Statements, wanted: Iterable[tuple[Kind, str]], known: datetime, role: Role | None = None
) -> list[Carried]:
    """Who carries any of these (kind, as compared), ever, as was known at an instant."""
    asked = list(dict.fromkeys(wanted))
    rows = await database.rows(
        f"""SELECT {_ASSERTION}, r.role, r.issuer, r.name, r.key, r.bearer
            FROM unnest($1::text[], $2::text[]) AS w(kind, normalised)
            JOIN assertion a USING (kind, normalised) JOIN identity_record r USING (record_id)
            WHERE a.known_from <= $3 AND (a.known_to IS NULL OR a.known_to > $3)
              AND ($4::text IS NULL OR r.role = $4)
            ORDER BY a.record_id, a.kind, a.value, a.true_from NULLS FIRST""",  # noqa: S608 - names of this module
        [kind.value for kind, _ in asked],
        [text for _, text in asked],
        known,
        role.value if role else None,
    )
    return [Carried(_record(row), _believed(row)) for row in rows]


async def sayings(
    database: Statements, numbers: Collection[int], known: datetime
) -> dict[int, list[Believed]]:
    """All that was believed of records at an instant, of any day."""
    rows = await database.rows(
        f"""SELECT {_ASSERTION} FROM assertion a
            WHERE record_id = ANY($1) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
            ORDER BY record_id, kind, true_from NULLS FIRST, value""",  # noqa: S608 - names of this module
        list(numbers),
        known,
    )
    return {
        number: [_believed(row) for row in held]
        for number, held in groupby(rows, key=lambda row: int(row["record_id"]))
    }


async def active(database: Statements, role: Role, issuer: str) -> int:
    """How many of an issuer's entries are there, with no end known."""
    return int(
        await database.value(
            """SELECT count(DISTINCT record_id) FROM assertion JOIN identity_record USING (record_id)
               WHERE role = $1 AND issuer = $2 AND kind = 'employment' AND known_to IS NULL AND true_to IS NULL""",
            role.value,
            issuer,
        )
    )


async def roster(database: Statements) -> Sequence[Mapping[str, Any]]:
    """Everybody, a row each, as the matcher takes people: what holds last, and as former or other what held before."""
    return await database.rows(_ROSTER)


async def roster_state(database: Statements) -> tuple[object, ...]:
    """What changes whenever the roster does: the last that was said, the last that was closed, the last merge."""
    row = await database.row(
        """SELECT max(a.assertion_id) AS said, max(a.known_to) AS closed,
             (SELECT max(decision_id) FROM identity_decision WHERE kind IN ('merge', 'unmerge')) AS merged
           FROM assertion a JOIN identity_record r USING (record_id) WHERE r.role = 'person'"""
    )
    return tuple(row.values()) if row else ()


async def open_accounts(database: Statements) -> list[int]:
    """The accounts that are nobody's."""
    rows = await database.rows(
        """SELECT record_id FROM identity_record r LEFT JOIN link l USING (record_id)
           WHERE r.role = 'account' AND l.record_id IS NULL ORDER BY record_id"""
    )
    return [row["record_id"] for row in rows]


async def accounts(
    database: Statements, numbers: Collection[int] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Accounts (None: every one), as the matcher takes them; `account_name` is the record's number, `linked` whose it is."""
    return await database.rows(_ACCOUNTS, None if numbers is None else list(numbers))


async def behind(database: Statements, statements: Collection[int]) -> dict[int, UUID]:
    """The person of each completion, of those that are somebody's."""
    rows = await database.rows(
        "SELECT statement_id, person_id FROM activity_facts WHERE statement_id = ANY($1::bigint[]) AND person_id IS NOT NULL",
        list(statements),
    )
    return {row["statement_id"]: row["person_id"] for row in rows}


async def called(database: Statements, people: Collection[UUID], on: date) -> dict[UUID, dict[str, str]]:
    """What the roster calls people on a day, by kind: the latest that is known of each.

    Of who was merged with others: what the one is called who stays.
    """
    rows = await database.rows(
        """SELECT DISTINCT ON (f.person_id, a.kind) f.person_id, a.kind, a.value
           FROM identity_facts f JOIN link l USING (record_id) JOIN assertion a USING (record_id)
           WHERE f.role = 'person' AND f.person_id = ANY($1::uuid[]) AND a.known_to IS NULL
             AND a.kind IN ('employee_number', 'email', 'id')
             AND (a.true_from IS NULL OR a.true_from <= $2) AND (a.true_to IS NULL OR a.true_to > $2)
           ORDER BY f.person_id, a.kind, (l.person_id = f.person_id) DESC, a.assertion_id DESC""",
        list(people),
        on,
    )
    found: dict[UUID, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["person_id"], {})[row["kind"]] = row["value"]
    return found


async def departments(database: Statements, people: Collection[UUID], on: date) -> dict[UUID, str]:
    """The department of each of these people on a day, of those whose roster says one."""
    rows = await database.rows(
        """SELECT DISTINCT ON (f.person_id) f.person_id, a.value FROM identity_facts f JOIN assertion a USING (record_id)
           WHERE f.role = 'person' AND f.person_id = ANY($1::uuid[]) AND a.kind = 'department' AND a.known_to IS NULL
             AND (a.true_from IS NULL OR a.true_from <= $2) AND (a.true_to IS NULL OR a.true_to > $2)
           ORDER BY f.person_id, a.assertion_id DESC""",
        list(people),
        on,
    )
    return {row["person_id"]: row["value"] for row in rows}


async def accounts_at(
    database: Statements, issuer: str, people: Collection[UUID], on: date
) -> dict[UUID, list[str]]:
    """The accounts that people have with one issuer on a day, as they were written."""
    rows = await database.rows(
        """SELECT f.person_id, f.name FROM identity_facts f
           WHERE f.role = 'account' AND f.issuer = $1 AND f.person_id = ANY($2::uuid[])
             AND EXISTS (SELECT FROM assertion a WHERE a.record_id = f.record_id AND a.kind = 'id' AND a.known_to IS NULL
               AND (a.true_to IS NULL OR a.true_to > $3))
           ORDER BY f.record_id""",
        issuer,
        list(people),
        on,
    )
    found: dict[UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row["person_id"], []).append(row["name"])
    return found


async def names_there(database: Statements, issuer: str, on: date) -> list[str]:
    """What a system calls all who are there on a day: the accounts of an issuer; of none, their employee numbers."""
    kind, role = (Kind.ID, Role.ACCOUNT) if issuer else (Kind.EMPLOYEE_NUMBER, Role.PERSON)
    rows = await database.rows(
        """SELECT DISTINCT a.value FROM assertion a JOIN identity_record r USING (record_id)
           WHERE r.role = $1 AND ($2 = '' OR r.issuer = $2) AND a.kind = $3 AND a.known_to IS NULL
             AND (a.true_from IS NULL OR a.true_from <= $4) AND (a.true_to IS NULL OR a.true_to > $4)""",
        role.value,
        issuer,
        kind.value,
        on,
    )
    return [row["value"] for row in rows]


async def latest(database: Statements) -> tuple[object, ...]:
    """What moves whenever there is something new: the last actor, saying and decision. Costs three look-ups."""
    row = await database.row(
        """SELECT (SELECT max(actor_id) FROM actor_facts) AS actor, (SELECT max(assertion_id) FROM assertion) AS said,
             (SELECT max(decision_id) FROM identity_decision) AS decided"""
    )
    return tuple(row.values()) if row else ()


async def new_actors(database: Statements, most: int) -> dict[int, Who]:
    """Up to `most` actors of the ledger whose names are not yet noted as they are compared."""
    rows = await database.rows(
        """SELECT actor_id, issuer, name, employee_number, person_id, email FROM actor_facts a
           WHERE coalesce(name, employee_number, person_id, email) IS NOT NULL
             AND NOT EXISTS (SELECT FROM actor_name n WHERE n.actor_id = a.actor_id)
           ORDER BY actor_id LIMIT $1""",
        most,
    )
    return {row["actor_id"]: Who(*list(row.values())[1:]) for row in rows}


async def name_actors(database: Statements, named: Sequence[ActorName]) -> None:
    """Notes what actors are called."""
    await database.run(
        """INSERT INTO actor_name (actor_id, tier, kind, issuer, normalised)
           SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[])
           ON CONFLICT DO NOTHING""",
        [one.actor_id for one in named],
        [one.tier for one in named],
        [one.kind for one in named],
        [one.issuer for one in named],
        [one.normalised for one in named],
    )


def _record(row: Mapping[str, Any]) -> Record:
    return Record(row["record_id"], Role(row["role"]), row["issuer"], row["name"], row["key"], row["bearer"])


def _believed(row: Mapping[str, Any]) -> Believed:
    said = Said(Kind(row["kind"]), row["value"], row["normalised"], row["normaliser"])
    return Believed(said, row["true_from"], row["true_to"], row["assertion_id"])


_RECORDS = "SELECT record_id, role, issuer, name, key, bearer FROM identity_record"
_ASSERTION = (
    "a.assertion_id, a.record_id, a.kind, a.value, a.normalised, a.normaliser, a.true_from, a.true_to"
)


def _last(kind: str) -> str:
    """The SQL of what holds last of a kind."""
    return (
        f"(array_agg(a.value ORDER BY a.true_to DESC NULLS FIRST, a.true_from DESC NULLS LAST, a.assertion_id DESC)"
        f" FILTER (WHERE a.kind = '{kind}'))[1]"
    )


def _every(*kinds: str) -> str:
    """The SQL of all that was said of some kinds, as one text."""
    return f"string_agg(DISTINCT replace(a.value, ';', ' '), ';') FILTER (WHERE a.kind IN {kinds!r})"


_SINCE = "(extract(epoch FROM min(a.true_from) FILTER (WHERE a.kind = 'employment')) * 1000000)::bigint"
_SINGLE = ", ".join(
    f"{_last(one)} AS {one}"
    for one in ("employee_number", "email", "first_name", "last_name", "department", "city")
)
_ROSTER = f"""
SELECT f.person_id::text AS person_id, {_SINGLE}, {_every("employee_number", "former_number")} AS former_numbers,
  {_every("email", "alias")} AS aliases, {_every("last_name", "former_last_name")} AS former_last_names,
  {_SINCE} AS hired_on
FROM identity_facts f JOIN assertion a USING (record_id)
WHERE f.role = 'person' AND a.known_to IS NULL GROUP BY f.person_id ORDER BY f.person_id"""  # noqa: S608 - names of this module
_ACCOUNTS = f"""
SELECT r.record_id::text AS account_name, r.issuer AS account_issuer, f.person_id AS linked, {_SINGLE},
  {_SINCE} AS created_at
FROM identity_record r JOIN assertion a USING (record_id) LEFT JOIN identity_facts f USING (record_id)
WHERE r.role = 'account' AND a.known_to IS NULL AND ($1::bigint[] IS NULL OR r.record_id = ANY($1))
GROUP BY r.record_id, r.issuer, f.person_id ORDER BY r.record_id"""  # noqa: S608 - names of this module
