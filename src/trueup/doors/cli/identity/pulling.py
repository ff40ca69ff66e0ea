"""`trueup identity pull`: a roster from another SCIM server. Knows how it is asked and shown, no page."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from trueup.doors.cli.identity.enrolment import (
    SHOWN,
    Json,
    Memory,
    Quiet,
    as_resolved,
    counted,
    memory_allowed,
    said_of,
    say_resolved,
)
from trueup.doors.json_answer import answer_json
from trueup.doors.progress import telling
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.journey.arrive import Shelf
    from trueup.journey.enrol import Enrolled
    from trueup.journey.pull_roster import Pulled
    from trueup.journey.resolve import Resolved

VERB = "identity pull"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is pulled, from where, by whom, and how it is taken."""

    url: str
    token: str
    source: str
    page: int
    accept_shrink: bool
    without_unfit: bool
    memory: int


def pull(
    url: Annotated[str, typer.Argument(metavar="URL", help="The SCIM service, as https://host/scim/v2.")],
    *,
    source: Annotated[str, typer.Option(help="The roster's name here.")],
    token_env: Annotated[
        str, typer.Option(metavar="NAME", help="The environment variable that holds the token.")
    ] = "TRUEUP_SCIM_TOKEN",  # noqa: S107 - the name of a variable, no token
    page: Annotated[
        int, typer.Option(min=1, max=LARGEST_PAGE, help="How many people to ask for at once.")
    ] = 500,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Send the token unencrypted, to another machine too.")
    ] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Take a roster that lost more than a fifth at once.")
    ] = False,
    without_unfit: Annotated[
        bool,
        typer.Option(
            "--without-unfit", help="Leave out whoever can't be enrolled, rather than enrol nobody."
        ),
    ] = False,
    memory: Memory = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take in everybody whom another SCIM 2.0 server has, and find the person of each account.

    It is a whole roster: whoever is not in it has left. All of it is read before anything is changed; a server that asks
    for patience (429, 503) is waited for.

    \b
    Examples:
      TRUEUP_SCIM_TOKEN=... trueup identity pull https://idp.example/scim/v2 --source idp
      trueup identity pull https://idp.example/scim/v2 --source idp --token-env IDP_TOKEN --json

    Exit codes: 0 enrolled, 2 refused (nothing was changed), 3 enrolled without whoever is unfit.
    """
    asked = _Asked(
        _address(url, plain_http=plain_http),
        _token(token_env),
        source,
        page,
        accept_shrink,
        without_unfit,
        memory_allowed(VERB, memory),
    )
    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        pulled, done, found = on_shelf(VERB, lambda shelf: _work(shelf, asked, tell))
    _answer(asked, pulled, done, found, as_json=as_json)


async def _work(
    shelf: Shelf, asked: _Asked, tell: Callable[[str], None]
) -> tuple[Pulled, Enrolled, Resolved]:
    from trueup.journey.enrol import enrol
    from trueup.journey.resolve import resolve
    from trueup.model.told import ToldError

    try:
        pulled = await _pulled(asked, tell)
        if pulled.unusable and not asked.without_unfit:
            _refuse_unusable(pulled)
        now = datetime.now(UTC)
        tell(f"enrolling {len(pulled.entries):,} of {asked.source}")
        done = await enrol(
            shelf, asked.source, pulled.entries, now=now, whole=True, accept_shrink=asked.accept_shrink
        )
    except ToldError as error:
        tell("")
        refuse(VERB, error.what, error.expected, error.todo)
    return pulled, done, await resolve(shelf, now=now, memory=asked.memory, tell=tell)


async def _pulled(asked: _Asked, tell: Callable[[str], None]) -> Pulled:
    import httpx2

    from trueup.journey.pull_roster import pull as read
    from trueup.kit.fetching import Fetcher, Patience

    headers = {"Authorization": f"Bearer {asked.token}", "Accept": "application/scim+json, application/json"}
    async with httpx2.AsyncClient(headers=headers) as client:
        return await read(Fetcher(client, Patience(), tell=tell), asked.url, page=asked.page, tell=tell)


def _address(url: str, *, plain_http: bool) -> str:
    try:
        told = urlsplit(url)
        host = told.hostname
    except ValueError:
        host = None
    if not host or told.scheme not in {"https", "http"} or told.username or told.query or told.fragment:
        refuse(
            VERB,
            "URL is no address of a SCIM service",
            "https://host/scim/v2",
            "give it without name, query or token",
        )
    if told.scheme == "http" and host not in LOOPBACK and not plain_http:
        refuse(
            VERB,
            "the token would be sent unencrypted",
            "https://",
            "say so with --plain-http if the network is trusted",
        )
    return url


def _token(name: str) -> str:
    token = os.environ.get(name, "").strip()
    if not token or not token.isascii() or not token.isprintable():
        refuse(
            VERB,
            f"{name} holds no token",
            "a token in that variable",
            "set it, or name another with --token-env",
        )
    return token


def _refuse_unusable(pulled: Pulled) -> None:
    typer.echo(f"trueup {VERB}: {len(pulled.unusable):,} users can't be enrolled", err=True)
    for one in pulled.unusable[:SHOWN]:
        typer.echo(f"  {one.where}: {one.what}\n    expected: {one.expected}", err=True)
    refuse(
        VERB,
        "nothing was changed",
        "users that are each somebody's",
        "correct them at the server, or leave them out with --without-unfit",
    )


def _answer(asked: _Asked, pulled: Pulled, done: Enrolled, found: Resolved, *, as_json: bool) -> None:
    left_out = len(pulled.unusable)
    if as_json:
        told = {
            "schema": "trueup.pulled/1",
            "source": asked.source,
            "people": len(pulled.entries),
            **counted(done),
            "left_out": left_out,
            "accounts": as_resolved(found),
        }
        answer_json(told)
    else:
        typer.echo(f"{asked.source}: {len(pulled.entries):,} people: {said_of(counted(done))}")
        if left_out:
            typer.echo(f"left out: {left_out:,} users that can't be enrolled")
        say_resolved(found)
    if left_out:
        raise typer.Exit(3)
