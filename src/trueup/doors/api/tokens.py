"""POST /v1/oauth/token: client credentials (RFC 6749, 4.4). Knows the form, not what a token lets one do."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import TokenKind
from trueup.doors.api.bodies import FORM, read_body
from trueup.doors.api.callers import basic
from trueup.doors.api.service import Service

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def post_token(request: Request) -> Response:
    """A short-lived token for the account that authenticates itself."""
    service = Service.of(request)
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (FORM,), service.limits)
        try:
            pairs = parse_qsl(
                body.raw.decode(), keep_blank_values=True, strict_parsing=bool(body.raw), max_num_fields=20
            )
        except ValueError:
            return _error("invalid_request", "the form cannot be read")
        form = dict(pairs)
        if len(form) < len(pairs):
            return _error("invalid_request", "a parameter stands twice")
        if form.get("grant_type") != "client_credentials":
            kind = "unsupported_grant_type" if "grant_type" in form else "invalid_request"
            return _error(kind, "grant_type is client_credentials")
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        told = (
            basic(credentials)
            if scheme.lower() == "basic"
            else (form.get("client_id"), form.get("client_secret", ""))
        )
        caller = await service.admission.caller(told[1]) if told else None
        if caller is None or told is None or caller.account != told[0] or caller.kind is not TokenKind.SECRET:
            return _error("invalid_client", "no account with this secret", 401)
        issued = await service.admission.access_token(caller, form.get("scope"))
    if issued is None:
        return _error("invalid_scope", "the account does not hold every scope that is asked for")
    (token, scopes) = issued
    lasts = int((token.ends_at - datetime.now(UTC)).total_seconds())
    answer = {
        "access_token": token.token.text,
        "token_type": "Bearer",
        "expires_in": max(1, lasts),
        "scope": " ".join(sorted(scopes)),
    }
    return Response(msgspec.json.encode(answer), 200, NO_STORE, "application/json")


def _error(code: str, description: str, status: int = 400) -> Response:
    headers = {**NO_STORE, **({"WWW-Authenticate": 'Basic realm="trueup"'} if status == 401 else {})}
    return Response(
        msgspec.json.encode({"error": code, "error_description": description}),
        status,
        headers,
        "application/json",
    )
