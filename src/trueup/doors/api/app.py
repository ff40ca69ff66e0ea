"""The routes of contracts/openapi.yaml, each with its operation. Knows which endpoint answers, not how."""

from collections.abc import Awaitable, Callable
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from trueup.doors.api import audit, completions, deliveries, health, identity, known, tasks, tokens, webhooks
from trueup.doors.api.passage import Passage
from trueup.doors.api.problems import Refused, answer
from trueup.doors.api.service import Service
from trueup.doors.scim import app as scim
from trueup.doors.scim.answers import PREFIX, refusal
from trueup.doors.xapi import statements
from trueup.doors.xapi.spoken import spoken

Endpoint = Callable[[Request], Awaitable[Response]]

KEY = "/v1/completions/{key}"
OPERATIONS: tuple[tuple[str, str, str, Endpoint], ...] = (
    (KEY, "PUT", "putCompletion", completions.put_completion),
    (KEY, "GET", "getCompletion", known.get_completion),
    (f"{KEY}/receipt", "GET", "getReceipt", known.get_receipt),
    (f"{KEY}/conversions", "GET", "getConversions", known.get_conversions),
    (f"{KEY}/deliveries", "GET", "getDeliveries", deliveries.get_deliveries),
    ("/v1/completions", "POST", "postCompletions", completions.post_completions),
    ("/xapi/about", "GET", "getAbout", statements.get_about),
    ("/xapi/statements", "PUT", "putStatement", spoken(statements.put_statement)),
    ("/xapi/statements", "POST", "postStatements", statements.post_statements),
    ("/xapi/statements", "GET", "getStatements", spoken(statements.get_statements)),
    ("/xapi/more/{cursor}", "GET", "getMoreStatements", spoken(statements.get_more)),
    ("/v1/webhooks/{source}", "POST", "postWebhook", webhooks.post_webhook),
    ("/v1/identity/who", "GET", "getWho", identity.get_who),
    ("/v1/identity/conflicts", "GET", "getConflicts", identity.get_conflicts),
    ("/v1/identity/records/{number}", "GET", "getRecord", identity.get_record),
    ("/v1/identity/records/{number}/decisions", "POST", "postDecision", identity.post_decision),
    ("/v1/identity/merges", "POST", "postMerge", identity.post_merge),
    ("/v1/identity/merges/{decision}/undo", "POST", "postUndo", identity.post_undo),
    ("/v1/identity/history", "GET", "getHistory", identity.get_history),
    ("/v1/status", "GET", "getStatus", deliveries.get_status),
    ("/v1/calls", "GET", "getCalls", deliveries.get_calls),
    ("/v1/dead-letters", "GET", "getDeadLetters", deliveries.get_dead_letters),
    ("/v1/dead-letters/redrive", "POST", "postRedrive", deliveries.post_redrive),
    ("/v1/dead-letters/discard", "POST", "postDiscard", deliveries.post_discard),
    ("/v1/tasks", "GET", "getTasks", tasks.get_tasks),
    ("/v1/tasks/done", "POST", "postTasksDone", tasks.post_done),
    ("/v1/tasks/undo", "POST", "postTasksUndone", tasks.post_undone),
    ("/evidence/{link}/{form}", "GET", "getEvidence", tasks.get_evidence),
    ("/v1/audit/checkpoint", "GET", "getCheckpoint", audit.get_checkpoint),
    ("/v1/audit/tile/{path:path}", "GET", "getTile", audit.get_tile),
    ("/v1/audit/inclusion/{index}", "GET", "getInclusion", audit.get_inclusion),
    ("/v1/audit/consistency/{size}", "GET", "getConsistency", audit.get_consistency),
    ("/v1/oauth/token", "POST", "postToken", tokens.post_token),
    ("/v1/problems/{code}", "GET", "getProblem", health.get_problem),
    ("/healthz", "GET", "getHealth", health.get_health),
    ("/readyz", "GET", "getReadiness", health.get_readiness),
    ("/metrics", "GET", "getMetrics", health.get_metrics),
)
"""Path, method, operationId and endpoint of every operation of the contract, by path (a test compares them)."""


class Operations:
    """The operations of one path. It says its operation's name to the log and the figures."""

    def __init__(self, by_method: dict[str, tuple[str, Endpoint]]) -> None:
        self._by_method = by_method
        if "GET" in by_method:
            by_method.setdefault("HEAD", by_method["GET"])  # the server leaves the body out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or refuses its method."""
        if scope["method"] not in self._by_method:
            allowed = ", ".join(self._by_method)
            raise Refused(
                "method-not-allowed",
                "the address knows other methods",
                expected=allowed,
                headers={"Allow": allowed},
            )
        scope["trueup.operation"], endpoint = self._by_method[scope["method"]]
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)


def new_app(service: Service) -> Passage:
    """The ASGI application."""
    routes = [
        Route(path, Operations({method: (name, endpoint) for _, method, name, endpoint in operations}))
        for path, operations in groupby((*OPERATIONS, *scim.operations()), key=lambda operation: operation[0])
    ]
    router = Router(routes, redirect_slashes=False, default=_nothing_here)
    return Passage(router, service, lambda path: refusal if path.startswith(PREFIX) else answer)


async def _nothing_here(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Refused("not-found", "there is nothing at this address")
