"""Says which changes of contracts/ break those who rely on the last released ones. Knows no server.

    python scripts/contract_gate.py              # exit 1 and one line a break, against contracts/released/NEWEST
    python scripts/contract_gate.py --release    # keeps today's contracts as released, under openapi's version

A request may become wider and an answer narrower, never the other way round: what was accepted stays accepted,
what was promised stays promised. Members may be added to answers; readers ignore what they do not know. A break
is let through where openapi's major version was raised for it.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import yaml

CONTRACTS = Path(__file__).parents[1] / "contracts"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
TYPES = frozenset({"object", "array", "string", "boolean", "null", "integer", "number"})
Node = Any


class Way(StrEnum):
    """Which way a value travels."""

    IN = "request"
    OUT = "answer"


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a contract and the file it stands in, so that references can be followed."""

    node: Node
    file: Path

    def at(self, *keys: str | int) -> "Place | None":
        """What stands under the keys, references followed; None where nothing does."""
        here: Place | None = self.followed()
        for key in keys:
            node = here.node if here else None
            known = key in node if isinstance(node, dict) else isinstance(node, list) and int(key) < len(node)
            here = Place(node[key], here.file).followed() if here and known else None
        return here

    def followed(self) -> "Place":
        """The node that a lone reference leads to."""
        if isinstance(self.node, dict) and set(self.node) == {"$ref"}:
            return self.led(self.node["$ref"]).followed()
        return self

    def led(self, reference: str) -> "Place":
        """The node that a reference names, in this file or another one."""
        name, fragment = urldefrag(reference)
        file = self.file.parent / name if name else self.file
        node = read(file)
        for key in filter(None, fragment.split("/")):
            node = node[key.replace("~1", "/").replace("~0", "~")]
        return Place(node, file)

    def schema(self) -> dict[str, tuple[Any, "Place"]]:
        """The words of a schema with the place of each, `$ref` and `allOf` joined into it."""
        if not isinstance(self.node, dict):
            return {}
        parts = [self.led(self.node["$ref"])] if "$ref" in self.node else []
        parts += [Place(part, self.file) for part in self.node.get("allOf", [])]
        words: dict[str, tuple[Any, Place]] = {}
        for part in parts:
            for word, (value, place) in part.schema().items():
                words[word] = (joined(word, words[word][0], value) if word in words else value, place)
        for word, value in self.node.items():
            if word not in {"$ref", "allOf"}:
                words[word] = (joined(word, words[word][0], value) if word in words else value, self)
        return words


def joined(word: str, one: Any, other: Any) -> Any:
    """What two parts of one schema say together under a word."""
    if word == "required":
        return sorted({*one, *other})
    return {**one, **other} if word == "properties" else other


_READ: dict[Path, Any] = {}


def read(file: Path) -> Any:
    """A contract's file, read once."""
    key = file.resolve()
    if key not in _READ:
        text = file.read_text(encoding="utf-8")
        _READ[key] = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    return _READ[key]


def said(old: Any, new: Any) -> tuple[Any, Any]:
    """A word's values in both, None where it is not said."""
    return (old[0] if old else None), (new[0] if new else None)


def values_of(words: dict[str, Any]) -> frozenset[str] | None:
    """The values that a schema lists, None where it lists none."""
    if "const" in words:
        return frozenset({json.dumps(words["const"][0])})
    return frozenset(json.dumps(value) for value in words["enum"][0]) if "enum" in words else None


def types_of(words: dict[str, Any]) -> frozenset[str]:
    """The types that a schema lets through."""
    kind = words["type"][0] if "type" in words else sorted(TYPES)
    kinds = {kind} if isinstance(kind, str) else set(kind)
    return frozenset(kinds | ({"integer"} if "number" in kinds else set()))


def schema_breaks(
    old: Place, new: Place, way: Way, where: str, seen: frozenset[Any] = frozenset()
) -> Iterator[str]:
    """What breaks between two schemas of a value that travels that way."""
    mark = (id(old.node), id(new.node), way)
    if mark in seen:
        return
    seen |= {mark}
    was, now = old.schema(), new.schema()
    lost, gained = types_of(was) - types_of(now), types_of(now) - types_of(was)
    if wrong := lost if way is Way.IN else gained:
        yield f"{where}: {'no longer takes' if way is Way.IN else 'may now be'} {', '.join(sorted(wrong))}"
    yield from value_breaks(values_of(was), values_of(now), way, where)
    yield from bound_breaks(was, now, way, where)
    yield from member_breaks(was, now, way, where, seen)
    yield from choice_breaks(was, now, way, where, seen)
    for word in ("items", "additionalProperties"):
        if isinstance(said(was.get(word), now.get(word))[0], dict) and isinstance(
            now.get(word, [0])[0], dict
        ):
            yield from schema_breaks(
                Place(was[word][0], was[word][1].file),
                Place(now[word][0], now[word][1].file),
                way,
                f"{where}/*",
                seen,
            )


