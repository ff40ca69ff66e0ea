"""The leg by which a person settles what was given up: looks at it, sends it again, or lets it go.

Redriving is refused for as long as the rule that the delivery died of still fails: what can't be made fit yet, and what
was refused for what it is and would go out the same. Joins delivery (letters) with what would be sent now.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from trueup.delivery.letters import store
from trueup.delivery.letters.alert import Alert, Cohort, alerts
from trueup.identity.register import store as register
from trueup.journey.carry import carry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trueup.delivery.letters.store import Group, Letter
    from trueup.journey.arrive import Shelf
    from trueup.journey.carry import Carried
    from trueup.journey.deliver import Outgoing

LATELY = timedelta(hours=24)  # that the rate of dead letters is taken over
MAYBE_THERE = frozenset({"TU0303", "TU0305", "TU0402"})  # what died of these is looked for before it is sent
REFUSED = "TU0302"


@dataclass(frozen=True, slots=True)
class Preview:
    """What redriving a letter would do: the verb and the fields that go out; or why it is refused."""

    letter: Letter
    verb: str | None
    fields: Mapping[str, object] | None
    personal: frozenset[str]
    refusal: str | None


async def waiting(
    shelf: Shelf,
    *,
    target: str | None = None,
    code: str | None = None,
    most: int | None = None,
    settled: bool = False,
) -> tuple[list[Group], list[Letter]]:
    """The letters by cause, and one by one."""
    groups = [
        one
        for one in await store.groups(shelf.database)
        if (target is None or one.target == target) and (code is None or one.code == code)
    ]
    return groups, await store.letters(shelf.database, target=target, code=code, most=most, settled=settled)


async def previewed(
    shelf: Shelf, targets: Mapping[str, Outgoing], letters: Sequence[Letter], *, anyway: bool = False
) -> list[Preview]:
    """What redriving these would do, in their order. `anyway`: what was refused may go again as it is."""
    found: dict[int, Preview] = {}
    for name in {one.target for one in letters}:
        mine = [one for one in letters if one.target == name]
        target = targets.get(name)
        plans = (
            await carry(shelf, target, [one.statement_id for one in mine], today=datetime.now(UTC).date())
            if target is not None
            else {}
        )
        for one in mine:
            found[one.letter_id] = _preview(one, plans.get(one.statement_id), anyway=anyway)
    return [found[one.letter_id] for one in letters]


async def redrive(shelf: Shelf, previews: Sequence[Preview], by: str) -> list[int]:
    """Send those again that are not refused; answers their numbers. The letters stay until that is verified."""
    numbers = [one.letter.letter_id for one in previews if one.refusal is None]
    async with shelf.database.transaction() as transaction:
        return await store.redrive(transaction, numbers, by, MAYBE_THERE)


async def discard(shelf: Shelf, numbers: Collection[int], by: str, reason: str) -> list[int]:
    """Let these go, for a reason that is kept; answers those that were waiting."""
    async with shelf.database.transaction() as transaction:
        return await store.discard(transaction, numbers, by, reason)


async def named(shelf: Shelf, numbers: Collection[int]) -> list[Letter]:
    """The letters of these numbers, those that ended too."""
    return await store.letters(shelf.database, numbers=numbers, settled=True)


async def alarming(shelf: Shelf, now: datetime) -> list[Alert]:
    """The targets at which too much is given up, and whose the most of it is (requirements F3d)."""
    since = now - LATELY
    found = alerts(await store.rates(shelf.database, since))
    return [replace(one, most=await _most(shelf, one.target, since)) for one in found]


async def _most(shelf: Shelf, target: str, since: datetime) -> Cohort | None:
    """The department and the cycle that most of what died belongs to."""
    died = await store.died_since(shelf.database, target, since)
    people = await register.behind(shelf.database, died)
    departments = await register.departments(shelf.database, set(people.values()), since.date())
    counted = Counter(
        (
            departments.get(people[number]) if number in people else None,
            next((c.name for c in shelf.cycles if c.opens_at <= happened <= c.cutoff_at), None),
        )
        for number, happened in died.items()
    )
    if not counted:
        return None
    (department, cycle), count = counted.most_common(1)[0]
    return Cohort(department, cycle, count)


def _preview(letter: Letter, plan: Carried | None, *, anyway: bool) -> Preview:
    job = plan.job if plan else None
    fields = job.record.fields if job else None
    personal = job.record.personal if job else frozenset[str]()
    return Preview(
        letter, job.verb.value if job else None, fields, personal, _refusal(letter, plan, anyway=anyway)
    )


def _refusal(letter: Letter, plan: Carried | None, *, anyway: bool) -> str | None:
    """Why it can't go again, None where it can."""
    if past := _past(letter):
        return past
    if plan is None:
        return f"the target {letter.target!r} is not declared any more"
    if plan.stop is not None:
        return f"{plan.stop.code} still holds: expected {plan.stop.expected}, found {plan.stop.actual}"
    if plan.over == "superseded":
        return "a later revision of the record goes instead"
    if letter.code == REFUSED and plan.digest == letter.digest and not anyway:
        return "the target refused exactly this; correct it at its source, or say --anyway where the target has changed"
    return None


def _past(letter: Letter) -> str | None:
    """What became of it already, None where it waits."""
    if letter.ended_at is not None:
        return f"it ended: {letter.ended_by}"
    return (
        f"it is on its way again since {letter.redriven_at:%Y-%m-%d %H:%MZ}" if letter.redriven_at else None
    )
