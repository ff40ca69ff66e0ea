"""Filters and orders of SCIM as conditions of SQL on `scim_there`. Knows attributes, no request; every value is a parameter.

A condition that is NULL is not met, and NOT is written IS NOT TRUE, so there are two truth values, as RFC 7644 has it.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scim2_models import InvalidFilterException, Path
from scim2_models.path import CompareOperator, FilterVisitor, LogicalOperator, coerce_value

from trueup.identity.scim.comparing import is_text
from trueup.identity.scim.vocabulary import type_of

if TYPE_CHECKING:
    from scim2_models import SearchRequest
    from scim2_models.path import (
        AttributeBinding,
        AttrPath,
        Comparison,
        LogicalExpr,
        Not,
        Present,
        ValuePath,
    )

    from trueup.identity.scim.vocabulary import AnyResource

COLUMNS = {
    "id": "id::text",
    "userName": "user_name",
    "externalId": "external_id",
    "meta.resourceType": "type",
    "meta.version": """'W/"' || version || '"'""",
    "meta.created": "created_at",
    "meta.lastModified": "modified_at",
}
HELD = {"members", "groups"}  # columns of their own
ORDERED = {
    CompareOperator.eq: "=",
    CompareOperator.gt: ">",
    CompareOperator.ge: ">=",
    CompareOperator.lt: "<",
    CompareOperator.le: "<=",
}
WITHIN = {
    CompareOperator.co: "position({value} in {text}) > 0",
    CompareOperator.sw: "starts_with({text}, {value})",
    CompareOperator.ew: "right({text}, length({value})) = {value}",
}
SOMETHING = """'$.** ? (@.type() == "boolean" || @.type() == "number" || @.type() == "string" && @ != "")'"""


class Parameters:
    """What stands for `$1`, `$2`, ..."""

    def __init__(self, *given: object) -> None:
        self.values: list[object] = list(given)

    def add(self, value: object, kind: str) -> str:
        """The placeholder of one more value."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def selected(models: list[type[AnyResource]], asked: SearchRequest[Any], parameters: Parameters) -> str:
    """The condition under which a resource of these types is found. Raises InvalidFilterException."""
    found = []
    for model in models:
        met = "true" if asked.filter is None else _Condition(model, parameters).visit(asked.filter.ast)
        found.append(f"(type = {parameters.add(type_of(model), 'text')} AND {met})")
    return " OR ".join(found)


def ordered(models: list[type[AnyResource]], asked: SearchRequest[Any], parameters: Parameters) -> str:
    """By what they are ordered (RFC 7644, 3.4.2.3): last without a value, first in a descending order."""
    down = asked.sort_order == "descending"
    keys = []
    for model in models:
        binding = asked.sort_binding(model)
        if binding is not None:
            key = _Sorted(parameters).key(binding)
            keys.append(f"WHEN {parameters.add(type_of(model), 'text')} THEN {key}")
    way = "DESC NULLS FIRST" if down else "ASC NULLS LAST"
    return f"CASE type {' '.join(keys)} END {way}, place" if keys else "place"


