"""Bearer tokens: given as the secret, or had for it and renewed (OAuth 2.0, RFC 6749 4.4: client credentials).

Knows no vendor. A token is kept in memory alone, and asked for again a minute before it ends, or once it was refused.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from trueup.connectors.target import UnansweredError, UnusableOptionsError, basic, first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply

EARLY = 60.0  # seconds before its end
USUAL = 300.0  # that a token is good for whose answer does not say


class Bearer:
    """The header that says who asks.

    With `options.token_url` and `options.client_id` the secret is the client's; `options.scope`, or the parts of
    `options.token_scope`, and `options.token_fields` go along.
    """

    def __init__(
        self, options: Options, scheme: str = "Bearer", fields: Mapping[str, str] | None = None
    ) -> None:
        self._scheme = scheme
        self._url = options.text("token_url")
        self._client = options.text("client_id")
        self._scope = options.text("scope")
        self._wide_scope = options.table("token_scope")
        self._fields = dict(fields or {}) | dict(options.table("token_fields"))
        self._secret = options.secret
        self._token = "" if self._url else options.secret
        self._until = 0.0
        if bool(self._url) is not bool(self._client):
            raise UnusableOptionsError("options.token_url and options.client_id go together")

    async def headers(self, line: Line) -> dict[str, str]:
        """With a token that is good for now. Raises UnansweredError where none can be had."""
        if self._url and monotonic() >= self._until:
            await self._renew(line)
        return {"Authorization": f"{self._scheme} {self._token}"} if self._token else {}

    async def ask(self, line: Line, method: str, url: str, **more: Any) -> Reply:
        """Ask with a token; one that is not taken is not used again. Raises NoReplyError, UnansweredError."""
        headers = await self.headers(line) | dict(more.pop("headers", {}))
        reply = await line.ask(method, url, headers=headers, **more)
        if reply.status == 401:
            self._until = 0.0
        return reply

    async def _granted(self, line: Line) -> Reply:
        form = {"grant_type": "client_credentials", **self._fields}
        if self._wide_scope:  # a scope of several parts goes as JSON (SuccessFactors Learning)
            client = {"client_id": self._client, "client_secret": self._secret}
            return await line.ask("POST", self._url, document={**form, **client, "scope": self._wide_scope})
        if self._scope:
            form["scope"] = self._scope
        headers = basic(self._client, self._secret) | {"Content-Type": "application/x-www-form-urlencoded"}
        return await line.ask("POST", self._url, headers=headers, content=urlencode(form).encode())

    async def _renew(self, line: Line) -> None:
        reply = await first(self._granted(line))
        told = reply.json()
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token.isprintable() or not token:
            raise UnansweredError("the answer holds no access_token", reply)
        lasts = told.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) or str(lasts).isdecimal() else USUAL
        self._token = token
        self._until = monotonic() + max(seconds - EARLY, seconds / 2)
