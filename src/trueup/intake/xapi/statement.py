"""What a statement must be: the tables of its objects (xAPI 1.0.3, Part Two; IEEE 9274.1.1 for 2.0). Knows no store.

    refusals = refuse(json_value, Version.V1)      # empty: it is a statement

Every MUST of the specification for a statement's content stands here or in shapes.py, and so do those SHOULDs that
the conformance tests hold servers to.
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from trueup.intake.xapi import formats
from trueup.intake.xapi.refusal import Place, Refusal, Version
from trueup.intake.xapi.shapes import (
    Check,
    Thing,
    boolean,
    by_type,
    each,
    keyed,
    number,
    one_of,
    one_or_each,
    string,
    text,
    whole,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

_uuid = text(formats.is_uuid, "a UUID in its standard form", "Data 4.4")
_iri = text(formats.is_iri, "an IRI with its scheme", "Data 4.3")
_languages = keyed(formats.is_language, "a language tag of RFC 5646", string, "Data 4.2")
_extensions = keyed(formats.is_iri, "an IRI with its scheme", None, "Data 4.1")
_duration = text(formats.is_duration, "a duration of ISO 8601, as PT1H30M", "Data 4.6")


def _timestamp(value: Any, place: Place) -> Iterator[Refusal]:
    """A time; xAPI 2.0 wants its offset too."""
    fits = formats.is_zoned_timestamp if place.version is Version.V2 else formats.is_timestamp
    yield from text(fits, "a date and time of ISO 8601, as 2026-03-29T01:30:00Z", "Data 4.5")(value, place)


def _version(value: Any, place: Place) -> Iterator[Refusal]:
    """Data 2.4.10: the version of the statement, not above the request's."""
    starts = ("1.0.", "2.0.") if place.version is Version.V2 else ("1.0.",)
    known = isinstance(value, str) and (value == "1.0" or (value.startswith(starts) and value[4:].isdigit()))
    if not known:
        yield place.refuse(" or ".join(f"{start}x" for start in starts), value, "Data 2.4.10")


# who: Data 2.4.2


