"""What the endpoints work with: the database, the legs, the limits. Knows no endpoint; doors/app.py makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.doors.api.callers import caller_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from trueup.access.tokens import Caller, Scope
    from trueup.doors.api.bodies import Limits
    from trueup.doors.api.figures import Figures
    from trueup.doors.api.turns import Turns
    from trueup.doors.webhook_keys import WebhookKeys
    from trueup.journey.admit import Admission
    from trueup.journey.arrive import Shelf
    from trueup.journey.consult import Acknowledger
    from trueup.journey.deliver import Outgoing
    from trueup.journey.statements import Statements
    from trueup.journey.together import Together
    from trueup.kit.database import Database


@dataclass(frozen=True, slots=True)
class Service:
    """One running service."""

    shelf: Shelf
    doors: Mapping[str, Together]
    statements: Statements
    receipts: Acknowledger
    admission: Admission
    webhook_keys: WebhookKeys
    limits: Limits
    turns: Turns
    figures: Figures
    targets: Mapping[str, Outgoing] = field(default_factory=dict)  # as they are declared, by their names

    @staticmethod
    def of(request: Request) -> Service:
        """The service that answers the request."""
        service: Service = request.scope["trueup.service"]
        return service

    @property
    def database(self) -> Database:
        """The database."""
        return self.shelf.database

    def size_of(self, request: Request) -> int:
        """The bytes that the request's body may have, as far as it says."""
        said = request.headers.get("content-length", "")
        return min(int(said), self.limits.size) if said.isascii() and said.isdigit() else self.limits.size

    async def caller(self, request: Request, scope: Scope) -> Caller:
        """Who calls, once they hold the scope. Raises Refused otherwise."""
        return await caller_with(request, self.admission, scope)
