"""What the database finds and how it orders it is what the library says, resource by resource."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import SearchRequest

from shelves import NOW, on_shelf
from trueup.identity.scim.selecting.store import Parameters
from trueup.identity.scim.selecting.store import selected as selected_by
from trueup.identity.scim.vocabulary import EITHER, MODELS, EnterpriseUser, Group, Person
from trueup.journey.arrive import Shelf
from trueup.journey.provision import Client, create, search
from trueup.kit.database import DatabaseSettings

WORK = str(EnterpriseUser.__schema__)
TEXTS = ["ana", "ANA", "Zoë", "zoe\u0308", "a%_\\", "", "work", "home", "Ana Sample", "direct", "User", "é"]
ATTRIBUTES = [
    *("userName", "displayName", "title", "externalId", "id", "profileUrl", "schemas", "nickName"),
    *("name.givenName", "name.familyName", "emails", "emails.value", "emails.type", "emails.primary"),
    *("groups", "groups.display", "groups.type", "members", "members.type", "active", "roles", "roles.value"),
    *(
        f"{WORK}:department",
        f"{WORK}:manager.value",
        "meta.resourceType",
        "meta.lastModified",
    ),
]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
TIMES = [f'"{(NOW + timedelta(hours=hours)).isoformat()}"' for hours in (0, 5, 100)]
VALUES = [*(f'"{text}"'.replace("\\", "\\\\") for text in TEXTS), *TIMES, "true", "false", "null"]
INNER = ["value", "type", "primary", "display"]

compared = st.tuples(st.sampled_from(OPERATORS), st.sampled_from(VALUES)).map(" ".join)
tested = st.one_of(st.just("pr"), compared)
inner = st.tuples(st.sampled_from(INNER), tested).map(" ".join)
selected = st.builds(
    "{}[{} {} {}]".format,
    st.sampled_from(["emails", "roles", "groups", "members"]),
    inner,
    st.sampled_from(["and", "or", "and not"]),
    inner.map("({})".format),
)
present = st.sampled_from(["name pr", f"{WORK}:manager pr", "meta pr"])
leaf = st.one_of(st.tuples(st.sampled_from(ATTRIBUTES), tested).map(" ".join), selected, present)
filters = st.recursive(
    leaf,
    lambda part: st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["and", "or"]), part),
        part.map("not ({})".format),
    ),
    max_leaves=4,
)
asked = st.fixed_dictionaries(
    {"filter": filters},
    optional={
        "sortBy": st.sampled_from(ATTRIBUTES),
        "sortOrder": st.sampled_from(["ascending", "descending"]),
    },
)


async def filled(shelf: Shelf) -> Client:
    """A client whose source has people with and without all of it, and groups."""
    client = Client(shelf, "hr")
    ids = []
    for number, text in enumerate(TEXTS):
        told = {"schemas": [str(Person.__schema__)], "userName": f"{number}{text}", "emails": []}
        if number % 3:
            told |= {
                "displayName": text,
                "title": TEXTS[-number],
                "externalId": f"{text}-{number}",
                "active": number % 2 == 0,
            }
            told["emails"] = [
                {"value": TEXTS[-number], "type": "home"},
                {"value": text, "type": "work", "primary": True},
            ][number % 2 :]
        if number % 4:
            told |= {"name": {"givenName": text, "familyName": "Sample"}, "roles": [{"value": text}]}
            told |= {
                WORK: {"department": text, "manager": {"value": TEXTS[-number]}},
                "profileUrl": "http://a/B",
            }
        made = await create(client, Person.model_validate(told), NOW + timedelta(hours=number))
        ids.append(made.id)
    for name, members in (("Ana", ids[:3]), ("work", ids[2:4]), ("empty", [])):
        told = {"displayName": name, "members": [{"value": one} for one in members]}
        await create(client, Group.model_validate(told), NOW)
    return client


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(told=st.lists(asked, min_size=60, max_size=60))
@example(
    told=[{"filter": f"{held} {op} null"} for held in ("groups.display", "members") for op in ("eq", "ne")]
)
def test_the_database_finds_what_the_library_matches(database: DatabaseSettings, told: list[dict[str, str]]):
    async def work(shelf: Shelf) -> int:
        client = (
            await filled(shelf)
            if not await shelf.database.value("SELECT true FROM scim_resource LIMIT 1")
            else Client(shelf, "hr")
        )
        everybody = (await search(client, list(MODELS.values()), SearchRequest[EITHER]())).resources
        judged = 0
        for one in told:
            for models, kind in ((list(MODELS.values()), EITHER), ([Person], Person), ([Group], Group)):
                try:
                    request = SearchRequest[kind].model_validate(one)
                except ValidationError:
                    continue
                matching = [r for r in everybody if type(r) in models and request.filter.match(r)]
                page = await search(client, models, request)
                expected = [r.id for r in (request.sort(matching))]
                assert [r.id for r in page.resources] == expected, one
                assert page.total == len(matching), one
                judged += 1
        return judged

    assert on_shelf(database, work) > 0


@pytest.mark.parametrize("text", ["'; DROP TABLE scim_resource; --", "$1", "%s", "{0}", "E'\\\\x'"])
def test_no_value_of_a_filter_is_read_as_sql(database: DatabaseSettings, text: str):
    async def work(shelf: Shelf) -> list[str]:
        client = Client(shelf, "hr")
        await create(client, Person.model_validate({"userName": text}), NOW)
        quoted = text.replace("\\", "\\\\")
        page = await search(
            client,
            [Person],
            SearchRequest[Person](filter=f'userName eq "{quoted}" and userName co "{quoted}"'),
        )
        return [one.user_name for one in page.resources]

    assert on_shelf(database, work) == [text]


@pytest.mark.parametrize(
    ("attribute", "index"),
    [("userName", "scim_resource_user_name"), ("externalId", "scim_resource_external_id")],
)
def test_what_providers_look_up_before_each_write_is_found_by_its_index(
    database: DatabaseSettings, attribute: str, index: str
):
    async def work(shelf: Shelf) -> str:
        parameters = Parameters("hr")
        where = selected_by([Person], SearchRequest[Person](filter=f'{attribute} eq "x"'), parameters)
        async with shelf.database.transaction() as tx:
            await tx.run(
                "INSERT INTO scim_resource (id, source, type, key, body, compared, created_at, modified_at) "
                "SELECT gen_random_uuid(), 'hr', 'User', n, '{}', jsonb_build_object('userName', n, 'externalId', n), "
                "now(), now() FROM generate_series(1, 3000) n"
            )
            await tx.run("ANALYZE scim_resource")
            plan = await tx.rows(
                f"EXPLAIN SELECT id FROM scim_there WHERE source = $1 AND ({where})", *parameters.values
            )
        return "\n".join(row["QUERY PLAN"] for row in plan)

    assert index in on_shelf(database, work)
