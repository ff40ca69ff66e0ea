"""Numbers in addresses. Knows their bounds, not what they count."""

from starlette.requests import Request

from trueup.doors.api.problems import Refused


def whole_number(request: Request, name: str, least: int, most: int) -> int:
    """The whole number that a part of the address holds. Raises Refused where it is none, or beyond its bounds."""
    told = request.path_params[name]
    if not (told.isascii() and told.isdigit() and len(told) <= len(str(most)) and least <= int(told) <= most):
        raise Refused(
            "bad-parameter",
            "the address holds no such number",
            pointer=name,
            expected=f"a whole number of at least {least}",
            actual=f"text of {len(told)} characters",
        )
    return int(told)
