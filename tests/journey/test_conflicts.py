"""What a machine must not decide is listed with whom it may be; what is decided is listed no more; on a real database."""

from datetime import timedelta

import msgspec
import pytest

from people import DAY_1, LMS, entry
from shelves import event, on_shelf, take
from trueup.identity.decisions import store
from trueup.identity.policy import default_policy
from trueup.journey import identify
from trueup.journey.arrive import Shelf
from trueup.journey.conflicts import About, Conflict, conflicts, conflicts_of
from trueup.journey.enrol import enrol
from trueup.journey.identify import Why
from trueup.journey.resolve import contradicted, resolve
from trueup.kit.database import DatabaseSettings
from trueup.model.people import Role

PEOPLE = [
    entry("u1", "E1", "Ann Lee", "ann.lee@x.org", department=("IT",), city=("Leeds",)),
    entry("u2", "E2", "Bob Ray", "bob.ray@x.org", department=("IT",), city=("Leeds",)),
    entry("u3", "E3", "Cy Rex", "cy.rex@x.org", department=("HR",), city=("Oslo",)),
    entry("u4", "E4", "Dee Oak", "dee.oak@x.org", department=("HR",), city=("Oslo",)),
    entry("u5", "E5", "Eve Fox", "eve.fox@x.org", department=("HR",), city=("Oslo",)),
    entry("u6", "E6", "Eve Fox", "eve.fox2@x.org", department=("HR",), city=("Oslo",)),
    entry("u7", "E7", "Gus Hart", "gus.hart@x.org"),
]
ACCOUNTS = [
    entry("ann", "E2", "Ann Lee", "ann.lee@x.org"),  # a swapped pair
    entry("bob", "E1", "Bob Ray", "bob.ray@x.org"),
    entry("cy", "E3", "Cy Rex", "cy.rex@x.org"),  # sure
    entry("cy2", "E3", "Cy Rex", "cy.rex@x.org"),  # sure, and the second
    entry("dee", "", "Dee Oak", ""),  # not sure
    entry("eve", "", "Eve Fox", ""),  # two of the name
    entry("vendor", "", "Zoran Petrovic", "zoran@vendor.example"),  # nobody
]
WHY = Why("hr", DAY_1 + timedelta(days=1), "asked", default_policy().hash)


async def listed(shelf: Shelf) -> tuple[dict[About, int], dict[tuple[About, str], Conflict]]:
    counts, found = await conflicts(shelf, now=WHY.at)
    return {kind: n for kind, n in counts.items() if n}, {(one.about, one.record.name): one for one in found}


async def company(shelf: Shelf) -> None:
    await enrol(shelf, "hr", PEOPLE, now=DAY_1)
    await enrol(shelf, LMS, ACCOUNTS, now=DAY_1, role=Role.ACCOUNT)
    await take(shelf, *(event(n, account={"issuer": LMS, "name": "cy2"}) for n in range(3)))
    await resolve(shelf, now=DAY_1)


def test_each_conflict_is_listed_as_what_it_is_with_what_hangs_on_it(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await company(shelf)
        counts, found = await listed(shelf)
        assert counts == {
            About.SWAPPED: 1, About.SEVERAL_PEOPLE: 1, About.NOT_SURE: 1, About.SEVERAL_ACCOUNTS: 1, About.NOBODY: 1,
            About.NO_ACCOUNT: 6,
        }  # fmt: skip  # a list
        swapped = found[About.SWAPPED, "ann"]
        assert [one.name for one in swapped.others] == ["bob"]
        assert {one.person.named for one in swapped.choices} >= {"Ann Lee (E1)"}
        several = found[About.SEVERAL_PEOPLE, "eve"]
        assert {one.person.named for one in several.choices} == {"Eve Fox (E5)", "Eve Fox (E6)"}
        assert several.choices[0].margin == pytest.approx(0)
        assert several.choices[0].evidence
        assert several.choices[0].evidence["name"]["says"] == "the same"
        doubled = found[About.SEVERAL_ACCOUNTS, "cy2"]
        assert (doubled.completions, doubled.code, [one.name for one in doubled.others]) == (
            3,
            "TU0501",
            ["cy"],
        )
        assert found[About.NOBODY, "vendor"].choices == ()
        assert found[About.NO_ACCOUNT, "u7"].issuer == LMS
        assert (About.NO_ACCOUNT, "u3") not in found
        assert [one.about for one in await conflicts_of(shelf, several.number, now=WHY.at)] == [
            About.SEVERAL_PEOPLE
        ]
        only, _ = await conflicts(shelf, now=WHY.at, about=About.NOBODY, most=0)
        assert only == counts

    on_shelf(database, work)


def test_what_is_decided_waits_no_more(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await company(shelf)
        _, found = await listed(shelf)
        several = found[About.SEVERAL_PEOPLE, "eve"]
        await identify.link(shelf, several.number, several.choices[1].person.person, WHY)
        doubled = found[About.SEVERAL_ACCOUNTS, "cy2"]
        assert doubled.linked
        for record in (doubled.record, *doubled.others):
            await identify.link(shelf, record.record_id, doubled.linked.person, WHY)
        await resolve(shelf, now=WHY.at)
        counts, _ = await listed(shelf)
        assert About.SEVERAL_PEOPLE not in counts
        assert About.SEVERAL_ACCOUNTS not in counts

    on_shelf(database, work)


def test_a_new_policy_lists_what_it_contradicts_and_changes_nothing(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await company(shelf)
        assert await contradicted(shelf, default_policy(), now=WHY.at) == []
        linked = await store.links(shelf.database)
        policy = default_policy()
        strict = replace_linking(policy, gates=("address and name",), few=0.0)
        found = await contradicted(shelf, strict, now=WHY.at)
        assert {one.by for one in found} == {"policy"}
        assert {one.instead for one in found} == {None}
        assert len(found) == 2  # cy's both, by number
        _, waiting = await listed(shelf)
        ann, other = (waiting[About.SWAPPED, "ann"], waiting[About.NO_ACCOUNT, "u7"])
        gus = await store.people_of(shelf.database, [other.number])
        await identify.link(shelf, ann.number, gus[other.number][0], WHY)
        loose = replace_linking(policy, vetoes=(), margin=0.0, strangers=100.0)
        (one,) = await contradicted(shelf, loose, now=WHY.at)
        assert (one.record_id, one.by) == (ann.number, "hr")
        assert one.instead
        assert one.instead != one.person
        assert set(linked) < set(await store.links(shelf.database))

    on_shelf(database, work)


def replace_linking(policy, **changes):
    """The policy with another part about linking."""

    return msgspec.structs.replace(policy, linking=msgspec.structs.replace(policy.linking, **changes))
