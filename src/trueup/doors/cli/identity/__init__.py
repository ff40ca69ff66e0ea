"""`trueup identity`: whose account is whose. Knows which verbs there are, and the work of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trueup.doors.cli.identity.decision_log import export, import_, replay
from trueup.doors.cli.identity.enrolment import contradicted, enrol, resolve
from trueup.doors.cli.identity.offline import match, policy
from trueup.doors.cli.identity.pulling import pull
from trueup.doors.cli.identity.stewarding import conflicts, decide, history, merge, show, unmerge

if TYPE_CHECKING:
    from collections.abc import Callable

identity = typer.Typer(
    name="identity",
    help="Whose account is whose: who is enrolled, what is matched, and what a person decides of it.",
    epilog="Without a database: policy, match. Start with: trueup identity enrol hr.csv accounts.csv",
    no_args_is_help=True,
)
verbs: dict[str, Callable[..., None]] = {
    "policy": policy,
    "match": match,
    "enrol": enrol,
    "pull": pull,
    "resolve": resolve,
    "conflicts": conflicts,
    "show": show,
    "decide": decide,
    "merge": merge,
    "unmerge": unmerge,
    "history": history,
    "contradicted": contradicted,
    "export": export,
    "import": import_,
    "replay": replay,
}
for name, verb in verbs.items():
    identity.command(name)(verb)
