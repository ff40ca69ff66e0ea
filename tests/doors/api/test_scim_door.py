"""SCIM as providers speak it: Okta's and Entra's dialects, versions, searches, bulk, and what is refused."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from served import Answer, Served

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
WORK = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
USERS = "/Users"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


class Scim:
    """A provider's client of its own source."""

    def __init__(self, served: Served, name: str, *scopes: str) -> None:
        self.served = served
        words = [word for scope in scopes or ("people:write", "people:read") for word in ("--scope", scope)]
        self.token = served.trueup("account", "create", name, "--source", name, *words)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        headers.setdefault("Content_Type", "application/scim+json")
        told = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        return self.served.ask(
            method, f"/scim/v2{path}", told, Authorization=f"Bearer {self.token}", **headers
        )

    def user(self, user_name: str, **more: Any) -> Any:
        made = self.ask("POST", "/Users", {"schemas": [USER], "userName": user_name, **more})
        assert made.status == 201, made.body
        return made.json

    def group(self, name: str, *members: str) -> Any:
        told = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        made = self.ask("POST", "/Groups", told)
        assert made.status == 201, made.body
        return made.json

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Answer:
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)

    def person_of(self, value: str) -> str:
        (bearer,) = json.loads(self.served.trueup("who", value, "--json"))["bearers"]
        return bearer["person"]

    def found(self, text: str, kind: str = "/Users") -> list[str]:
        told = self.ask(
            "POST", f"{kind}/.search", {"schemas": [SEARCH], "filter": text, "sortBy": "meta.created"}
        )
        assert told.status == 200, told.body
        return [one.get("userName") or one["displayName"] for one in told.json["Resources"]]


@pytest.fixture(scope="module")
def scim(served: Served) -> Scim:
    return Scim(served, "okta")


def refusal(told: Answer) -> tuple[int, str | None]:
    """Status and scimType, once the answer is a SCIM error that says both the same way."""
    assert told.headers["content-type"] == "application/scim+json", told.body
    assert told.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told.json["status"] == str(told.status)
    assert told.json["detail"]
    return told.status, told.json.get("scimType")


