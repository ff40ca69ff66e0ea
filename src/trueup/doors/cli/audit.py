"""`trueup audit`: the log's key, what waits for its place, exports, and their verdict. Knows how to ask and to show."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors import shelf_use
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.verdicts import content, problem_document, show_problems, trusted_keys, why

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trueup.audit.sequencer import Sequenced
    from trueup.audit.store import Head
    from trueup.audit.verify import Verdict
    from trueup.kit.database import Database

TAMPERED = 3

audit = typer.Typer(
    name="audit",
    help="The audit log: its key, exports of it, and whether one is what was signed.",
    no_args_is_help=True,
)

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="VKEY",
        help="A verifier key that you trust (name+id+base64), or a file of them; may be repeated.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@audit.command()
def verify(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="What `trueup audit export` wrote, or a mirror of the log.")
    ],
    key: Keys = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", metavar="CHECKPOINT", help="An older checkpoint: did the log only grow since?"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether an exported audit log is what was signed, and name the leaf where it is not.

    Works offline. Without --key the keys of the export are taken: that shows that nothing was changed since it was
    signed, not who signed it.

    \b
    Examples:
      trueup audit verify export/
      trueup audit verify export/ --key learning.example.org/audit+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
      trueup audit verify export/ --key keys.txt --since checkpoint-of-last-year --json

    Exit codes: 0 verified, 3 tampered with, 2 it can't be read.
    """
    from trueup.audit.export import VERIFIER_KEYS, Export
    from trueup.audit.verify import verify as judge

    with refusing("audit verify"):
        keys = trusted_keys(key, directory / VERIFIER_KEYS)
        older = content(since) if since is not None else None
        verdict = judge(Export(directory), keys, since=older)
    if as_json:
        answer_json(_document(verdict, given=bool(key)))
    else:
        _show(verdict, given=bool(key))
    if verdict.problems:
        raise typer.Exit(TAMPERED)


