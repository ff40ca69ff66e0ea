"""`trueup identity policy|match`: without a database. Knows how it is asked and shown, no rule of matching."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.progress import telling
from trueup.doors.refusal import explain, refuse

if TYPE_CHECKING:
    from trueup.identity.matching.model import Fitted
    from trueup.identity.policy import Policy
    from trueup.journey.match_files import Matched

FAILED = 1
LARGEST = 1 << 20  # bytes of a model

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Default: the one that `trueup identity policy` prints."),
]


def policy(
    *,
    policy_file: PolicyFile = None,
    as_hash: Annotated[bool, typer.Option("--hash", help="Print its hash alone, as links pin it.")] = False,
) -> None:
    """Print the identity policy: tiers, normalisers, gates, margins and vetoes, to be copied and changed.

    \b
    Examples:
      trueup identity policy > policy.toml
      trueup identity policy --policy policy.toml --hash
    """
    read = _policy("identity policy", policy_file)
    if as_hash:
        typer.echo(read.hash)
    elif policy_file is not None:
        typer.echo(policy_file.read_text(encoding="utf-8"), nl=False)
    else:
        typer.echo(files("trueup.identity").joinpath("policy.toml").read_text(encoding="utf-8"), nl=False)


def match(
    accounts: Annotated[
        Path,
        typer.Option(
            "--accounts", metavar="FILE", help="The accounts of a system.", exists=True, dir_okay=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="Where the links go: .parquet, .jsonl or .csv (.gz)."),
    ],
    *,
    people: Annotated[
        Path | None,
        typer.Option("--people", metavar="FILE", help="The HR roster.", exists=True, dir_okay=False),
    ] = None,
    dedupe: Annotated[
        bool,
        typer.Option(
            "--dedupe", help="Find accounts of one person among the accounts themselves; no roster."
        ),
    ] = False,
    issuer: Annotated[
        str | None, typer.Option(help="Who issued the accounts. Default: what the file says, or its name.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE.COLUMN=HEADER",
            help="Which header holds what, where it is not recognised: accounts.account_name=Login.",
        ),
    ] = None,
    policy_file: PolicyFile = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="Score with a model that was learned before, rather than learn one.",
        ),
    ] = None,
    save_model: Annotated[
        Path | None,
        typer.Option(
            "--save-model", metavar="FILE", help="Keep what was learned. It holds weights, no person."
        ),
    ] = None,
    memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="What the process may use, as 4GiB.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, and nothing on the terminal but errors.")
    ] = False,
) -> None:
    """Find the person behind each account, offline: no database, no network.

    Reads any format that `trueup check` reads. Every account is in the answer: linked (band auto), with the best
    candidates for a person to choose from (review), or with nobody (none). `evidence` says field by field what
    agrees, with its weight in bits; `margin` is the distance to the next-best.

    \b
    Examples:
      trueup identity match --people hr.parquet --accounts lms.parquet --out links.parquet
      trueup identity match --accounts lms.csv --dedupe --out doubles.csv
      trueup identity match --people hr.csv --accounts lms.csv --out links.csv --column accounts.account_name=Login
      trueup identity match --people hr.csv --accounts new.csv --out links.csv --model learned.json

    Exit codes: 0 matched, 2 wrong usage or unreadable input, 1 a failure of the program.
    """
    import msgspec

    from trueup.doors.links_file import write
    from trueup.doors.text_file import kind_of
    from trueup.doors.whole_file import unwritable, whole_file
    from trueup.identity.matching.match import MatchingError
    from trueup.identity.matching.model import ModelError
    from trueup.journey.match_files import Asked, match_files
    from trueup.journey.staged import RefusedError
    from trueup.kit.memory import allowed_bytes, parse_size

    verb = "identity match"
    if dedupe == (people is not None):
        refuse(verb, "either a roster or --dedupe", "--people FILE, or --dedupe and no roster")
    try:
        kind_of(out)
        allowed = parse_size(memory) if memory else allowed_bytes()
    except ValueError as error:
        refuse(verb, str(error))
    for path in filter(None, (out, save_model)):
        if reason := unwritable(path):
            refuse(verb, f"{path} can't be written: {reason}", "a file in a directory that is there")
        if path.resolve() in {one.resolve() for one in (people, accounts) if one is not None}:
            refuse(verb, f"{path} is one of the files to be read", "another file")
    told = _columns(verb, column or [])
    asked = Asked(people, accounts, issuer, told["people"], told["accounts"])
    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        try:
            found = match_files(
                asked, _policy(verb, policy_file), model=_model(verb, model), memory=allowed, tell=tell
            )
        except RefusedError as error:
            tell("")
            explain(verb, "these files can't be matched as they are", error.reasons)
            raise typer.Exit(2) from error
        except (MatchingError, ModelError) as error:
            tell("")
            refuse(verb, error.what, error.expected, error.todo)
    with whole_file(out) as part:
        write(found.links, part)
    if save_model is not None:
        with whole_file(save_model) as part:
            part.write_bytes(msgspec.json.format(msgspec.json.encode(found.links.model)))
    if not quiet:
        _answer(found, out, as_json=as_json, within=people is None)


def _columns(verb: str, told: list[str]) -> dict[str, dict[str, str]]:
    from trueup.model.relations import ROLES

    columns: dict[str, dict[str, str]] = {"people": {}, "accounts": {}}
    for one in told:
        where, equals, header = one.partition("=")
        role, _, canonical = where.partition(".")
        if (
            not equals
            or not header
            or role not in columns
            or canonical not in {c.name for c in ROLES[role].columns}
        ):
            refuse(
                verb, f"--column {one} says no column", "ROLE.COLUMN=HEADER, as accounts.account_name=Login"
            )
        columns[role][canonical] = header
    return columns


def _policy(verb: str, path: Path | None) -> Policy:
    from trueup.identity.policy import PolicyError, default_policy, load

    try:
        return default_policy() if path is None else load(path)
    except PolicyError as error:
        refuse(verb, error.what, error.expected, error.todo)


def _model(verb: str, path: Path | None) -> Fitted | None:
    import msgspec

    from trueup.identity.matching.model import Fitted

    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Fitted)
    except (OSError, ValueError, RecursionError) as error:
        refuse(verb, f"{path} can't be read: {error}", "a model as --save-model writes it")


def _answer(found: Matched, out: Path, *, as_json: bool, within: bool) -> None:
    counted = found.links.counted()
    total = sum(counted.values())
    if as_json:
        answer_json(
            {
                "schema": "trueup.matched/1",
                "accounts": total,
                **counted,
                "unusable_rows": len(found.unusable),
                "rows_without_id": found.links.keyless,
                "policy": found.links.policy_hash,
                "out": str(out),
            }
        )
        return
    words = {
        "auto": "the same person as another account, surely" if within else "linked",
        "review": "to be decided by a person",
        "none": "alone" if within else "nobody like them",
    }
    typer.echo(f"{total:,} accounts -> {out}")
    for band, says in words.items():
        share = counted[band] / total if total else 0
        typer.echo(f"  {band:<7}{counted[band]:>10,}  {share:>6.1%}  {says}")
    if found.links.keyless:
        typer.echo(f"  not used: {found.links.keyless:,} rows without an id of the person or the account")
    for problem in found.unusable[:5]:
        typer.echo(f"  not used: {problem.file}:{problem.line}: {problem.what}")
    if len(found.unusable) > 5:
        typer.echo(f"  ... and {len(found.unusable) - 5:,} more rows that can't be used")