SAME = {"schemas": [USER], "userName": "same at once"}
DIALECTS = {
    "okta deactivates by a value without a path": (
        {"op": "replace", "value": {"active": False}},
        lambda user: user["active"] is False,
    ),
    "entra writes booleans as text and operations in capitals": (
        {"op": "Replace", "path": "active", "value": "False"},
        lambda user: user["active"] is False,
    ),
    "entra adds a mail that its path only describes": (
        {"op": "Add", "path": 'emails[type eq "other"].value', "value": "two@corp.local"},
        lambda user: {"type": "other", "value": "two@corp.local"} in user["emails"],
    ),
    "entra names attributes of extensions by dotted urns": (
        {"op": "Replace", "path": f"{WORK}:department", "value": "Sales"},
        lambda user: user[WORK]["department"] == "Sales",
    ),
    "entra gives paths as keys": (
        {"op": "Add", "value": {f"{WORK}:employeeNumber": "E7", "name.familyName": "Sample"}},
        lambda user: (user[WORK]["employeeNumber"], user["name"]["familyName"]) == ("E7", "Sample"),
    ),
    "entra gives a manager as a bare id": (
        {"op": "Add", "path": f"{WORK}:manager", "value": "26118915-6090-4610-87e4-49d8ca9f808d"},
        lambda user: user[WORK]["manager"]["value"] == "26118915-6090-4610-87e4-49d8ca9f808d",
    ),
    "names of attributes are read in any case": (
        {"op": "replace", "path": "DISPLAYNAME", "value": "Ana"},
        lambda user: user["displayName"] == "Ana",
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_the_dialect_is_read(scim: Scim, name: str):
    operation, holds = DIALECTS[name]
    made = scim.user(f"dialect {name}", emails=[{"value": "one@corp.local", "type": "work"}])
    told = scim.patch(f"/Users/{made['id']}", operation)
    assert told.status == 200, told.body
    assert holds(told.json)
    assert scim.ask("GET", f"/Users/{made['id']}").json == told.json


def test_oktas_first_request_is_taken_and_its_password_kept_nowhere(scim: Scim, served: Served):
    made = scim.user(
        "okta.first@corp.example",
        name={"givenName": "Okta", "familyName": "First"},
        emails=[{"primary": True, "value": "okta.first@corp.example", "type": "work"}],
        displayName="Okta First",
        locale="en-US",
        externalId="00ujl29u0le5T6Aj10h7",
        groups=[],
        password="1mz050nq-never-kept",
        active=True,
    )
    assert "password" not in made
    assert scim.found('password eq "1mz050nq-never-kept"') == []


def test_members_come_and_go_in_both_dialects(scim: Scim):
    one, two, three = (scim.user(f"member {number}")["id"] for number in (1, 2, 3))
    group = scim.group("dialects", one)
    where = f"/Groups/{group['id']}"
    names = {
        "op": "add",
        "path": "members",
        "value": [{"value": two, "display": "member 2"}, {"value": three}],
    }
    told = scim.patch(where, names)  # Okta
    assert {member["value"] for member in told.json["members"]} == {one, two, three}
    assert scim.ask("GET", f"/Users/{two}").json["groups"][0]["display"] == "dialects"
    told = scim.patch(where, {"op": "Remove", "path": "members", "value": [{"value": two}]})  # Entra
    assert {member["value"] for member in told.json["members"]} == {one, three}
    told = scim.patch(where, {"op": "remove", "path": f'members[value eq "{one}"]'})  # Okta
    assert {member["value"] for member in told.json["members"]} == {three}
    told = scim.patch(
        where, {"op": "replace", "value": {"id": group["id"], "displayName": "renamed"}}
    )  # Okta
    assert told.json["displayName"] == "renamed"
    assert scim.ask("DELETE", f"/Users/{three}").status == 204
    assert "members" not in scim.ask("GET", where).json


def test_groups_hold_groups_and_each_shows_its_own_members(scim: Scim):
    user = scim.user("nested")["id"]
    inner = scim.group("inner", user)["id"]
    outer = scim.group("outer", inner)["id"]
    shown = scim.ask("GET", "/Groups?attributes=members.value&filter=" + quote('displayName ew "er"')).json[
        "Resources"
    ]
    members = {one["id"]: [member["value"] for member in one["members"]] for one in shown}
    assert (members[inner], members[outer]) == ([user], [inner])
    (held,) = scim.ask("GET", f"/Groups/{outer}").json["members"]
    assert (held["type"], held["$ref"].rpartition("/scim/v2")[2]) == ("Group", f"/Groups/{inner}")
    assert scim.found('members[type eq "group"]', "/Groups") == ["outer"]
    assert scim.found('groups.display eq "INNER"') == ["nested"]


def test_a_group_is_refused_where_a_member_is_not_there(scim: Scim):
    told = {
        "schemas": [GROUP],
        "displayName": "ghosts",
        "members": [{"value": "26118915-6090-4610-87e4-49d8ca9f808d"}],
    }
    assert refusal(scim.ask("POST", "/Groups", told)) == (400, "invalidValue")
    assert scim.found('displayName eq "ghosts"', "/Groups") == []
    alone = scim.group("alone")
    itself = {"op": "add", "path": "members", "value": [{"value": alone["id"]}]}
    assert refusal(scim.patch(f"/Groups/{alone['id']}", itself)) == (400, "invalidValue")


def test_a_version_that_is_no_longer_the_last_changes_nothing(scim: Scim):
    made = scim.user("versioned")
    where, first = f"/Users/{made['id']}", made["meta"]["version"]
    change = {"op": "replace", "path": "title", "value": "Lead"}
    changed = scim.patch(where, change, If_Match=first)
    assert changed.status == 200
    assert changed.headers["etag"] == changed.json["meta"]["version"] != first
    assert refusal(scim.patch(where, change, If_Match=first)) == (412, None)
    assert refusal(scim.ask("DELETE", where, If_Match=first)) == (412, None)
    replaced = {"schemas": [USER], "userName": "versioned"}
    assert refusal(scim.ask("PUT", where, replaced, If_Match=first)) == (412, None)
    assert scim.ask("GET", where, If_None_Match=changed.headers["etag"]).status == 304
    assert scim.ask("GET", where, If_None_Match=first).json == changed.json


def test_a_change_that_changes_nothing_leaves_the_version(scim: Scim):
    made = scim.user("same", title="Lead")
    told = scim.patch(f"/Users/{made['id']}", {"op": "replace", "path": "title", "value": "Lead"})
    assert told.json["meta"] == made["meta"]


def test_a_name_is_one_users_in_any_case_and_free_once_it_was_deleted(scim: Scim):
    made = scim.user("Unique@Corp.example", externalId="u-1")
    again = {"schemas": [USER], "userName": "unique@corp.EXAMPLE"}
    assert refusal(scim.ask("POST", "/Users", again)) == (409, "uniqueness")
    other = scim.user("other@corp.example")
    taken = {"op": "replace", "path": "externalId", "value": "u-1"}
    assert refusal(scim.patch(f"/Users/{other['id']}", taken)) == (409, "uniqueness")
    assert scim.ask("DELETE", f"/Users/{made['id']}").status == 204
    assert refusal(scim.ask("GET", f"/Users/{made['id']}")) == (404, None)
    assert refusal(scim.ask("DELETE", f"/Users/{made['id']}")) == (404, None)
    assert scim.user("unique@corp.example", externalId="u-1")["id"] != made["id"]


def test_a_client_sees_and_changes_its_own_source_alone(scim: Scim, served: Served):
    made = scim.user("mine")
    stranger = Scim(served, "stranger")
    assert refusal(stranger.ask("GET", f"/Users/{made['id']}")) == (404, None)
    assert refusal(stranger.ask("DELETE", f"/Users/{made['id']}")) == (404, None)
    assert stranger.found('userName eq "mine"') == []
    assert stranger.user("mine")["id"] != made["id"]
    members = {"schemas": [GROUP], "displayName": "theirs", "members": [{"value": made["id"]}]}
    assert refusal(stranger.ask("POST", "/Groups", members)) == (400, "invalidValue")


def test_a_token_does_what_its_scopes_say(served: Served):
    reader = Scim(served, "reader", "people:read")
    assert refusal(reader.ask("POST", "/Users", {"schemas": [USER], "userName": "x"})) == (403, None)
    assert reader.ask("GET", "/Users").json["totalResults"] == 0
    assert refusal(served.ask("GET", "/scim/v2/Users", Authorization="Bearer none")) == (401, None)
    assert served.ask("GET", "/scim/v2/ServiceProviderConfig", Authorization="").status == 200


def test_pages_follow_one_another_and_are_bounded(scim: Scim):
    for number in range(5):
        scim.user(f"page {number}", title="b" if number % 2 else "a")
    pages = "/Users?filter=" + quote('userName sw "page "')
    told = [scim.ask("GET", f"{pages}&startIndex={start}&count=2").json for start in (1, 3, 5, 7)]
    assert [one["userName"] for page in told for one in page["Resources"]] == [f"page {n}" for n in range(5)]
    assert [(page["totalResults"], page["startIndex"], page["itemsPerPage"]) for page in told] == [
        (5, 1, 2),
        (5, 3, 2),
        (5, 5, 1),
        (5, 7, 0),
    ]
    assert scim.ask("GET", "/Users?count=0").json["Resources"] == []
    assert scim.ask("GET", "/Users?count=-3&startIndex=-7").json["startIndex"] == 1
    sorted_ = scim.ask("GET", f"{pages}&sortBy=title&sortOrder=descending&attributes=title").json["Resources"]
    assert [one["title"] for one in sorted_] == ["b", "b", "a", "a", "a"]
    assert set(sorted_[0]) == {"schemas", "id", "title"}
    assert scim.ask("GET", "/Users?count=1000000000000000000000").status == 200
    assert scim.ask("GET", "/Users?startIndex=1000000000000000000000").status in {200, 400}


def test_a_search_over_all_types_finds_users_and_groups(scim: Scim):
    scim.user("somebody", displayName="Both of them")
    scim.group("Both of them")
    told = scim.ask("POST", "/.search", {"schemas": [SEARCH], "filter": 'displayName eq "both of them"'})
    assert [one["meta"]["resourceType"] for one in told.json["Resources"]] == ["User", "Group"]
    told = scim.ask(
        "POST", "/.search", {"schemas": [SEARCH], "filter": 'userName eq "SOMEBODY"', "sortBy": "userName"}
    )
    assert told.json["totalResults"] == 1  # a group has no such attribute


def test_bulk_makes_who_is_referred_to_first_and_tells_each_result(scim: Scim):
    operations = [
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "g",
            "data": {"schemas": [GROUP], "displayName": "crew", "members": [{"value": "bulkId:u"}]},
        },
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": "u",
            "data": {"schemas": [USER], "userName": "bulk one"},
        },
        {"method": "POST", "path": "/Users", "bulkId": "bad", "data": {"schemas": [USER]}},
        {
            "method": "PATCH",
            "path": f"{USERS}/bulkId:u",
            "data": {"schemas": [PATCH], "Operations": [{"op": "Add", "path": "title", "value": "Lead"}]},
        },
        {"method": "DELETE", "path": f"{USERS}/26118915-6090-4610-87e4-49d8ca9f808d"},
        {"method": "POST", "path": "/Pets", "bulkId": "p", "data": {}},
    ]
    told = scim.ask("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
    assert told.status == 200
    results = told.json["Operations"]
    assert [one["status"] for one in results] == ["201", "201", "400", "200", "404", "400"]
    group = scim.ask("GET", f"/Groups/{results[0]['location'].rpartition('/')[2]}").json
    assert group["members"][0]["value"] == results[1]["location"].rpartition("/")[2]
    assert scim.found('userName eq "bulk one" and title eq "lead"') == ["bulk one"]


def test_bulk_stops_after_so_many_errors_and_refuses_a_circle(scim: Scim):
    wrong = {"method": "POST", "path": "/Users", "data": {"schemas": [USER]}}
    operations = [{**wrong, "bulkId": str(number)} for number in range(5)]
    told = scim.ask("POST", "/Bulk", {"schemas": [BULK], "failOnErrors": 2, "Operations": operations})
    assert [one["status"] for one in told.json["Operations"]] == ["400", "400"]
    circle = [
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": one,
            "data": {"schemas": [GROUP], "displayName": one, "members": [{"value": f"bulkId:{other}"}]},
        }
        for one, other in (("a", "b"), ("b", "a"))
    ]
    told = scim.ask("POST", "/Bulk", {"schemas": [BULK], "Operations": circle})
    assert [one["status"] for one in told.json["Operations"]] == ["409", "409"]
    assert scim.found('displayName eq "a" or displayName eq "b"', "/Groups") == []


