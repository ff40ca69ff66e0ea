"""How statements are written in answers."""

import copy
from typing import Any

import pytest
from statements import WHOLE

from trueup.intake.xapi.forms import wanted_languages, written
from trueup.intake.xapi.selection import Form

GROUP = {"objectType": "Group", "name": "Team", "member": [{"mbox": "mailto:a@example.com", "name": "A"}]}


def test_exact_is_as_it_came():
    assert written(WHOLE, Form.EXACT) == WHOLE


def test_ids_leaves_only_what_identifies():
    told = written({**WHOLE, "actor": {**WHOLE["actor"], "name": "E. M."}}, Form.IDS)
    assert told["actor"] == WHOLE["actor"]
    assert told["verb"] == {"id": WHOLE["verb"]["id"]}
    assert told["object"] == {"id": WHOLE["object"]["id"]}
    assert told["context"]["contextActivities"] == {"parent": [{"id": "https://lms.example.com/program/1"}]}
    assert told["result"] == WHOLE["result"]


def test_ids_leaves_the_members_of_an_anonymous_group_and_not_those_of_an_identified_one():
    anonymous = written({**WHOLE, "actor": GROUP}, Form.IDS)["actor"]
    assert anonymous == {"objectType": "Group", "member": [{"mbox": "mailto:a@example.com"}]}
    identified = written({**WHOLE, "actor": {**GROUP, "mbox": "mailto:t@example.com"}}, Form.IDS)["actor"]
    assert identified == {"objectType": "Group", "mbox": "mailto:t@example.com"}


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("de-DE", {"de-DE": "Sicherheit"}),
        ("de", {"de-DE": "Sicherheit"}),  # the language without its region
        ("fr, de-CH;q=0.5", {"de-DE": "Sicherheit"}),  # the second wish
        ("fr", {"en": "Safety"}),  # none fits: the first
        ("", {"en": "Safety"}),
    ],
)
def test_canonical_has_one_language_and_the_one_wanted(accept: str, name: dict[str, str]):
    told = written(WHOLE, Form.CANONICAL, wanted_languages(accept))
    assert told["object"]["definition"]["name"] == name
    assert told["object"]["definition"]["choices"][0]["description"] == {"en": "A"}
    assert told["actor"] == WHOLE["actor"]


@pytest.mark.parametrize("form", Form)
def test_writing_changes_no_statement(form: Form):
    sub = {**{key: WHOLE[key] for key in ("actor", "verb", "object")}, "objectType": "SubStatement"}
    statement: dict[str, Any] = {**WHOLE, "object": sub}
    before = copy.deepcopy(statement)
    written(statement, form, ("de",))
    assert statement == before
