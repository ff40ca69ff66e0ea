"""The composition root of `trueup serve`: settings, database, legs, server; started here and stopped here.

serve(ServeSettings(os.environ, declared, host="127.0.0.1", port=8080))
"""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import uvicorn

from trueup.audit.sequencer import keep_sequencing
from trueup.doors.api.app import new_app
from trueup.doors.api.bodies import Limits
from trueup.doors.api.figures import new_figures
from trueup.doors.api.service import Service
from trueup.doors.api.turns import TurnLimits, Turns
from trueup.doors.api.wire import Wire
from trueup.doors.audit_key import audit_key_file, audit_keys, made
from trueup.doors.webhook_keys import WebhookKeys, webhook_keys_file
from trueup.journey.admit import Admission, tidy
from trueup.journey.consult import Acknowledger
from trueup.journey.declared import lines_from, lines_to
from trueup.journey.keep_comparing import keep_comparing
from trueup.journey.keep_delivering import keep_delivering
from trueup.journey.keep_pulling import keep_pulling
from trueup.journey.keep_resolving import keep_resolving
from trueup.journey.open_shelf import open_shelf
from trueup.journey.statements import Statements
from trueup.journey.together import Together
from trueup.kit.log import configure, logger
from trueup.kit.signing import UnusableKeyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.journey.deliver import Outgoing
    from trueup.journey.pull import Incoming
    from trueup.kit.signing import SigningKey
    from trueup.model.settings import CheckSettings

BACKLOG = 1024  # connections that wait to be taken
TIDY_SECONDS = 3600.0
ORIGIN = "trueup.local"  # of an audit log whose key nobody has made before


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What a service is started with."""

    environ: Mapping[str, str]
    declared: CheckSettings
    host: str
    port: int  # 0: any that is free; the log says which
    log_level: str = "info"
    delivers: bool = True  # False: `trueup worker` does
    stop_seconds: int = 30  # that running requests have to end
    limits: Limits = field(default_factory=Limits)
    turns: TurnLimits = field(default_factory=TurnLimits)


def serve(settings: ServeSettings) -> None:
    """Serves until it is asked to stop (SIGTERM, SIGINT), then lets what runs end.

    Raises OSError where it can't listen there, and what opening the shelf and the audit key raise.
    """
    configure(settings.log_level)
    with socket.create_server((settings.host, settings.port), backlog=BACKLOG) as listening:
        try:
            import uvloop  # noqa: PLC0415 - not on Windows
        except ImportError:
            asyncio.run(_serve(settings, listening))
        else:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(settings, listening))


async def _serve(settings: ServeSettings, listening: socket.socket) -> None:
    keys = _signing_keys(settings.environ)
    async with (
        lines_to(settings.declared.targets, settings.environ) as targets,
        lines_from(settings.declared.sources, settings.environ, settings.declared) as sources,
        lines_from(settings.declared.sources, settings.environ, settings.declared) as compared,
        open_shelf(settings.environ, settings.declared) as shelf,
        _working(shelf, keys, targets if settings.delivers else (), sources, compared),
    ):
        server = _server(settings, shelf, keys, {one.name: one for one in targets})
        host, port = listening.getsockname()[:2]
        logger().info("serve.listening", address=f"http://{host}:{port}")
        await server.serve([listening])
    logger().info("serve.stopped")


def _server(
    settings: ServeSettings, shelf: Shelf, keys: tuple[SigningKey, ...], targets: Mapping[str, Outgoing]
) -> uvicorn.Server:
    figures = new_figures()
    service = Service(
        shelf=shelf,
        doors={door: Together(shelf, door) for door in ("api", "webhook")},
        statements=Statements(shelf),
        receipts=Acknowledger(keys[0]),
        admission=Admission(shelf.database),
        webhook_keys=WebhookKeys(webhook_keys_file(settings.environ)),
        limits=settings.limits,
        turns=Turns(settings.turns, figures),
        figures=figures,
        targets=targets,
    )
    return _Server(
        uvicorn.Config(
            new_app(service),
            http=Wire,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # nothing asks where a request comes from
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=settings.stop_seconds,
        )
    )


class _Server(uvicorn.Server):
    """Stops on a signal and lets the caller go on: uvicorn's own raises the signal once more, into our closing."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listens to SIGTERM and SIGINT for as long as the block runs; a second SIGINT ends what runs at once."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for one, had in before.items():
                signal.signal(one, had)


@asynccontextmanager
async def _working(
    shelf: Shelf,
    keys: tuple[SigningKey, ...],
    targets: Sequence[Outgoing],
    sources: Sequence[Incoming],
    compared: Sequence[Incoming],
) -> AsyncIterator[None]:
    """What runs beside the requests: places in the audit log, people of new accounts, deliveries, pulls, and tidying up.

    `compared` are the sources once more: whoever lists them all does not meet a pull of theirs.
    """
    stop = asyncio.Event()

    def said(event: str, figures: dict[str, int]) -> None:
        logger().info(event, **figures)

    async with asyncio.TaskGroup() as beside:
        beside.create_task(keep_sequencing(shelf.database, keys, stop, said=said))
        beside.create_task(keep_resolving(shelf, stop, said=said))
        beside.create_task(keep_delivering(shelf, targets, stop))
        beside.create_task(shelf.bell.keep_telling(shelf.database, stop))
        beside.create_task(keep_pulling(shelf, sources, stop, said=said))
        beside.create_task(keep_comparing(shelf, targets, compared, stop, said=said))
        beside.create_task(tidy(shelf.database, stop, TIDY_SECONDS))
        try:
            yield
        finally:
            stop.set()


def _signing_keys(environ: Mapping[str, str]) -> tuple[SigningKey, ...]:
    """The audit log's keys; where there is no file of them yet, a first one is made."""
    if audit_key_file(environ).exists():
        return audit_keys(environ)
    try:
        keys = made(environ, environ.get("TRUEUP_AUDIT_ORIGIN") or ORIGIN)
    except UnusableKeyError:
        return audit_keys(environ)  # another process was first
    logger().info("audit.key_made", key=str(keys[0].verifier))
    return keys
