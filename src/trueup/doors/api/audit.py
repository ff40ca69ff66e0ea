"""The audit log over HTTP: checkpoint, tiles, proofs (C2SP tlog-tiles). Knows addresses; the audit room proves."""

from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import Scope
from trueup.audit import proving
from trueup.audit.merkle import NoProofError
from trueup.audit.proving import NoLogError, Proven
from trueup.audit.tiles import NotATileError, Tile
from trueup.doors.api.bodies import JSON
from trueup.doors.api.numbers import whole_number
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.kit.base64_text import encoded

LARGEST = 9007199254740991  # what every JSON reader keeps exactly (RFC 8259, 6)
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"


async def get_checkpoint(request: Request) -> Response:
    """The latest signed head."""
    service = await _admitted(request)
    try:
        note = await proving.checkpoint(service.database)
    except NoLogError:
        raise _not_begun() from None
    return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": FOR_NOW})


async def get_tile(request: Request) -> Response:
    """A tile of hashes or a bundle of entries, as wide as the address says."""
    service = await _admitted(request)
    path = unquote(request.path_params["path"])
    try:
        tile = Tile.parse(f"tile/{path}")
    except NotATileError as error:
        raise Refused(
            "bad-parameter",
            "the address names no tile",
            pointer="path",
            expected=str(error)[:200],
            actual="another path",
        ) from None
    found = await proving.tile(service.database, tile)
    if found is None:
        raise Refused("not-found", "the log is not that far")
    return Response(found, media_type="application/octet-stream", headers={"Cache-Control": FOR_GOOD})


async def get_inclusion(request: Request) -> Response:
    """That a leaf is in the log."""
    service = await _admitted(request)
    index = whole_number(request, "index", 0, LARGEST)
    try:
        proven = await proving.inclusion(service.database, index)
    except (NoProofError, NoLogError):
        raise Refused("not-found", "the log has no such leaf", pointer="index") from None
    return _proof(proven, {"leaf_index": index})


async def get_consistency(request: Request) -> Response:
    """That the log of an older size is a beginning of today's."""
    service = await _admitted(request)
    size = whole_number(request, "size", 1, LARGEST)
    try:
        proven = await proving.consistency(service.database, size)
    except (NoProofError, NoLogError):
        raise Refused("not-found", "the log never was of this size", pointer="size") from None
    return _proof(proven, {"size": size})


async def _admitted(request: Request) -> Service:
    service = Service.of(request)
    await service.caller(request, Scope.AUDIT_READ)
    return service


def _proof(proven: Proven, told: dict[str, int]) -> Response:
    body = {"checkpoint": proven.checkpoint, **told, "hashes": [encoded(one) for one in proven.hashes]}
    return Response(msgspec.json.encode(body), media_type=JSON)


def _not_begun() -> Refused:
    return Refused("not-found", "the log was not begun yet: nothing was ever sequenced")
