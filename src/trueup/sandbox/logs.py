"""The eleven files before they are written: the rows, by what they are about. Knows no faults and no formats."""

from dataclasses import dataclass, field

from trueup.sandbox.company import Company
from trueup.sandbox.courses import make_competencies, make_scales
from trueup.sandbox.learning import completion_rows
from trueup.sandbox.rows import (
    Account,
    Attempt,
    Competency,
    Completion,
    Consent,
    Cycle,
    Grant,
    Person,
    Policy,
    Review,
    Scale,
)
from trueup.sandbox.rules import make_policy


@dataclass(slots=True)
class Logs:
    """All rows. A copy shares the rows, which never change, and can be altered by itself."""

    completions: dict[str, tuple[Completion, ...]]  # by record id
    attempts: dict[str, tuple[Attempt, ...]]
    reviews: dict[str, tuple[Review, ...]]
    people: dict[str, Person]  # by person id
    accounts: dict[tuple[str, str], Account]  # by issuer and name
    competencies: list[Competency]
    scales: list[Scale]
    cycles: list[Cycle]
    consents: dict[str, Consent]  # by person id
    grants: list[Grant]
    policy: list[Policy]
    extras: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # record id to further cells of its review
    torn: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # (role, record id) to how its row is unreadable
    limits: dict[str, int] = field(default_factory=dict)  # run id to its page size, where it is planted

    def copy(self) -> "Logs":
        """Another book with the same rows."""
        return Logs(
            dict(self.completions),
            dict(self.attempts),
            dict(self.reviews),
            dict(self.people),
            dict(self.accounts),
            list(self.competencies),
            list(self.scales),
            list(self.cycles),
            dict(self.consents),
            list(self.grants),
            list(self.policy),
        )


def make_logs(company: Company) -> Logs:
    """What a faultless company exports."""
    return Logs(
        completions={story.record_id: completion_rows(story) for story in company.stories},
        attempts=dict(company.carried.attempts),
        reviews=dict(company.carried.reviews),
        people={member.key: member.row for member in company.members},
        accounts={
            (account.account_issuer, account.account_name): account
            for member in company.members
            for account in member.accounts
        },
        competencies=make_competencies(),
        scales=make_scales(),
        cycles=[cycle.row() for cycle in company.cycles],
        consents={member.key: row for member, row in zip(company.members, company.consents, strict=True)},
        grants=list(company.grants),
        policy=make_policy(),
    )


def page_sizes(books: list[Logs]) -> dict[str, int]:
    """A page size for each run, such that no run ends on a full page by chance in any of the books.

    A run that ends exactly at its limit reads as truncated (TU0403); where that is meant, it is in `limits`.
    """
    sizes: dict[str, set[int]] = {}
    for book in books:
        rows: dict[str, int] = {}
        records: dict[str, int] = {}
        for attempts in book.attempts.values():
            for run_id in dict.fromkeys(attempt.run_id for attempt in attempts):
                records[run_id] = records.get(run_id, 0) + 1
            for attempt in attempts:
                rows[attempt.run_id] = rows.get(attempt.run_id, 0) + 1
        for run_id, n in rows.items():
            sizes.setdefault(run_id, set()).update((n, records[run_id]))
    candidates = (100, 90, 110, 80, 120, *range(130, 400, 10))
    chosen = {
        run_id: next(
            size for size in candidates if all(n % size and (n < 2 or (n - 1) % size) for n in counts)
        )
        for run_id, counts in sizes.items()
    }
    for book in books:
        chosen.update(book.limits)
    return chosen