def value_breaks(
    was: frozenset[str] | None, now: frozenset[str] | None, way: Way, where: str
) -> Iterator[str]:
    """Listed values: a request loses none, an answer gains none."""
    if way is Way.IN and now is not None and (was is None or was - now):
        yield f"{where}: no longer takes {', '.join(sorted(was - now)) if was else 'any value'}"
    if way is Way.OUT and was is not None and (now is None or now - was):
        yield f"{where}: may now be {', '.join(sorted(now - was)) if now else 'any value'}"


def bound_breaks(was: dict[str, Any], now: dict[str, Any], way: Way, where: str) -> Iterator[str]:
    """Bounds, patterns and formats: a request's never tighten, an answer's never loosen."""
    for word in (*LOWER, *UPPER):
        a, b = said(was.get(word), now.get(word))
        tightened = b is not None and (a is None or (b > a if word in LOWER else b < a))
        loosened = a is not None and (b is None or (b < a if word in LOWER else b > a))
        if tightened if way is Way.IN else loosened:
            yield f"{where}: {word} was {a}, is {b}"
    for word in ("pattern", "format"):
        a, b = said(was.get(word), now.get(word))
        if a != b and (b if way is Way.IN else a) is not None:
            yield f"{where}: {word} was {a}, is {b}"


def member_breaks(
    was: dict[str, Any], now: dict[str, Any], way: Way, where: str, seen: frozenset[Any]
) -> Iterator[str]:
    """Members: none goes away, a request asks for no more of them, an answer leaves no more of them out."""
    a, b = (set(words["required"][0]) if "required" in words else set() for words in (was, now))
    for name in sorted(b - a if way is Way.IN else a - b):
        yield f"{where}/{name}: {'is now required' if way is Way.IN else 'may now be absent'}"
    olds, news = said(was.get("properties"), now.get("properties"))
    for name, old in (olds or {}).items():
        if name not in (news or {}):
            yield f"{where}/{name}: is gone"
        else:
            places = Place(old, was["properties"][1].file), Place(news[name], now["properties"][1].file)
            yield from schema_breaks(*places, way, f"{where}/{name}", seen)
    open_then, open_now = said(was.get("additionalProperties"), now.get("additionalProperties"))
    if way is Way.IN and open_now is False and open_then is not False:
        yield f"{where}: no longer takes further members"


def choice_breaks(
    was: dict[str, Any], now: dict[str, Any], way: Way, where: str, seen: frozenset[Any]
) -> Iterator[str]:
    """Alternatives: each of a request's has a successor, each of an answer's a predecessor."""
    for word in ("anyOf", "oneOf"):
        if word not in was and word not in now:
            continue
        olds, news = (
            [Place(part, words[word][1].file) for part in words[word][0]] if word in words else []
            for words in (was, now)
        )
        asked, offered = (olds, news) if way is Way.IN else (news, olds)
        for place in asked:
            pairs = ((place, other) if way is Way.IN else (other, place) for other in offered)
            if not any(not list(schema_breaks(*pair, way, where, seen)) for pair in pairs):
                yield f"{where}: an alternative {'is gone' if way is Way.IN else 'is new'}: {json.dumps(place.node)[:80]}"


def content_breaks(old: Place | None, new: Place | None, way: Way, where: str) -> Iterator[str]:
    """The media types of a body, and their schemas."""
    for media in old.node if old else {}:
        a, b = (place.at(media) if place else None for place in (old, new))
        if b is None:
            yield f"{where}: {media} is gone"
        elif a and (schema := a.at("schema")) and (told := b.at("schema")):
            yield from schema_breaks(schema, told, way, f"{where} {media}")


def parameters_of(path: Place, operation: Place) -> dict[tuple[str, str], Place]:
    """The parameters of an operation, those of its path with them."""
    found = {}
    for place in (path.at("parameters"), operation.at("parameters")):
        for number in range(len(place.node) if place else 0):
            one = place.at(number) if place else None
            if one:
                found[one.node["in"], one.node["name"]] = one
    return found


def parameter_breaks(
    old: dict[tuple[str, str], Place], new: dict[tuple[str, str], Place], where: str
) -> Iterator[str]:
    """Parameters: none goes away, none becomes required, none takes less."""
    for key, was in old.items():
        name = f"{where} {key[0]} {key[1]}"
        if key not in new:
            yield f"{name}: is gone"
            continue
        now = new[key]
        if now.node.get("required") and not was.node.get("required"):
            yield f"{name}: is now required"
        if (a := was.at("schema")) and (b := now.at("schema")):
            yield from schema_breaks(a, b, Way.IN, name)
    for key in new.keys() - old.keys():
        if new[key].node.get("required"):
            yield f"{where} {key[0]} {key[1]}: is new and required"