@audit.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")],
    opened: Annotated[
        bool,
        typer.Option(
            "--opened",
            help="With the record of each leaf, for an auditor: no names, nothing of who was erased.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the log as it is now into a directory that anybody can verify, offline and with other tools, too.

    \b
    Examples:
      trueup audit export audit-2026-10/
      trueup audit export for-the-auditor/ --opened
      trueup audit verify audit-2026-10/

    Exit codes: 0 written, 2 it can't be (no log yet, no database, something in the directory).
    """
    with refusing("audit export"):
        head = asyncio.run(_disclose(directory) if opened else _export(directory))
    if as_json:
        answer_json(
            {
                "schema": "trueup.audit-export/1",
                "directory": str(directory),
                "origin": head.origin,
                "leaves": head.size,
            }
        )
    else:
        typer.echo(f"wrote {head.size:,} leaves of {head.origin} to {directory}")
        typer.echo(f"next: trueup audit verify {directory}")


@audit.command()
def sequence(
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on until interrupted, as the running service does.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give what waits its place in the log, and sign the new checkpoint. Safe beside a running service.

    \b
    Examples:
      trueup audit sequence
      trueup audit sequence --follow

    Exit codes: 0 nothing waits any more, 2 it can't be done (no key, no database).
    """
    with refusing("audit sequence"):
        done = asyncio.run(_sequence(follow=follow))
    if as_json:
        answer_json(
            {
                "schema": "trueup.audit-sequence/1",
                "added": done.added if done else 0,
                "leaves": done.size if done else None,
            }
        )
    elif done is None:
        typer.echo("another process is sequencing; nothing to do")
    else:
        typer.echo(f"{done.added:,} leaves got their place; the log has {done.size:,}")


@audit.command()
def key(
    new: Annotated[
        str | None,
        typer.Option(
            "--new", metavar="ORIGIN", help="Make the key of a new log, named as it is: example.org/audit."
        ),
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Put a new key before the old one; both sign.")
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help="Leave the newest key alone; the others sign no more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the verifier keys of the log, or make, rotate and retire its private ones. Those are never shown.

    It lies where TRUEUP_AUDIT_KEY says, else as audit.key in the data directory. Tell the verifier keys to everybody
    who verifies, by another way than the log; keep retired ones for what they signed.

    \b
    Examples:
      trueup audit key --new learning.example.org/audit
      trueup audit key > keys.txt
      trueup audit key --rotate     (weeks later: trueup audit key --retire)

    Exit codes: 0 shown, 2 there is no key, or it can't be made.
    """
    from trueup.doors.audit_key import audit_key_file, audit_keys, made, retired, rotated

    with refusing("audit key"):
        if sum((new is not None, rotate, retire)) > 1:
            refuse("audit key", "--new, --rotate and --retire exclude one another", "one of them")
        if new is not None:
            keys = made(os.environ, new)
        else:
            keys = (
                rotated(os.environ) if rotate else retired(os.environ) if retire else audit_keys(os.environ)
            )
    if as_json:
        answer_json({"schema": "trueup.audit-key/1", "verifier_keys": [str(one.verifier) for one in keys]})
        return
    for one in keys:
        typer.echo(str(one.verifier))
    if new is not None or rotate or retire:
        typer.echo(f"kept in {audit_key_file(os.environ)}, for its owner alone", err=True)


@contextmanager
def refusing(verb: str) -> Iterator[None]:
    """What can't be done is said with what to do, and ends with 2."""
    from trueup.audit.export import NotEmptyError
    from trueup.audit.merkle import NoProofError
    from trueup.audit.problem import BrokenLogError, UnverifiableError
    from trueup.audit.proving import NoLogError
    from trueup.audit.sequencer import NotThisLogError
    from trueup.kit.signing import UnusableKeyError

    try:
        with shelf_use.refusing(verb):
            yield
    except (
        BrokenLogError,
        UnverifiableError,
        UnusableKeyError,
        NotThisLogError,
        NoLogError,
        NoProofError,
        NotEmptyError,
    ) as error:
        refuse(verb, str(error))
    except OSError as error:
        refuse(verb, why(error))


@asynccontextmanager
async def _migrated() -> "AsyncIterator[Database]":
    """The database that the environment names, where its schema is up to date."""
    from trueup.kit.database import DatabaseError, database_settings, migrations, opened, standing

    async with opened(database_settings(os.environ), connections=2) as use:
        if (await standing(use.database, migrations())).pending:
            raise DatabaseError(
                f"{use.server.shown} is not up to date", "every migration", "run trueup db migrate"
            )
        yield use.database


async def _export(directory: Path) -> "Head":
    from trueup.audit.proving import exported

    async with _migrated() as database:
        return await exported(database, directory)


async def _disclose(directory: Path) -> "Head":
    from trueup.journey.disclose import disclose
    from trueup.journey.open_shelf import open_shelf

    async with open_shelf(os.environ) as shelf:
        return await disclose(shelf, directory)


async def _sequence(*, follow: bool) -> "Sequenced | None":
    from trueup.audit.sequencer import keep_sequencing, sequence_all
    from trueup.doors.audit_key import audit_keys

    keys = audit_keys(os.environ)
    async with _migrated() as database:
        if follow:
            stop = asyncio.Event()
            for ended in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(ended, stop.set)
            await keep_sequencing(database, keys, stop, said=_said)
        return await sequence_all(database, keys)


def _said(event: str, figures: dict[str, int]) -> None:
    typer.echo(" ".join([event, *(f"{name}={figure}" for name, figure in figures.items())]), err=True)


def _document(verdict: "Verdict", *, given: bool) -> dict[str, object]:
    from trueup.kit.base64_text import encoded

    return {
        "schema": "trueup.audit-verify/1",
        "verified": not verdict.problems,
        "origin": verdict.origin,
        "leaves": verdict.size,
        "root": encoded(verdict.root),
        "signed_by": [str(key) for key in verdict.signed_by],
        "keys_from": "option" if given else "export",
        "since_leaves": verdict.since,
        "opened_records": verdict.opened,
        "problems": [problem_document(one) for one in verdict.problems],
    }


def _show(verdict: "Verdict", *, given: bool) -> None:
    from rich.console import Console

    out = Console(highlight=False, soft_wrap=True, markup=False)
    if verdict.problems:
        count = len(verdict.problems)
        places = "1 place" if count == 1 else f"{count:,} places"
        out.print(f"✕ Tampered with: {places} of {verdict.origin or 'this export'}.")
        show_problems(verdict.problems)
        out.print(
            "\nKeep this export as it is, take another one from the running log, and compare the two. If that one "
            "verifies, the copy was changed on its way; if not, the log itself was: tell the privacy officer."
        )
        return
    out.print(f"✓ Verified: {verdict.size:,} leaves of {verdict.origin}, each as it was signed.")
    out.print("  signed by  " + ", ".join(str(key) for key in verdict.signed_by))
    if verdict.since is not None:
        out.print(f"  history    the {verdict.since:,} leaves of the older checkpoint are its beginning")
    if verdict.opened:
        out.print(f"  records    {verdict.opened:,} opened, each the one that its leaf commits to")
    if not given:
        out.print(
            "  The key came with the export: nothing was changed since it was signed, but by whom is not shown.\n"
            "  Give the key that you were told by another way: --key VKEY"
        )