REFUSED_PATCHES = {
    "a path that is none": ({"op": "replace", "path": "emails[", "value": 1}, "invalidPath"),
    "an attribute that nobody defined": ({"op": "add", "path": "nonsense", "value": 1}, "invalidPath"),
    "a read-only attribute": ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
    "a read-only attribute in a value": (
        {"op": "replace", "value": {"meta": {"version": "9"}}},
        "mutability",
    ),
    "a required attribute taken away": ({"op": "remove", "path": "userName"}, "mutability"),
    "a required attribute made blank": ({"op": "replace", "path": "userName", "value": " "}, "invalidValue"),
    "a remove of nothing": ({"op": "remove"}, "noTarget"),
    "an operation that is none": ({"op": "move", "path": "title", "value": "x"}, "invalidValue"),
    "a value of another type": ({"op": "replace", "path": "active", "value": {"a": 1}}, "invalidValue"),
    "a path of a megabyte": ({"op": "replace", "path": "a" * 1_000_000, "value": "x"}, "invalidPath"),
    "a path nested without end": (
        {"op": "replace", "path": f"emails[{'not (' * 150}type pr{')' * 150}]", "value": "x"},
        "invalidPath",
    ),
    "a null character": ({"op": "replace", "path": "title", "value": "a\0b"}, "invalidValue"),
    "a name of a megabyte": (
        {"op": "replace", "path": "name.givenName", "value": "x" * 1_000_000},
        "invalidValue",
    ),
    "an endless user name": ({"op": "replace", "path": "userName", "value": "x" * 501}, "invalidValue"),
}