class _Places:
    """Where attributes stand in the row."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    def within(self, holder: str, names: list[str]) -> str:
        return f"({holder} #> {self.parameters.add(names, 'text[]')})" if names else holder

    def text(self, holder: str, names: list[str]) -> str:
        return f"({holder} #>> {self.parameters.add(names, 'text[]')})"

    def head(self, binding: AttributeBinding) -> str:
        """The JSON of the attribute that holds it."""
        *before, name = _names(binding)[: -1 if binding.sub_field_name else None]
        if name in HELD and not before:
            return name
        return self.within("compared", [*before, name])

    def single(self, binding: AttributeBinding) -> str:
        """The text of an attribute with one value."""
        names = _names(binding)
        column = COLUMNS.get(".".join(names))
        if column is None and names[0] == "meta":
            raise InvalidFilterException(detail=f"'{binding.urn}' can't be asked for")
        return column or self.text("compared", names)


class _Condition(FilterVisitor[str]):
    """A filter as a condition on a row, or on `entry`, one value of an attribute with several."""

    def __init__(
        self, model: type[AnyResource], parameters: Parameters, outer: AttributeBinding | None = None
    ) -> None:
        self.model = model
        self.places = _Places(parameters)
        self.outer = outer

    def visit_not(self, node: Not) -> str:
        return f"({self.visit(node.expr)}) IS NOT TRUE"

    def visit_logical_expr(self, node: LogicalExpr) -> str:
        joint = " AND " if node.op == LogicalOperator.and_ else " OR "
        return "(" + joint.join(self.visit(term) for term in node.terms) + ")"

    def visit_value_path(self, node: ValuePath) -> str:
        binding = self._bound(node.attr_path)
        if binding is None:
            return "false"
        inner = _Condition(self.model, self.places.parameters, binding).visit(node.val_filter)
        return _any_entry(self.places.head(binding), inner)

    def visit_present(self, node: Present) -> str:
        binding = self._bound(node.attr_path)
        if binding is None:
            return "false"
        if self.outer is not None:
            return _is_something(self.places.within("entry", _below(self.outer, binding)))
        names = _names(binding)
        if names == ["meta"] or ".".join(names) in COLUMNS:
            return "true" if names == ["meta"] else f"{self.places.single(binding)} IS NOT NULL"
        if binding.sub_field_name and binding.is_multivalued:
            something = _is_something(self.places.within("entry", names[-1:]))
            return _any_entry(self.places.head(binding), something)
        return _is_something(
            self.places.within(self.places.head(binding), names[-1:] if binding.sub_field_name else [])
        )

    def visit_comparison(self, node: Comparison) -> str:
        binding = self._bound(node.attr_path, compared=True)
        if binding is None:
            return "false"
        if _is_complex(binding):
            raise InvalidFilterException(detail=f"'{binding.urn}' holds attributes: compare one of them")
        value = _comparable(binding, coerce_value(binding, node.value, node.op))
        if node.op == CompareOperator.ne:
            return f"({self._compared(binding, CompareOperator.eq, value)}) IS NOT TRUE"
        return self._compared(binding, node.op, value)

    def _compared(self, binding: AttributeBinding, op: CompareOperator, value: str | datetime | None) -> str:
        if (value is None and op != CompareOperator.eq) or (op in WITHIN and binding.target_type is datetime):
            return "false"  # nothing has an order to nothing, and a time contains no text
        if self.outer is not None:
            return self._met(self.places.text("entry", _below(self.outer, binding)), op, value)
        if not binding.is_multivalued:
            return self._met(self.places.single(binding), op, value)
        head = self.places.head(binding)
        within = _names(binding)[-1:] if binding.sub_field_name else []
        met = _any_entry(head, self._met(self.places.text("entry", within), op, value))
        return f"({head} IS NULL OR {met})" if value is None else met

    def _met(self, text: str, op: CompareOperator, value: str | datetime | None) -> str:
        """Whether one value compares so."""
        if value is None:
            return f"{text} IS NULL"
        given = self.places.parameters.add(value, "timestamptz" if isinstance(value, datetime) else "text")
        if op in WITHIN:
            return WITHIN[op].format(text=text, value=given)
        ordered = op != CompareOperator.eq and not isinstance(value, datetime)  # what is equal an index finds
        return f"{text} {ORDERED[op]} {given}" + (' COLLATE "C"' if ordered else "")

    def _bound(self, path: AttrPath, *, compared: bool = False) -> AttributeBinding | None:
        """The attribute of a path; of one that holds others, what it is compared by (RFC 7643, 2.4: value)."""
        told = str(path) if self.outer is None else f"{self.outer.urn}.{path}"
        if self.outer is not None and self.outer.target_type is str:  # a list of plain texts, as schemas
            return self.outer if str(path).lower() == "value" else None
        binding = Path[self.model](told).resolve()  # type: ignore[name-defined]  # a parameter at run time
        if compared and binding is not None and binding.is_multivalued and _is_complex(binding):
            return Path[self.model](f"{told}.value").resolve() or binding  # type: ignore[name-defined]  # a parameter at run time
        return binding


class _Sorted(_Places):
    """An attribute as a key of an order."""

    def key(self, binding: AttributeBinding) -> str:
        if not binding.is_multivalued:
            single = self.single(binding)
            return single if _names(binding)[0] == "meta" else f'{single} COLLATE "C"'
        head = self.head(binding)
        first = f"coalesce(jsonb_path_query_first({head}, '$[*] ? (@.primary == true)'), {head} -> 0)"
        return self.text(first, _names(binding)[-1:] if binding.sub_field_name else []) + ' COLLATE "C"'


def _names(binding: AttributeBinding) -> list[str]:
    """The members of the JSON that lead to an attribute."""
    schema, _, names = binding.urn.rpartition(":")
    return [*([schema] if "extension" in schema.lower() else []), *names.split(".")]


def _is_complex(binding: AttributeBinding) -> bool:
    return hasattr(binding.target_type, "model_fields")


def _below(outer: AttributeBinding, binding: AttributeBinding) -> list[str]:
    return [] if binding is outer else _names(binding)[-1:]


def _any_entry(head: str, met: str) -> str:
    return f"EXISTS (SELECT FROM jsonb_array_elements({head}) AS entries (entry) WHERE {met})"


def _is_something(place: str) -> str:
    return f"jsonb_path_exists({place}, {SOMETHING})"


def _comparable(binding: AttributeBinding, value: Any) -> str | datetime | None:
    """A value in the form in which the attribute's are kept."""
    match value:
        case None | datetime():
            if value is not None and value.tzinfo is None:
                raise InvalidFilterException(
                    detail=f"a time for '{binding.urn}' says its offset, as 2026-01-31T09:00:00Z"
                )
            return value
        case bool():
            return "true" if value else "false"
        case bytes():
            return base64.b64encode(value).decode()
        case str():
            if not is_text(value):
                raise InvalidFilterException(
                    detail=f"the value for '{binding.urn}' holds a character that is no text"
                )
            return str(binding.comparable(str(value)))
        case _:
            return str(value)
