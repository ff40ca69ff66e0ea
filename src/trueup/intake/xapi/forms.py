"""How a statement is written in an answer: exact, by ids, or canonical. Knows valid statements, no request."""

from collections.abc import Mapping, Sequence
from typing import Any

from trueup.intake.xapi.selection import Form
from trueup.intake.xapi.statement import IDENTIFIERS

_LANGUAGE_MAPS = ("name", "description", "display")
_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def written(statement: Mapping[str, Any], form: Form, languages: Sequence[str] = ()) -> dict[str, Any]:
    """A valid statement in a form (xAPI 1.0.3, Communication 2.1.3); `languages` are wanted, best first."""
    match form:
        case Form.EXACT:
            return dict(statement)
        case Form.IDS:
            return _by_ids(statement)
        case Form.CANONICAL:
            return _canonical(statement, languages)


def wanted_languages(accept: str) -> tuple[str, ...]:
    """The tags of an Accept-Language header, best first.

    >>> wanted_languages("de;q=0.8, en-GB, *;q=0.1, fr;q=x")
    ('en-GB', 'de')
    """
    told = []
    for place, part in enumerate(accept.split(",")):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag.strip() not in {"", "*"} and quality > 0:
            told.append((-quality, place, tag.strip()))
    return tuple(tag for _, _, tag in sorted(told))


def _by_ids(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is needed to identify agents, activities, verbs and groups."""
    told = dict(statement)
    told["actor"] = _agent_by_id(told["actor"])
    told["verb"] = {"id": told["verb"]["id"]}
    told["object"] = _object_by_id(told["object"])
    if "authority" in told:
        told["authority"] = _agent_by_id(told["authority"])
    if "context" in told:
        context = dict(told["context"])
        for key in {"instructor", "team"} & context.keys():
            context[key] = _agent_by_id(context[key])
        if "contextActivities" in context:
            context["contextActivities"] = {
                key: [_object_by_id(one) for one in (value if isinstance(value, list) else [value])]
                for key, value in context["contextActivities"].items()
            }
        told["context"] = context
    return told


def _agent_by_id(agent: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: agent[key] for key in ("objectType", *IDENTIFIERS) if key in agent}
    if not set(IDENTIFIERS) & told.keys():
        told["member"] = [_agent_by_id(one) for one in agent.get("member", ())]
    return told


def _object_by_id(thing: Mapping[str, Any]) -> dict[str, Any]:
    match thing.get("objectType", "Activity"):
        case "Activity":
            return {"id": thing["id"]}  # that it is one goes without saying
        case "StatementRef":
            return dict(thing)
        case "SubStatement":
            return _by_ids(thing)
        case _:
            return _agent_by_id(thing)


def _canonical(statement: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """Definitions and displays in one language each; the definition is the one that came with the statement."""
    told = dict(statement)
    told["verb"] = _in_one_language(told["verb"], languages)
    thing = told["object"]
    if thing.get("objectType") == "SubStatement":
        told["object"] = _canonical(thing, languages)
    elif "definition" in thing:
        told["object"] = {**thing, "definition": _in_one_language(thing["definition"], languages)}
    activities = told.get("context", {}).get("contextActivities")
    if activities is not None:
        told["context"] = {
            **told["context"],
            "contextActivities": {
                key: [
                    {**one, "definition": _in_one_language(one["definition"], languages)}
                    if "definition" in one
                    else one
                    for one in (value if isinstance(value, list) else [value])
                ]
                for key, value in activities.items()
            },
        }
    return told


def _in_one_language(thing: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    told = dict(thing)
    for key in _LANGUAGE_MAPS:
        if told.get(key):
            told[key] = _best(told[key], languages)
    for key in _COMPONENTS:
        if key in told:
            told[key] = [_in_one_language(one, languages) for one in told[key]]
    return told


def _best(words: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """The one entry that fits best: the tag itself, then its language, then whatever stands first."""
    for wanted in languages:
        for tag in words:
            if tag.lower() == wanted.lower():
                return {tag: words[tag]}
        for tag in words:
            if tag.lower().partition("-")[0] == wanted.lower().partition("-")[0]:
                return {tag: words[tag]}
    tag = next(iter(words))
    return {tag: words[tag]}
