"""`trueup audit`: verify an exported log. Knows how to ask and how to show, not how a log is judged."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.audit.problem import Problem
    from trueup.audit.verify import Verdict
    from trueup.kit.signing import VerifierKey

TAMPERED = 3
UNREADABLE = 2
SHOWN = 20  # problems in the terminal; --json has them all

audit = typer.Typer(help="The audit log: export it, and verify an export offline.", no_args_is_help=True)

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
    from trueup.audit.problem import UnverifiableError
    from trueup.audit.verify import verify as judge

    try:
        keys = trusted_keys(key, directory / VERIFIER_KEYS)
        older = content(since) if since is not None else None
        verdict = judge(Export(directory), keys, since=older)
    except UnverifiableError as error:
        raise unreadable(str(error)) from error
    if as_json:
        sys.stdout.write(json.dumps(_document(verdict, given=bool(key)), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(verdict, given=bool(key))
    if verdict.problems:
        raise typer.Exit(TAMPERED)


def trusted_keys(given: list[str] | None, beside: Path | None) -> "tuple[VerifierKey, ...]":
    """The keys that were given, as texts or files; else those of the file beside what is verified."""
    from trueup.audit.problem import UnverifiableError
    from trueup.kit.signing import UnusableKeyError, VerifierKey, load_verifier_keys

    try:
        if not given:
            if beside is not None and not beside.parent.is_dir():
                raise UnverifiableError(f"{beside.parent}: no such directory")
            if beside is None or not beside.is_file():
                raise UnverifiableError(
                    "no verifier key: name it with --key (whoever runs trueup has it: trueup audit keys)"
                )
            return load_verifier_keys(beside)
        found: list[VerifierKey] = []
        for text in given:
            found += load_verifier_keys(Path(text)) if Path(text).is_file() else [VerifierKey.parse(text)]
        return tuple(found)
    except (UnusableKeyError, OSError) as error:
        raise UnverifiableError(f"no verifier key: {_why(error)}") from error


def content(path: Path) -> bytes:
    """The bytes of a file that a person named, at most a mebibyte."""
    from trueup.audit.problem import UnverifiableError

    try:
        with path.open("rb") as file:
            return file.read(2**20)
    except OSError as error:
        raise UnverifiableError(_why(error)) from error


def unreadable(why: str) -> typer.Exit:
    """Say on the error stream why nothing could be judged, and end with 2."""
    sys.stderr.write(f"error: {why}\n")
    return typer.Exit(UNREADABLE)


def problem_document(problem: "Problem") -> dict[str, object]:
    """The contract's object for one problem (contracts/audit-verify.schema.json)."""
    return {
        "kind": problem.kind.value,
        "where": problem.where,
        "first_leaf": problem.first_leaf,
        "last_leaf": problem.last_leaf,
        "expected": problem.expected,
        "actual": problem.actual,
        "detail": problem.detail,
    }


def show_problems(problems: "Sequence[Problem]") -> None:
    """Each problem: where, which leaf, expected above actual, what it means."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for problem in problems[:SHOWN]:
        console.print(Text.assemble("\n", ("✕ ", "red"), (_leaves(problem), "bold"), f"  {problem.where}"))
        console.print(Text.assemble("  expected  ", (problem.expected, "green")))
        console.print(Text.assemble("  actual    ", (problem.actual, "red")))
        console.print(Text(f"  {problem.detail}"))
    if len(problems) > SHOWN:
        console.print(f"\n… and {len(problems) - SHOWN} more (--json lists them).")


def _leaves(problem: "Problem") -> str:
    if problem.first_leaf is None:
        return problem.kind.value
    if problem.first_leaf == problem.last_leaf:
        return f"leaf {problem.first_leaf} ({problem.kind.value})"
    return f"leaves {problem.first_leaf} to {problem.last_leaf} ({problem.kind.value})"


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
        one = len(verdict.problems) == 1
        out.print(
            f"✕ Tampered with: {'1 place' if one else f'{len(verdict.problems)} places'} of {verdict.origin}."
        )
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


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return str(error)
