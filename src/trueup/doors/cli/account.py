"""`trueup account`: service accounts and their tokens. Knows what is asked and how it is answered, no statement."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from trueup.access.tokens import OVERLAP, SECRET_LASTS, Scope, is_name, life_of
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from trueup.access.store import Account
    from trueup.journey.admit import Issued
    from trueup.kit.database import Database

Answer = TypeVar("Answer")

account = typer.Typer(
    name="account",
    help="Service accounts: who may call the doors, for which source, with which scopes.",
    epilog="A token is shown once, on stdout, and only its hash is kept. Scopes: " + ", ".join(Scope) + ".",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The account's name: a-z, 0-9, dot, dash, underscore.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Life = Annotated[str, typer.Option("--expires", help="How long the token lives, as 90d, 12h or 30m.")]
LIFE = f"{SECRET_LASTS.days}d"


@account.command()
def create(
    name: Name,
    *,
    scope: Annotated[list[str], typer.Option(help="What it may do; give it once for each scope.")],
    source: Annotated[
        str | None, typer.Option(help="The source that it brings records of; needed to bring any in.")
    ] = None,
    expires: Life = LIFE,
    as_json: Json = False,
) -> None:
    """Make an account and show its token.

    \b
    Examples:
      trueup account create moodle --source moodle-hr --scope statements:write
      trueup account create prometheus --scope metrics:read --expires 90d

    Exit codes: 0 made, 2 the name is taken or something is not as it should be.
    """
    from trueup.journey.admit import create_account

    scopes, life = _scopes(scope), _life("create", expires)
    for told in filter(None, (name, source)):
        if not is_name(told):
            _wrong(
                "create",
                f"{told!r} is no name",
                "a-z, 0-9, dot, dash, underscore; 64 at most",
                "choose another",
            )
    if source is None and any(told.endswith(":write") for told in scopes):
        _wrong("create", "an account that writes speaks for a source", "--source NAME", "name the source")
    issued = _run("create", lambda database: create_account(database, name, source, scopes, life))
    if issued is None:
        _wrong(
            "create", f"there is an account {name}, or was one", "a new name", f"trueup account rotate {name}"
        )
    _show(name, issued, as_json=as_json)


@account.command()
def rotate(
    name: Name,
    *,
    overlap: Annotated[
        str, typer.Option(help="How long the former token lives on.")
    ] = f"{OVERLAP.days * 24}h",
    expires: Life = LIFE,
    as_json: Json = False,
) -> None:
    """Show a new token; the former one lives on for a while, so that there is no gap.

    \b
    Example:
      trueup account rotate moodle --overlap 48h

    Exit codes: 0 made, 2 there is no such account.
    """
    from trueup.journey.admit import rotate_account

    life, lap = _life("rotate", expires), _life("rotate", overlap)
    issued = _run("rotate", lambda database: rotate_account(database, name, lap, life))
    if issued is None:
        _unknown("rotate", name)
    _show(name, issued, as_json=as_json)


@account.command()
def revoke(name: Name, *, as_json: Json = False) -> None:
    """End an account and all its tokens, at once (a running server forgets it within five seconds).

    \b
    Example:
      trueup account revoke moodle

    Exit codes: 0 ended, 2 there is no such account.
    """
    from trueup.journey.admit import revoke_account

    if not _run("revoke", lambda database: revoke_account(database, name)):
        _unknown("revoke", name)
    if as_json:
        answer_json({"account": name, "revoked": True})
    else:
        typer.echo(f"{name} is revoked")


@account.command("list")
def show(*, as_json: Json = False) -> None:
    """List the accounts: their source, scopes, tokens, and when they were last used (to the hour).

    \b
    Examples:
      trueup account list
      trueup account list --json | jq '.accounts[] | select(.last_used_at == null)'
    """
    from trueup.journey.admit import list_accounts

    found = _run("list", list_accounts)
    if as_json:
        answer_json({"schema": "trueup.accounts/1", "accounts": [_document(one) for one in found]})
        return
    for one in found:
        state = "revoked" if one.revoked_at else f"{one.secrets} token{'s' * (one.secrets != 1)}"
        used = f"used {one.last_used_at:%Y-%m-%d %H:%MZ}" if one.last_used_at else "never used"
        typer.echo(f"{one.name:20} {one.source or '-':20} {state:9} {used:22} {' '.join(sorted(one.scopes))}")
    if not found:
        typer.echo("no accounts; next: trueup account create NAME --source SOURCE --scope SCOPE")


def _run(verb: str, work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    return on_shelf(f"account {verb}", lambda shelf: work(shelf.database))


def _wrong(verb: str, what: str, expected: str, todo: str) -> NoReturn:
    refuse(f"account {verb}", what, expected, todo)


def _unknown(verb: str, name: str) -> NoReturn:
    _wrong(verb, f"there is no account {name}, or it was revoked", "an account of `trueup account list`", "")


def _scopes(told: list[str]) -> frozenset[Scope]:
    unknown = [scope for scope in told if scope not in list(Scope)]
    if unknown:
        _wrong("create", f"{unknown[0]!r} is no scope", ", ".join(Scope), "give one of these")
    return frozenset(Scope(scope) for scope in told)


def _life(verb: str, told: str) -> timedelta:
    life = life_of(told)
    if life is None:
        _wrong(verb, f"{told!r} is no length of time", "90d, 12h or 30m, ten years at most", "write it so")
    return life


def _document(one: Account) -> dict[str, object]:
    times = {
        key: told.isoformat() if told else None for key, told in asdict(one).items() if key.endswith("_at")
    }
    return {**asdict(one), **times, "scopes": sorted(one.scopes)}


def _show(name: str, issued: Issued, *, as_json: bool) -> None:
    if as_json:
        answer_json({"account": name, "token": issued.token.text, "ends_at": issued.ends_at.isoformat()})
        return
    sys.stdout.write(issued.token.text + "\n")
    typer.echo(f"{name}: valid until {issued.ends_at:%Y-%m-%d %H:%MZ}; it is shown this once", err=True)
