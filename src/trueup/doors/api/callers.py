"""Who calls: the Authorization header, and the scope that an operation needs. Knows no operation."""

import base64
import binascii

from starlette.requests import Request

from trueup.access.tokens import Caller, Scope
from trueup.doors.api.problems import Refused
from trueup.journey.admit import Admission


async def caller_with(request: Request, admission: Admission, scope: Scope) -> Caller:
    """The caller, once it is known and holds the scope. Raises Refused (401, 403) otherwise."""
    caller = await _caller(request.headers.get("authorization"), admission)
    if caller is None:
        raise Refused("unauthorized", "no token that is valid now", expected="a valid token", actual="none")
    if scope not in caller.scopes:
        raise Refused(
            "missing-scope",
            "the token lacks the scope of this operation",
            expected=scope,
            actual=" ".join(sorted(caller.scopes)) or "none",
        )
    return caller


async def _caller(header: str | None, admission: Admission) -> Caller | None:
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return await admission.caller(credentials.strip())
    if scheme.lower() != "basic":
        return None
    named = basic(credentials)
    caller = await admission.caller(named[1]) if named else None
    return caller if caller and named and caller.account == named[0] else None


def basic(credentials: str) -> tuple[str, str] | None:
    """The name and the token of HTTP Basic (RFC 7617); None where they cannot be read."""
    try:
        name, parted, token = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, token) if parted else None


def source_of(caller: Caller, named: str | None) -> str:
    """The source that the caller brings something of: the one that it speaks for. Raises Refused (403) otherwise."""
    if caller.source is None or (named is not None and named != caller.source):
        raise Refused(
            "foreign-source",
            "the account does not speak for this source",
            pointer="/source",
            expected=caller.source or "an account that speaks for a source",
            actual="another source" if named else "none",
        )
    return caller.source