def _one_identifier(agent: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    found = [name for name in IDENTIFIERS if name in agent]
    if len(found) != 1:
        yield place.refuse(f"exactly one of {', '.join(IDENTIFIERS)}", agent, "Data 2.4.2.1")


def _group_is_known(group: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    found = [name for name in IDENTIFIERS if name in group]
    if len(found) > 1:
        yield place.refuse(f"at most one of {', '.join(IDENTIFIERS)}", group, "Data 2.4.2.2")
    if not found and not group.get("member"):
        yield place.into("member").lacks("the members of a group without an identifier", "Data 2.4.2.2")


_ACCOUNT = Thing("an account", {"homePage": _iri, "name": string}, "Data 2.4.2.4", ("homePage", "name"))
_BY: dict[str, Check] = {
    "name": string,
    "mbox": text(formats.is_mailto, "mailto: and a mail address", "Data 2.4.2.3"),
    "mbox_sha1sum": text(formats.is_sha1, "a SHA-1 sum, 40 hexadecimal digits", "Data 2.4.2.3"),
    "openid": text(formats.is_uri, "a URI with its scheme", "Data 2.4.2.3"),
    "account": _ACCOUNT,
}
AGENT = Thing(
    "an Agent",
    {"objectType": one_of(("Agent",), "Data 2.4.2.1"), **_BY},
    "Data 2.4.2.1",
    (),
    (_one_identifier,),
)
GROUP = Thing(
    "a Group",
    {"objectType": one_of(("Group",), "Data 2.4.2.2"), **_BY, "member": each(AGENT, "Data 2.4.2.2")},
    "Data 2.4.2.2",
    ("objectType",),
    (_group_is_known,),
)
ACTOR = by_type("Agent", {"Agent": AGENT, "Group": GROUP}, "Data 2.4.2")


def _authority(value: Any, place: Place) -> Iterator[Refusal]:
    """Data 2.4.9: an Agent, or an anonymous group of exactly two."""
    yield from ACTOR(value, place)
    if isinstance(value, dict) and value.get("objectType") == "Group":
        members = value.get("member")
        if set(IDENTIFIERS) & set(value) or not isinstance(members, list) or len(members) != 2:
            yield place.refuse("an Agent, or a group of two without an identifier", value, "Data 2.4.9")


# what was done: Data 2.4.3, 2.4.4


def _components_are_distinct(value: Any, place: Place) -> Iterator[Refusal]:
    yield from each(
        Thing("an interaction component", {"id": string, "description": _languages}, "Data 2.4.4.1", ("id",)),
        "Data 2.4.4.1",
    )(value, place)
    ids = [item.get("id") for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if len({id_ for id_ in ids if isinstance(id_, str)}) < len(ids):
        yield place.refuse("components with different ids", value, "Data 2.4.4.1")


_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def _interaction_has_its_type(definition: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    if "interactionType" not in definition and {"correctResponsesPattern", *_COMPONENTS} & set(definition):
        yield place.into("interactionType").lacks("the type of the interaction", "Data 2.4.4.1")


_INTERACTIONS = (
    *("true-false", "choice", "fill-in", "long-fill-in", "matching"),
    *("performance", "sequencing", "likert", "numeric", "other"),
)
VERB = Thing("a verb", {"id": _iri, "display": _languages}, "Data 2.4.3", ("id",))
_DEFINITION = Thing(
    "an activity definition",
    {
        "name": _languages,
        "description": _languages,
        "type": _iri,
        "moreInfo": _iri,
        "interactionType": one_of(_INTERACTIONS, "Data 2.4.4.1"),
        "correctResponsesPattern": each(string, "Data 2.4.4.1"),
        **dict.fromkeys(_COMPONENTS, _components_are_distinct),
        "extensions": _extensions,
    },
    "Data 2.4.4.1",
    (),
    (_interaction_has_its_type,),
)
ACTIVITY = Thing(
    "an Activity",
    {"objectType": one_of(("Activity",), "Data 2.4.4.1"), "id": _iri, "definition": _DEFINITION},
    "Data 2.4.4.1",
    ("id",),
)
STATEMENT_REF = Thing(
    "a StatementRef",
    {"objectType": one_of(("StatementRef",), "Data 2.4.4.3"), "id": _uuid},
    "Data 2.4.4.3",
    ("objectType", "id"),
)

# how well: Data 2.4.5


def _score_is_within_its_bounds(score: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    low, high = score.get("min", -inf), score.get("max", inf)
    if low >= high:
        yield place.into("min").refuse("less than max", low, "Data 2.4.5.1")
    if "raw" in score and not low <= score["raw"] <= high:
        yield place.into("raw").refuse("between min and max", score["raw"], "Data 2.4.5.1")


SCORE = Thing(
    "a score",
    {"scaled": number(-1, 1, "Data 2.4.5.1"), "raw": number(), "min": number(), "max": number()},
    "Data 2.4.5.1",
    (),
    (_score_is_within_its_bounds,),
)
RESULT = Thing(
    "a result",
    {
        "score": SCORE,
        "success": boolean,
        "completion": boolean,
        "response": string,
        "duration": _duration,
        "extensions": _extensions,
    },
    "Data 2.4.5",
)

# where and with whom: Data 2.4.6

_activities = one_or_each(ACTIVITY, "Data 2.4.6.2")
_types = each(_iri, "IEEE 9274.1.1, 4.2.2.5", least=1)


def _context_member(kind: str, key: str, check: Check) -> Check:
    members: dict[str, Check] = {
        "objectType": one_of((kind,), "Data 2.4.6"),
        key: check,
        "relevantTypes": _types,
    }
    return each(Thing(f"a {kind}", members, "Data 2.4.6", ("objectType", key)), "Data 2.4.6")


CONTEXT = Thing(
    "a context",
    {
        "registration": _uuid,
        "instructor": ACTOR,
        "team": GROUP,
        "contextActivities": Thing(
            "context activities",
            dict.fromkeys(("parent", "grouping", "category", "other"), _activities),
            "Data 2.4.6.2",
        ),
        "revision": string,
        "platform": string,
        "language": text(formats.is_language, "a language tag of RFC 5646", "Data 2.4.6"),
        "statement": STATEMENT_REF,
        "extensions": _extensions,
    },
    "Data 2.4.6",
    since_2={
        "contextAgents": _context_member("contextAgent", "agent", AGENT),
        "contextGroups": _context_member("contextGroup", "group", GROUP),
    },
)
ATTACHMENT = Thing(
    "an attachment",
    {
        "usageType": _iri,
        "display": _languages,
        "description": _languages,
        "contentType": text(formats.is_media_type, "an Internet media type", "Data 2.4.11"),
        "length": whole,
        "sha2": text(formats.is_sha2, "a SHA-2 sum in hexadecimal", "Data 2.4.11"),
        "fileUrl": _iri,
    },
    "Data 2.4.11",
    ("usageType", "display", "contentType", "length", "sha2"),
)

# the whole: Data 2.4


def _attachments_have_an_address(statement: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    """Communication 1.5.1: a request of application/json brings attachments by their fileUrl only."""
    for index, attachment in enumerate(statement.get("attachments", ())):
        if "fileUrl" not in attachment:
            told = place.into("attachments").into(index).into("fileUrl")
            yield told.lacks(
                "the address of the attachment: its content is not taken here", "Communication 1.5.1"
            )


def _object_fits_context(statement: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    """Data 2.4.6: revision and platform are of an activity only."""
    if statement["object"].get("objectType", "Activity") == "Activity":
        return
    for key in {"revision", "platform"} & set(statement.get("context", {})):
        told = place.into("context").into(key)
        yield told.refuse(
            "no such member where the object is no Activity", statement["context"][key], "Data 2.4.6"
        )


def _void_names_a_statement(statement: Mapping[str, Any], place: Place) -> Iterator[Refusal]:
    """Data 2.3.2: a voiding statement's object is a StatementRef."""
    if statement["verb"]["id"] == VOIDED and statement["object"].get("objectType") != "StatementRef":
        told = place.into("object").into("objectType")
        yield told.refuse(
            '"StatementRef" where the verb is voided', statement["object"].get("objectType"), "Data 2.3.2"
        )


def _about(of: Mapping[str, Check]) -> Mapping[str, Check]:
    """The members that statements and sub-statements share; `of` are the kinds their object may be."""
    return {
        "actor": ACTOR,
        "verb": VERB,
        "object": by_type("Activity", of, "Data 2.4.4"),
        "result": RESULT,
        "context": CONTEXT,
        "timestamp": _timestamp,
        "attachments": each(ATTACHMENT, "Data 2.4.11"),
    }


_OBJECTS: dict[str, Check] = {
    "Activity": ACTIVITY,
    "Agent": AGENT,
    "Group": GROUP,
    "StatementRef": STATEMENT_REF,
}
_NEEDED = ("actor", "verb", "object")
_RULES = (_object_fits_context, _void_names_a_statement, _attachments_have_an_address)
SUBSTATEMENT = Thing(
    "a SubStatement",
    {"objectType": one_of(("SubStatement",), "Data 2.4.4.3"), **_about(_OBJECTS)},
    "Data 2.4.4.3",
    ("objectType", *_NEEDED),
    _RULES,
)
STATEMENT = Thing(
    "a statement",
    {
        "id": _uuid,
        **_about({**_OBJECTS, "SubStatement": SUBSTATEMENT}),
        "stored": _timestamp,
        "authority": _authority,
        "version": _version,
    },
    "Data 2.2",
    _NEEDED,
    _RULES,
)


def refuse(statement: object, version: Version, at: str = "") -> tuple[Refusal, ...]:
    """Why a JSON value is no statement of that version of xAPI; empty where it is one.

    `at` is the pointer of the statement in what was sent: "/3" for the fourth of a batch. What is nested is bounded
    by whoever read the JSON.
    """
    return tuple(STATEMENT(statement, Place(version, at)))