def security_breaks(
    old: list[dict[str, list[str]]], new: list[dict[str, list[str]]], where: str
) -> Iterator[str]:
    """Each way that let a caller in still does: no further scheme, no further scope."""
    for one in old or [{}]:
        if not any(
            all(name in one and set(asked) <= set(one[name]) for name, asked in way.items())
            for way in new or [{}]
        ):
            yield f"{where}: {json.dumps(one)} lets nobody in any longer"


def operation_breaks(old: tuple[Place, Place], new: tuple[Place, Place], where: str) -> Iterator[str]:
    """One operation: `old` and `new` are its path and itself."""
    (_, was), (_, now) = old, new
    yield from security_breaks(was.node.get("security", []), now.node.get("security", []), where)
    yield from parameter_breaks(parameters_of(*old), parameters_of(*new), where)
    asks, asked = now.at("requestBody"), was.at("requestBody")
    if asks and asks.node.get("required") and not (asked and asked.node.get("required")):
        yield f"{where}: a body is now required"
    yield from content_breaks(
        was.at("requestBody", "content"), now.at("requestBody", "content"), Way.IN, where
    )
    for status in was.node["responses"]:
        a, b = was.at("responses", status), now.at("responses", status)
        if b is None or a is None:
            yield f"{where} {status}: is gone"
            continue
        yield from content_breaks(a.at("content"), b.at("content"), Way.OUT, f"{where} {status}")
        for header in set(a.node.get("headers", {})) - set(b.node.get("headers", {})):
            yield f"{where} {status}: the header {header} is gone"


def api_breaks(old: Place, new: Place) -> Iterator[str]:
    """What breaks between two OpenAPI documents."""
    for path, item in old.node["paths"].items():
        told = new.at("paths", path)
        for method in (name for name in METHODS if name in item):
            where = f"{method.upper()} {path}"
            was, now = old.at("paths", path, method), told.at(method) if told else None
            if told is None or now is None or was is None:
                yield f"{where}: is gone"
            else:
                yield from operation_breaks((Place(item, old.file), was), (told, now), where)


def file_breaks(old: Place, new: Place, where: str) -> Iterator[str]:
    """What breaks between two ODCS contracts of a file that people hand in."""
    columns = [{c["name"]: c for c in place.node["schema"][0]["properties"]} for place in (old, new)]
    for name, was in columns[0].items():
        now = columns[1].get(name)
        if now is None:
            yield f"{where} {name}: is gone"
        elif now["logicalType"] != was["logicalType"]:
            yield f"{where} {name}: was {was['logicalType']}, is {now['logicalType']}"
    for name, now in columns[1].items():
        if now.get("required") and not columns[0].get(name, {}).get("required"):
            yield f"{where} {name}: is now required"


def breaks(old: Path, new: Path) -> list[str]:
    """Every break between two folders of contracts, one line each; empty where there is none."""
    found: list[str] = []
    for was in sorted(path for path in old.rglob("*") if path.suffix in {".json", ".yaml"}):
        name = was.relative_to(old)
        if not (new / name).is_file():
            found.append(f"{name}: is gone")
            continue
        places = Place(read(was), was), Place(read(new / name), new / name)
        if name.name == "openapi.yaml":
            found += api_breaks(*places)
        elif name.name.endswith(".odcs.yaml"):
            found += file_breaks(*places, str(name))
        else:
            way = Way.IN if name.name in {"event.schema.json", "settings.schema.json"} else Way.OUT
            found += schema_breaks(*places, way, name.name)
    return list(dict.fromkeys(found))


def version(folder: Path) -> tuple[int, ...]:
    """The version of a folder's OpenAPI document."""
    return tuple(int(part) for part in read(folder / "openapi.yaml")["info"]["version"].split("."))


def release(contracts: Path) -> str:
    """Keeps the contracts as released; the line that says so."""
    kept = contracts / "released" / ".".join(map(str, version(contracts)))
    if kept.exists():
        sys.exit(f"{kept.name} is released; raise the version in {contracts.name}/openapi.yaml first")
    shutil.copytree(contracts, kept, ignore=shutil.ignore_patterns("released"))
    return f"released {kept.name}"


def main() -> None:
    """Compares, or releases."""
    asked = argparse.ArgumentParser(description="Fails where contracts/ break the last released ones.")
    asked.add_argument("contracts", nargs="?", type=Path, default=CONTRACTS)
    asked.add_argument("--release", action="store_true", help="keep today's contracts as released")
    told = asked.parse_args()
    if told.release:
        print(release(told.contracts))
        return
    newest = max((path for path in (told.contracts / "released").iterdir()), key=version)
    found = breaks(newest, told.contracts)
    if found and version(told.contracts)[0] <= version(newest)[0]:
        print(*found, sep="\n")
        sys.exit(
            f"contracts break those of {newest.name}: undo it, or raise the major version in openapi.yaml"
        )
    print(
        f"contracts keep what {newest.name} promised"
        if not found
        else f"a new major version breaks {newest.name} on purpose"
    )


if __name__ == "__main__":
    main()
