"""`trueup sample`: a made-up company's logs to try things on. Knows how to ask and to answer, not how to make them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trueup.sandbox.sample import Sample


def sample(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The directory to write; new or empty.")],
    *,
    people: Annotated[int, typer.Option(help="How many people work there (200 to 200,000).")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files, byte for byte.")] = 1,
    faults: Annotated[str, typer.Option(metavar="all|none|CODE,...", help="Which faults to plant.")] = "all",
    clean_twin: Annotated[
        bool, typer.Option("--clean-twin/--no-clean-twin", help="Also write the company without any fault.")
    ] = True,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="mixed|csv|jsonl|parquet", help="mixed: CSV, the sync log as JSON lines."
        ),
    ] = "mixed",
    year: Annotated[int, typer.Option(help="The year whose third quarter ends.")] = 2026,
    person_as: Annotated[
        str, typer.Option(metavar="uuid|number", help="What the review system calls a person by.")
    ] = "uuid",
    force: Annotated[bool, typer.Option("--force", help="Replace a former sample in OUT.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Write the exported logs of a made-up company at its quarter-end, with planted faults and the truth about them.

    OUT/logs has the logs with faults, OUT/clean the same company without any, OUT/truth.jsonl one line for
    each planted fault. Nobody in it exists.

    \b
    Examples:
      trueup sample demo && trueup check demo/logs
      trueup sample demo --people 4000 --seed 7 --faults TU0202,TU0301 --force
      trueup sample demo --faults none --format parquet

    Exit codes: 0 written, 2 it cannot be written as asked (nothing is changed then).
    """
    from trueup.sandbox.company import Plan
    from trueup.sandbox.sample import SampleRefusedError, codes_of, form_of, write_sample

    def tell(line: str) -> None:
        if people >= 2_000:
            typer.echo(line, err=True)

    try:
        plan = Plan(people, seed, year, person_as)
        written = write_sample(
            out, plan, codes_of(faults), form_of(form), twin=clean_twin, force=force, tell=tell
        )
    except SampleRefusedError as error:
        typer.echo(f"trueup sample: {error}", err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"trueup sample: {error.filename or out} can't be written: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        import json

        typer.echo(json.dumps(_document(written), ensure_ascii=False, indent=2))
    else:
        _show(written)


def _document(written: "Sample") -> dict[str, object]:
    """The JSON answer."""
    return {
        "schema": "trueup.sample/1",
        "folder": str(written.folder),
        "files": written.files,
        "planted": written.planted,
        "left_out": list(written.left_out),
    }


def _show(written: "Sample") -> None:
    """What was written, in words, and the next command."""
    total = sum(written.planted.values())
    typer.echo(f"{written.folder}: {len(written.files)} files, {sum(written.files.values()):,} rows")
    typer.echo(f"planted {total:,} faults of {len(written.planted)} kinds; the truth is in truth.jsonl")
    for code in written.left_out:
        typer.echo(f"{code} is left out: this format cannot show it")
    typer.echo(f"next: trueup check {written.folder / 'logs'}")
