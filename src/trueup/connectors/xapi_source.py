"""An LRS as a source: its statements, a page at a time. Knows xAPI's statements resource, no statement's meaning.

GET with since and until (xAPI 1.0.3, Communication 2.1.3), oldest first, `more` as it is given. Asked is by when the LRS
stored a statement; some go by when it happened (Ralph), so a pull looks back, and reads all of it now and then.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.said import below, instant
from trueup.connectors.source import Page, Range, records
from trueup.model.delivery import Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.kit.exchange import Line, Reply

LIMIT = 500  # statements asked for; most LRSs give fewer


class XapiSource:
    """Reads statements from an LRS."""

    statements = True
    manifest = Manifest(
        name="xapi-lrs",
        title="xAPI LRS",
        capabilities=frozenset({Capability.LIST, Capability.SINCE}),
        needs=(Need("GET", "/statements", (), "statements/read"),),
        proof=Proof.RUN,
        traps=(
            "some filter by when it happened, not by when it was stored (Ralph): what arrives late is seen by a sweep only",
            "one statement without an offset in its time may break every question with since (Ralph)",
            "a page may be empty, and may name a next one behind which nothing is",
        ),
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at("statements")
        token = base64.b64encode(options.secret.encode()).decode()
        self._headers = {
            "X-Experience-API-Version": options.text("version", "1.0.3"),
            **({"Authorization": f"Basic {token}"} if options.secret else {}),
        }

    def event(self, raw: bytes) -> dict[str, Any] | None:  # noqa: ARG002 - statements go their own way
        """Nothing: statements are read as what they are."""
        return None

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:
        """Statements as they came, byte for byte as far as JSON has bytes."""
        if more is None:
            bounds = {"since": wanted.since, "until": wanted.until}
            asked = {
                name: at.astimezone(UTC).isoformat().replace("+00:00", "Z")
                for name, at in bounds.items()
                if at
            }
            reply = await line.ask(
                "GET",
                self._url,
                headers=self._headers,
                params={"limit": str(LIMIT), "ascending": "true", **asked},
            )
        else:
            reply = await line.ask("GET", below(self._url, more), headers=self._headers)
        document = reply.json()
        statements = records(reply, document, '{"statements": [...], "more": "..."}', "statements")
        told = document.get("more")
        named = told if isinstance(told, str) and told and statements else None
        raws = [json.dumps(one, ensure_ascii=False).encode() for one in statements]
        return Page(raws, named, _through(reply, statements), reply)


def _through(reply: Reply, statements: list[Any]) -> datetime | None:
    """Consistent-Through, or the latest that was stored of these, whichever is earlier (Communication 2.1.3)."""
    stored = [at for one in statements if (at := instant(one.get("stored"))) is not None]
    said = instant(reply.headers.get("x-experience-api-consistent-through"))
    known = [at for at in (said, max(stored, default=None)) if at is not None]
    return min(known, default=None)
