"""How the verdict on a log or a receipt is asked for and shown. Knows no verb and no rule by which it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.audit.problem import Problem
    from trueup.kit.signing import VerifierKey

SHOWN = 20  # problems in the terminal; --json has them all


def trusted_keys(given: list[str] | None, beside: Path | None) -> tuple[VerifierKey, ...]:
    """The keys that were given, as texts or files; else those of the file beside what is verified."""
    from trueup.audit.problem import UnverifiableError  # noqa: PLC0415 - needed by the verbs that judge only
    from trueup.kit.signing import UnusableKeyError, VerifierKey, load_verifier_keys  # noqa: PLC0415 - needed by the verbs that judge only

    try:
        if not given:
            if beside is not None and not beside.parent.is_dir():
                raise UnverifiableError(f"{beside.parent}: no such directory")
            if beside is None or not beside.is_file():
                raise UnverifiableError(
                    "no verifier key: name it with --key (whoever runs trueup has it: trueup audit key)"
                )
            return load_verifier_keys(beside)
        found: list[VerifierKey] = []
        for text in given:
            found += load_verifier_keys(Path(text)) if Path(text).is_file() else [VerifierKey.parse(text)]
        return tuple(found)
    except (UnusableKeyError, OSError) as error:
        raise UnverifiableError(f"no verifier key: {why(error)}") from error


def content(path: Path) -> bytes:
    """The bytes of a file that a person named, at most a mebibyte."""
    from trueup.audit.problem import UnverifiableError  # noqa: PLC0415 - needed by the verbs that judge only

    try:
        with path.open("rb") as file:
            return file.read(2**20)
    except OSError as error:
        raise UnverifiableError(why(error)) from error


def problem_document(problem: Problem) -> dict[str, object]:
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


def show_problems(problems: Sequence[Problem]) -> None:
    """Each problem: where, which leaf, expected above actual, what it means."""
    from rich.console import Console  # noqa: PLC0415 - needed by the verbs that judge only
    from rich.text import Text  # noqa: PLC0415 - needed by the verbs that judge only

    console = Console(highlight=False, soft_wrap=True)
    for problem in problems[:SHOWN]:
        console.print(Text.assemble("\n", ("✕ ", "red"), (_leaves(problem), "bold"), f"  {problem.where}"))
        console.print(Text.assemble("  expected  ", (problem.expected, "green")))
        console.print(Text.assemble("  actual    ", (problem.actual, "red")))
        console.print(Text(f"  {problem.detail}"))
    if len(problems) > SHOWN:
        console.print(f"\n… and {len(problems) - SHOWN} more (--json lists them).")


def _leaves(problem: Problem) -> str:
    if problem.first_leaf is None:
        return problem.kind.value
    if problem.first_leaf == problem.last_leaf:
        return f"leaf {problem.first_leaf} ({problem.kind.value})"
    return f"leaves {problem.first_leaf} to {problem.last_leaf} ({problem.kind.value})"


def why(error: Exception) -> str:
    """What went wrong, with the file where it was a file."""
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return str(error)
