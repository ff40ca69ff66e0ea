"""A resource as filters and sorting compare it: strings in NFC, in lower case unless case counts. Pure.

What the database compares is made here, so it compares as the library does (RFC 7643, 2.2; RFC 7644, 3.4.2.2).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from scim2_models import InvalidValueException, Path, default_comparison_key

if TYPE_CHECKING:
    from scim2_models.path import AttributeBinding

    from trueup.identity.scim.vocabulary import AnyResource


def compared(model: type[AnyResource], told: dict[str, Any]) -> dict[str, Any]:
    """A resource's JSON in the form of comparison, in the same shape. Raises InvalidValueException for no text."""
    found: dict[str, Any] = _folded(_bindings(model), told, "")
    return found


def is_text(value: str) -> bool:
    r"""Whether PostgreSQL can keep it: no null character, no half of a surrogate pair.

    >>> is_text("Zoë"), is_text("a\0"), is_text("\ud800")
    (True, False, False)
    """
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def _folded(bindings: dict[str, AttributeBinding], value: Any, path: str) -> Any:
    if isinstance(value, dict):
        joint = ":" if path.startswith("urn:") and path not in bindings else "."
        return {
            name: _folded(bindings, one, f"{path}{joint}{name.lower()}".strip("."))
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_folded(bindings, one, path) for one in value]
    if not isinstance(value, str):
        return value
    if not is_text(value):
        raise InvalidValueException(detail=f"'{path}' holds a character that is no text")
    return default_comparison_key(bindings[path], value) if path in bindings else value


@cache
def _bindings(model: type[AnyResource]) -> dict[str, AttributeBinding]:
    found = {str(path).lower(): path.resolve() for path in Path[model].iter_paths()}  # type: ignore[valid-type]  # a parameter at run time
    return {path: binding for path, binding in found.items() if binding is not None}
