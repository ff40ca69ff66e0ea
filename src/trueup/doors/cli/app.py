"""The command `trueup`: its verbs, its version, and how it fails. Knows no verb's work."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from trueup import __version__
from trueup.doors.cli.account import account
from trueup.doors.cli.audit import audit
from trueup.doors.cli.check import check
from trueup.doors.cli.conversions import conversions
from trueup.doors.cli.db import db
from trueup.doors.cli.delivery.calls import calls
from trueup.doors.cli.delivery.connectors import connectors
from trueup.doors.cli.delivery.dlq import dlq
from trueup.doors.cli.delivery.pull import pull
from trueup.doors.cli.delivery.reconcile import reconcile
from trueup.doors.cli.delivery.status import status
from trueup.doors.cli.delivery.task import task
from trueup.doors.cli.delivery.trace import trace
from trueup.doors.cli.delivery.worker import worker
from trueup.doors.cli.doctor import doctor
from trueup.doors.cli.explain import explain
from trueup.doors.cli.faults import faults
from trueup.doors.cli.identity import identity
from trueup.doors.cli.import_ import import_
from trueup.doors.cli.inspect import inspect
from trueup.doors.cli.quarantine import quarantine
from trueup.doors.cli.receipt import receipt
from trueup.doors.cli.sample import sample
from trueup.doors.cli.sandbox import sandbox
from trueup.doors.cli.serve import serve
from trueup.doors.cli.who import who

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FAILED = 1
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")

app = typer.Typer(
    name="trueup",
    help="Keeps learning records true in performance reviews: finds what is missing, doubled, misdated, misfiled or exposed.",
    epilog="Start with: trueup sample demo && trueup check demo/logs",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"trueup {__version__}")
        raise typer.Exit


@app.callback()
def trueup(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Keeps learning records true in performance reviews."""


verbs: list[Callable[..., None]] = [
    check, who, inspect, explain, faults, sample, sandbox, serve, pull, worker, status, calls, reconcile, trace, connectors, doctor, conversions,
]  # fmt: skip  # a list
for verb in verbs:
    app.command(rich_help_panel="Verbs")(verb)
app.command("import", rich_help_panel="Verbs")(import_)
for group in (account, audit, db, dlq, identity, quarantine, receipt, task):
    app.add_typer(group, rich_help_panel="Verbs")


class StoppedError(BaseException):
    """Somebody told the process to end: what is half done is taken away on the way out."""


_told_to_end: list[int] = []  # the signals that came, in their order


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    _told_to_end.append(number)
    raise StoppedError(number)


def _take_signals() -> None:
    """The copies of the logs in the temporary directory must not outlive the process, however it is told to end."""
    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _stop)


def main() -> None:
    """Run the command; an interrupted run says so and ends with 130, a full disk or closed pipe with 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of another encoding gets what it can show
            stream.reconfigure(errors="backslashreplace")
    try:
        _take_signals()
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        typer.echo(f"trueup: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        sys.exit(FAILED)
    except BaseException as error:
        # A signal that comes inside a query leaves the engine as an error of the engine's own.
        if not (_told_to_end or isinstance(error, KeyboardInterrupt)) or isinstance(error, SystemExit):
            raise
        typer.echo("trueup: interrupted; nothing was changed", err=True)
        sys.exit(128 + (_told_to_end[0] if _told_to_end else signal.SIGINT))
