"""Which statements a query asks for (xAPI 1.0.3, Communication 2.1.3). Knows parameters and statements, no store.

A query becomes a set of keys, and so does a statement: one matches where it has every key of the query. So a store
needs one index of keys. People stand apart, as whom the source names: what is indexed of them is a number, so that
erasing them leaves nothing. Times, order and pages are the store's; so is what follows StatementRefs.
"""

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
from trueup.model.completions import Who

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
class Keys:
    """What a statement is found by: words, and people. Lower case is the narrow kind, upper case the broad one."""

    words: frozenset[str]  # "v:<verb>", "c:<activity>", "C:<activity>", "r:<registration>"
    people: frozenset[tuple[str, Who]]  # "a" or "A", and who

    def within(self, other: "Keys") -> bool:
        """Whether the other has every key of these."""
        return self.words <= other.words and self.people <= other.people


@dataclass(frozen=True, slots=True)
class Many:
    """The statements that have every key, stored after `since` and not after `until`, at most `limit`."""

    keys: Keys
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
        _asked(told, agent),
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


def _asked(told: Mapping[str, str], agent: Mapping[str, Any] | None) -> Keys:
    """The keys that a statement must have."""
    words, people = set(), set()
    if agent is not None and (who := who_of(agent)):
        people.add(("A" if told.get("related_agents") == "true" else "a", who))
    if "verb" in told:
        words.add(f"v:{told['verb']}")
    if "activity" in told:
        words.add(f"{'C' if told.get('related_activities') == 'true' else 'c'}:{told['activity']}")
    if "registration" in told:
        words.add(f"r:{told['registration'].lower()}")
    return Keys(frozenset(words), frozenset(people))


def keys_of(statement: Mapping[str, Any]) -> Keys:
    """The keys that a valid statement has."""
    narrow = (statement["actor"], *_if_agent(statement["object"]))
    people = {("a", who) for agent in narrow for who in _known(agent)}
    people |= {("A", who) for agent in _agents(statement) for who in _known(agent)}
    return Keys(frozenset(_words(statement)), frozenset(people))


def _words(statement: Mapping[str, Any]) -> Iterator[str]:
    thing = statement["object"]
    yield f"v:{statement['verb']['id']}"
    if registration := statement.get("context", {}).get("registration"):
        yield f"r:{registration.lower()}"
    if thing.get("objectType", "Activity") == "Activity":
        yield f"c:{thing['id']}"
    yield from (f"C:{activity['id']}" for activity in _activities(statement))


def who_of(agent: Mapping[str, Any]) -> Who | None:
    """Whom an agent or an identified group is; None for a group without an identifier."""
    told = identifier(agent)
    match next(iter(told), None):
        case "account":
            return Who(issuer=told["account"]["homePage"], name=told["account"]["name"])
        case "mbox":
            return Who(email=told["mbox"].partition(":")[2])
        case None:
            return None
        case kind:
            return Who(issuer=kind, name=told[kind])


def _known(agent: Mapping[str, Any]) -> Iterator[Who]:
    """Whom an agent is found by: a group is found by its members, too."""
    yield from filter(None, map(who_of, (agent, *agent.get("member", ()))))


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