@pytest.mark.parametrize("name", REFUSED_PATCHES)
def test_the_patch_is_refused_and_the_resource_is_as_it_was(scim: Scim, name: str):
    operation, kind = REFUSED_PATCHES[name]
    made = scim.user(f"refused {name}")
    first = {"op": "replace", "path": "title", "value": "never kept"}
    assert refusal(scim.patch(f"/Users/{made['id']}", first, operation)) == (400, kind)
    assert scim.ask("GET", f"/Users/{made['id']}").json == made


REFUSED_USERS = {
    "another schema": ({"schemas": [GROUP], "userName": "x"}, 400, "invalidSyntax"),
    "an attribute that nobody defined": (
        {"schemas": [USER], "userName": "x", "bogus": 1},
        400,
        "invalidSyntax",
    ),
    "no name": ({"schemas": [USER]}, 400, "invalidValue"),
    "a list": ([], 400, "invalidSyntax"),
    "no json": ("{", 400, "invalidSyntax"),
    "half a surrogate pair": (f'{{"schemas":["{USER}"],"userName":"\\ud800"}}', 400, None),
    "nested without end": ('{"schemas":' + "[" * 1000 + "]" * 1000 + "}", 400, "invalidSyntax"),
    "too large": ("[" + " " * (2 * 1024 * 1024) + "]", 413, None),
    "two primary mails": (
        {"schemas": [USER], "userName": "x", "emails": [{"value": v, "primary": True} for v in "ab"]},
        400,
        "invalidValue",
    ),
}


