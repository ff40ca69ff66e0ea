"""`trueup doctor`: what a service needs, looked at. Knows how it is asked and shown, and what lies around the database."""

from __future__ import annotations

import asyncio
import errno
import http.client
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json

if TYPE_CHECKING:
    from trueup.journey.examine import Sign
    from trueup.kit.signing import SigningKey

WRONG = 3
LEAST_FREE = 1 << 30  # bytes
LEAST_SHARE = 0.05  # of the disk
PATIENCE = 2.0  # seconds for whoever listens at the port to answer
SIGNS = {"fine": "✓", "wrong": "✕", "unseen": "–"}


def doctor(
    *,
    host: Annotated[str, typer.Option(help="The address that the service listens at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="And its port.")] = 8080,
    settings_file: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE", help="What is declared of sources. Default: trueup.toml here."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Look at all that a service needs, and say of each: fine, or what is wrong and what to do. Changes nothing.

    Settings, webhook secrets, disk, port; the database, its schema and clock; the master key and the audit log's key;
    the audit log, quarantine, outbox, tokens. May run beside the service.

    \b
    Examples:
      trueup doctor
      trueup doctor --json | jq '.checks[] | select(.state == "wrong")'

    Exit codes: 0 all is fine, 3 something is wrong, 2 wrong usage.
    """
    from trueup.journey.examine import State, examine

    keys, key = _audit_key()
    signs = [
        _settings(settings_file),
        _webhook_secrets(),
        _disk(),
        key,
        *asyncio.run(examine(os.environ, keys)),
        _port(host, port),
    ]
    wrong = [one for one in signs if one.state is State.WRONG]
    if as_json:
        checks = [
            {"name": one.name, "state": one.state, "found": one.found, "do": one.todo or None}
            for one in signs
        ]
        document = {"schema": "trueup.doctor/1", "fine": not wrong, "checks": checks}
        answer_json(document)
    else:
        _show(signs, len(wrong))
    if wrong:
        raise typer.Exit(WRONG)


def _show(signs: list[Sign], wrong: int) -> None:
    for one in signs:
        typer.echo(f"{SIGNS[one.state]} {one.name:16} {one.found}")
        if one.todo:
            typer.echo(f"  {'':16} do: {one.todo}")
    typer.echo(f"\n{wrong} of {len(signs)} wrong" if wrong else "\nall is fine")


def _settings(named: Path | None) -> Sign:
    from trueup.journey.examine import Sign, State
    from trueup.journey.open_shelf import declared
    from trueup.kit.settings import UnreadableSettings, load

    try:
        sources = declared(load(named or Path.cwd()).sources)
    except UnreadableSettings as error:
        return Sign(
            "settings",
            State.WRONG,
            str(error),
            error.todo or "correct it; docs/import.md has what may stand there",
        )
    return Sign("settings", State.FINE, f"{len(sources)} sources declared")


def _webhook_secrets() -> Sign:
    from trueup.doors.webhook_keys import WebhookKeys, WebhookKeysError, webhook_keys_file
    from trueup.journey.examine import Sign, State

    path = webhook_keys_file(os.environ)
    try:
        WebhookKeys(path)
    except WebhookKeysError as error:
        return Sign(
            "webhook secrets", State.WRONG, str(error), "correct the file: docs/serve.md has its form"
        )
    return Sign(
        "webhook secrets", State.FINE, str(path) if path.exists() else "none: no source may send webhooks"
    )


def _disk() -> Sign:
    from trueup.journey.examine import Sign, State
    from trueup.kit.database import database_settings

    settings = database_settings(os.environ)
    there = next(one for one in (settings.data, *settings.data.parents) if one.exists())
    use = shutil.disk_usage(there)
    share = use.free / use.total if use.total else 1.0
    said = f"{use.free / (1 << 30):,.1f} GiB free ({share:.0%}) where {settings.data} is"
    if settings.url is not None:
        said += "; the database server's own disk is not seen from here"
    if use.free < LEAST_FREE or share < LEAST_SHARE:
        return Sign(
            "disk",
            State.WRONG,
            said,
            f"make room: at least 1 GiB and {LEAST_SHARE:.0%}; TRUEUP_DATA_DIR may be elsewhere",
        )
    return Sign("disk", State.FINE, said)


def _audit_key() -> tuple[tuple[SigningKey, ...], Sign]:
    from trueup.doors.audit_key import audit_key_file, audit_keys
    from trueup.journey.examine import Sign, State
    from trueup.kit.signing import UnusableKeyError

    path = audit_key_file(os.environ)
    if not path.exists():
        return (), Sign("audit key", State.FINE, f"none yet: the first start makes it, {path}")
    try:
        keys = audit_keys(os.environ)
    except UnusableKeyError as error:
        return (), Sign(
            "audit key", State.WRONG, str(error), "give back the key that belongs to this log, mode 0600"
        )
    return keys, Sign("audit key", State.FINE, f"{keys[0].verifier} signs; {len(keys)} in all")


def _port(host: str, port: int) -> Sign:
    """Free, or taken by a running service of ours that answers."""
    from trueup.journey.examine import Sign, State

    try:
        with socket.create_server((host, port)):
            return Sign("port", State.FINE, f"{host}:{port} is free")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return Sign(
                "port",
                State.WRONG,
                f"can't listen at {host}:{port}: {error.strerror}",
                "another --host or --port",
            )
    if not _answers(host, port, "/healthz"):
        return Sign(
            "port",
            State.WRONG,
            f"something else listens at {host}:{port}",
            "end it, or choose another --port",
        )
    if not _answers(host, port, "/readyz"):
        return Sign(
            "port",
            State.WRONG,
            f"trueup at {host}:{port} is not ready",
            "its log says why; see `database` above",
        )
    return Sign("port", State.FINE, f"trueup answers at {host}:{port}, and is ready")


def _answers(host: str, port: int, path: str) -> bool:
    """Whether a service of ours answers there that all is well."""
    there = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not bound
    asked = http.client.HTTPConnection(there, port, timeout=PATIENCE)
    try:
        asked.request("GET", path)
        answer = asked.getresponse()
        return answer.status == http.HTTPStatus.OK and b'"status"' in answer.read(1000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
