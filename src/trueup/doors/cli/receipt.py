"""`trueup receipt`: verify a receipt offline. Knows how to ask and how to show, not how a receipt is judged."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.audit import TAMPERED, AsJson, Keys, refusing
from trueup.doors.json_answer import answer_json
from trueup.doors.verdicts import content, problem_document, show_problems, trusted_keys

if TYPE_CHECKING:
    from trueup.audit.receipt import ReceiptVerdict

receipt = typer.Typer(
    name="receipt", help="The signed receipts that trueup gives for what it takes.", no_args_is_help=True
)


@receipt.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt, as trueup answered it (JSON).")],
    key: Keys = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint from elsewhere that the proof has to lead to."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a receipt is genuine, and whether the log holds its record where the receipt says.

    Works offline. --key is needed: a receipt says who signed it, and anybody can write that.

    \b
    Examples:
      trueup receipt verify receipt.json --key keys.txt
      trueup receipt verify receipt.json --key keys.txt --checkpoint export/checkpoint --json

    Exit codes: 0 verified, 3 tampered with, 2 it can't be read.
    """
    from trueup.audit.receipt import parse, verify_receipt

    with refusing(f"receipt verify {file}"):
        keys = trusted_keys(key, None)
        found = parse(content(file))
        verdict = verify_receipt(found, keys, checkpoint=content(checkpoint) if checkpoint else None)
    if as_json:
        answer_json(_document(verdict))
    else:
        _show(verdict)
    if verdict.problems:
        raise typer.Exit(TAMPERED)


def _document(verdict: "ReceiptVerdict") -> dict[str, object]:
    receipt_, head = verdict.receipt, verdict.head
    return {
        "schema": "trueup.receipt-verify/1",
        "verified": not verdict.problems,
        "source": receipt_.claims.source,
        "record_id": receipt_.claims.record_id,
        "revision": receipt_.claims.revision,
        "digest": receipt_.claims.digest,
        "signed_by": str(verdict.signed_by) if verdict.signed_by else None,
        "in_log": head is not None and not verdict.problems,
        "leaf_index": receipt_.leaf_index,
        "leaves": head.size if head else None,
        "problems": [problem_document(one) for one in verdict.problems],
    }


def _show(verdict: "ReceiptVerdict") -> None:
    from rich.console import Console

    out = Console(highlight=False, soft_wrap=True, markup=False)
    claims = verdict.receipt.claims
    named = f"{claims.source} {claims.record_id} (revision {claims.revision})"
    if verdict.problems:
        out.print(f"✕ Not genuine: the receipt for {named}.")
        show_problems(verdict.problems)
        out.print("\nAsk for the receipt again by its key; if that one fails too, tell the on-call engineer.")
        return
    out.print(f"✓ Verified: {named} was taken at {claims.time}.")
    out.print(f"  digest     {claims.digest}")
    out.print(f"  signed by  {verdict.signed_by}")
    if verdict.head is None:
        out.print("  log        no proof yet: ask for the receipt again a second after it was given")
    else:
        out.print(
            f"  log        leaf {verdict.receipt.leaf_index} of {verdict.head.size:,} in {verdict.head.origin}"
        )