@pytest.mark.parametrize("name", REFUSED_USERS)
def test_the_user_is_refused(scim: Scim, name: str):
    body, status, kind = REFUSED_USERS[name]
    told = refusal(scim.ask("POST", "/Users", body))
    assert told[0] == status
    assert kind is None or told[1] == kind
    assert scim.found('userName eq "x"') == []


REFUSED_FILTERS = {
    "no operator": "userName",
    "no attribute of ours": 'nonsense eq "x"',
    "a megabyte": 'title eq "' + "x" * 1_000_000 + '"',
    "nested a thousand times": "not (" * 1000 + "title pr" + ")" * 1000,
    "an order of booleans": "active gt true",
    "a number for a text": "userName eq 5",
    "a time without its offset": 'meta.created gt "2026-01-31T09:00:00"',
    "no time": 'meta.created gt "yesterday"',
    "a null character": 'title eq "a\\u0000b"',
    "half a surrogate pair": 'title eq "\\ud800"',
    "where it is": 'meta.location eq "x"',
    "sql": "userName eq 'x' OR 1=1; --",
}


@pytest.mark.parametrize("name", REFUSED_FILTERS)
def test_the_filter_is_refused(scim: Scim, name: str):
    told = scim.ask("POST", "/Users/.search", {"schemas": [SEARCH], "filter": REFUSED_FILTERS[name]})
    assert refusal(told) == (400, "invalidFilter")


def test_a_patch_of_endless_operations_is_refused(scim: Scim):
    made = scim.user("endless")
    told = scim.patch(f"/Users/{made['id']}", *[{"op": "add", "path": "title", "value": "x"}] * 1001)
    assert refusal(told) == (413, None)
    assert scim.ask("GET", f"/Users/{made['id']}").json == made


def test_clients_that_change_one_user_at_once_lose_nothing(scim: Scim):
    made = scim.user("contended")
    changes = [{"op": "add", "path": "roles", "value": [{"value": str(number)}]} for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda one: scim.patch(f"/Users/{made['id']}", one).status, changes))
        same = list(pool.map(lambda _: scim.ask("POST", "/Users", SAME).status, range(6)))
    assert told == [200] * 12
    found = scim.ask("GET", f"/Users/{made['id']}").json
    assert sorted(int(role["value"]) for role in found["roles"]) == list(range(12))
    assert found["meta"]["version"] == 'W/"13"'
    assert sorted(same) == [201, 409, 409, 409, 409, 409]


def test_what_is_asked_of_no_address_or_in_no_form_is_a_scim_error_too(scim: Scim):
    assert refusal(scim.ask("GET", "/Pets")) == (404, None)
    assert refusal(scim.ask("GET", f"{USERS}/none")) == (404, None)
    assert refusal(scim.ask("GET", "/Me")) == (501, None)
    assert refusal(scim.ask("POST", "/Schemas", {})) == (405, None)
    assert refusal(scim.ask("GET", "/Schemas?filter=a")) == (403, None)
    assert refusal(scim.ask("GET", "/Users?sortBy=nonsense")) == (400, "invalidPath")
    assert refusal(scim.ask("GET", "/Users?count=many"))[0] == 400
    assert refusal(scim.ask("POST", "/Users", "x", Content_Type="text/plain"))[0] == 415
    many = {"schemas": [BULK], "Operations": [{}] * 1001}
    assert refusal(scim.ask("POST", "/Bulk", many)) == (413, None)
    assert refusal(scim.ask("POST", "/Bulk", {"schemas": [BULK], "Operations": [{}] * 800_000})) == (
        413,
        None,
    )


def test_a_filter_of_ten_thousand_characters_is_answered_while_others_are(scim: Scim):
    began = time.monotonic()
    long = " or ".join(f'emails[type eq "{n}" and not (value co "x")]' for n in range(180))
    assert scim.found(long) == []
    assert time.monotonic() - began < 5


def test_whoever_is_provisioned_is_in_the_crosswalk_leaves_and_comes_back(scim: Scim):
    told = {
        "externalId": "object-1",
        "name": {"givenName": "Mara", "familyName": "Sample"},
        "emails": [{"value": "mara@corp.example", "primary": True}],
        WORK: {"employeeNumber": "SC-4711", "department": "Sales"},
    }
    made = scim.user("mara.sample@corp.example", **told)
    person = scim.person_of("SC-4711")
    assert scim.person_of("mara.sample@corp.example") == person
    assert scim.ask("DELETE", f"/Users/{made['id']}").status == 204
    scim.user("mara.sample@corp.example", **told)
    assert scim.person_of("SC-4711") == person
