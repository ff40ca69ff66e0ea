"""Which statements a query asks for (xAPI 1.0.3, Communication 2.1.3). Knows parameters and statements, no store.

A query becomes a set of keys, and so does a statement: one matches where it has every key of the query. So a store
needs one index of keys. Times, order and pages are the store's; so is what follows StatementRefs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from trueup.intake.xapi import formats
from trueup.intake.xapi.compare import identifier, instant
from trueup.intake.xapi.refusal import Place, Refusal, Version
from trueup.intake.xapi.statement import ACTOR, IDENTIFIERS

LARGEST_PAGE = 500
CLAUSE = "xAPI 1.0.3, Communication 2.1.3"


class Form(StrEnum):
    """How statements are written in an answer."""

    IDS = "ids"
    EXACT = "exact"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class One:
    """One statement by its id: one that stands, or one that was voided."""

    id: str
    voided: bool
    form: Form


@dataclass(frozen=True, slots=True)
class Many:
    """The statements that have every key, stored after `since` and not after `until`, at most `limit`."""

    keys: frozenset[str]
    since: datetime | None
    until: datetime | None
    limit: int
    ascending: bool
    form: Form


_BOOLEANS = ("related_activities", "related_agents", "attachments", "ascending")
_ALONE = {"statementId", "voidedStatementId"}
_BESIDE = {"format", "attachments"}
_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "statementId": (formats.is_uuid, "a UUID"),
    "voidedStatementId": (formats.is_uuid, "a UUID"),
    "registration": (formats.is_uuid, "a UUID"),
    "verb": (formats.is_iri, "an IRI with its scheme"),
    "activity": (formats.is_iri, "an IRI with its scheme"),
    "since": (formats.is_zoned_timestamp, "a date and time with its offset"),
    "until": (formats.is_zoned_timestamp, "a date and time with its offset"),
    "limit": (
        lambda text: text.isascii() and text.isdigit() and len(text) < 10,
        "a whole number that is not negative",
    ),
    "format": (lambda text: text in list(Form), "ids, exact or canonical"),
    "agent": (bool, "an Agent or identified Group as JSON"),
    **dict.fromkeys(_BOOLEANS, (lambda text: text in {"true", "false"}, "true or false")),
}


def read_query(parameters: Iterable[tuple[str, str]], version: Version) -> One | Many | tuple[Refusal, ...]:
    """What the parameters of a GET ask for, or why they ask for nothing that is known."""
    pairs = list(parameters)
    told = dict(pairs)
    refusals = [*_wrong(pairs, told)]
    agent, wrong = _agent(told["agent"], version) if "agent" in told else (None, ())
    if refusals or wrong:
        return (*refusals, *wrong)
    form = Form(told.get("format", Form.EXACT))
    if alone := _ALONE & told.keys():
        (name,) = alone
        return One(told[name].lower(), name == "voidedStatementId", form)
    limit = int(told.get("limit", "0"))
    return Many(
        frozenset(_asked(told, agent)),
        datetime.fromisoformat(instant(told["since"])) if "since" in told else None,
        datetime.fromisoformat(instant(told["until"])) if "until" in told else None,
        min(limit, LARGEST_PAGE) or LARGEST_PAGE,
        told.get("ascending") == "true",
        form,
    )


def _wrong(pairs: list[tuple[str, str]], told: Mapping[str, str]) -> Iterator[Refusal]:
    """Parameters that are unknown (case counts), stand twice, are of no format, or may not stand together."""
    for name in told:
        if name not in _FORMATS:
            yield Refusal(name, f"one of {', '.join(sorted(_FORMATS))}", "another parameter", CLAUSE)
        elif not _FORMATS[name][0](told[name]):
            yield Refusal(name, _FORMATS[name][1], f"text of {len(told[name])} characters", CLAUSE)
        if sum(other == name for other, _ in pairs) > 1:
            yield Refusal(name, "the parameter once", "twice or more", CLAUSE)
    if told.get("attachments") == "true":
        yield Refusal("attachments", "false: attachments are not kept here", "true", CLAUSE)
    if told.keys() >= _ALONE:
        yield Refusal("voidedStatementId", "statementId or voidedStatementId, not both", "both", CLAUSE)
    elif _ALONE & told.keys() and (beside := told.keys() - _ALONE - _BESIDE):
        yield Refusal(min(beside), "only format and attachments beside an id", "another parameter", CLAUSE)


def _agent(text: str, version: Version) -> tuple[Mapping[str, Any] | None, tuple[Refusal, ...]]:
    """The agent of a parameter, validated as one in a statement is (Data 2.2)."""
    try:
        agent = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None, (Refusal("agent", "an Agent or identified Group as JSON", "no JSON", CLAUSE),)
    refusals = tuple(ACTOR(agent, Place(version, "agent")))
    if not refusals and not set(IDENTIFIERS) & agent.keys():
        refusals = (Refusal("agent", f"one of {', '.join(IDENTIFIERS)}", "no identifier", CLAUSE),)
    return (None, refusals) if refusals else (agent, ())


def _asked(told: Mapping[str, str], agent: Mapping[str, Any] | None) -> Iterator[str]:
    """The keys that a statement must have. Upper case is the broad kind."""
    if agent is not None:
        yield _key("A" if told.get("related_agents") == "true" else "a", identifier(agent))
    if "verb" in told:
        yield _key("v", told["verb"])
    if "activity" in told:
        yield _key("C" if told.get("related_activities") == "true" else "c", told["activity"])
    if "registration" in told:
        yield _key("r", told["registration"].lower())


def keys_of(statement: Mapping[str, Any]) -> frozenset[str]:
    """The keys that a valid statement has. They may name a person: a store keeps them hashed."""
    return frozenset(_keys(statement))


def _keys(statement: Mapping[str, Any]) -> Iterator[str]:
    thing = statement["object"]
    yield _key("v", statement["verb"]["id"])
    if registration := statement.get("context", {}).get("registration"):
        yield _key("r", registration.lower())
    if thing.get("objectType", "Activity") == "Activity":
        yield _key("c", thing["id"])
    for agent in (statement["actor"], *_if_agent(thing)):
        yield from (_key("a", known) for known in _known(agent))
    for agent in _agents(statement):
        yield from (_key("A", known) for known in _known(agent))
    yield from (_key("C", activity["id"]) for activity in _activities(statement))


def _known(agent: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The identifiers that an agent is found by: a group's are its members' too."""
    yield from filter(None, (identifier(one) for one in (agent, *agent.get("member", ()))))


def _if_agent(thing: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if thing.get("objectType") in {"Agent", "Group"}:
        yield thing


def _agents(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Everybody in a statement and in a statement that it contains."""
    context, thing = statement.get("context", {}), statement["object"]
    yield statement["actor"]
    yield from _if_agent(thing)
    yield from (context[key] for key in ("instructor", "team") if key in context)
    yield from (one["agent"] for one in context.get("contextAgents", ()))
    yield from (one["group"] for one in context.get("contextGroups", ()))
    if "authority" in statement:
        yield statement["authority"]
    if thing.get("objectType") == "SubStatement":
        yield from _agents(thing)


def _activities(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every activity in a statement and in a statement that it contains."""
    thing = statement["object"]
    if thing.get("objectType", "Activity") == "Activity":
        yield thing
    for told in statement.get("context", {}).get("contextActivities", {}).values():
        yield from told if isinstance(told, list) else [told]
    if thing.get("objectType") == "SubStatement":
        yield from _activities(thing)


def _key(kind: str, value: object) -> str:
    return f"{kind}:{json.dumps(value, sort_keys=True, ensure_ascii=False)}"
