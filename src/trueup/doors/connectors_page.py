"""The docs page of the connectors, as Markdown, made from what each says of itself.

`python -m trueup.doors.connectors_page` writes `docs/connectors.md` of the directory it is started in; a test fails while
it differs from the connectors.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.connectors import sources, targets
from trueup.doors.delivery_words import PROOF, limit_of
from trueup.model.delivery import Capability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.model.delivery import Manifest

MADE = (
    "<!-- Made by `python -m trueup.doors.connectors_page` from src/trueup/connectors: change it there. -->"
)


def page() -> str:
    """All connectors: what each can do, needs, and what to know about it."""
    told = {"target": targets.MANIFESTS.values(), "source": sources.MANIFESTS.values()}
    blocks = [
        MADE,
        "# The connectors",
        (
            "What each outside system lets one do, and what its connector was built from. `trueup connectors` prints the "
            "same; [Delivering what was taken in](delivery.md) says how one is declared."
        ),
        "\n".join(f"- **{word}**: {meaning}" for word, meaning in PROOF.items()),
        "## Targets",
        _matrix(told["target"], _TARGET),
        "## Sources",
        _matrix(told["source"], _SOURCE),
        *(block for role, all_of in told.items() for one in all_of for block in _about(role, one)),
    ]
    return "\n\n".join(blocks) + "\n"


_TARGET = tuple(can for can in Capability if can is not Capability.SINCE)
_SOURCE = (Capability.LIST, Capability.SINCE)


def _matrix(all_of: Iterable[Manifest], can: tuple[Capability, ...]) -> str:
    head = ("connector", *(one.value for one in can), "built from")
    rows = [
        (
            f"[`{one.name}`](#{_anchor(one)})",
            *("yes" if c in one.capabilities else "-" for c in can),
            one.proof.value,
        )
        for one in all_of
    ]
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _about(role: str, one: Manifest) -> list[str]:
    needs = [
        f"- `{need.method} {need.path}`"
        + (f": {', '.join(need.fields)}" if need.fields else "")
        + (f" (scope: {need.scope})" if need.scope else "")
        for need in one.needs
    ]
    facts = [f"built from: {one.proof.value}", f"limit: {limit_of(one)}"]
    if role == "target":
        facts += [
            f"records in a call: {one.batch}",
            f"readable: {f'within {one.window.total_seconds():g} s of a write' if one.window else 'at once'}",
        ]
    return [
        f'<a id="{_anchor(one)}"></a>\n\n## `{one.name}`, a {role}: {one.title}',
        "; ".join(facts) + ".",
        "It needs:\n\n" + "\n".join(needs),
        *(["To know:\n\n" + "\n".join(f"- {_escaped(trap)}" for trap in one.traps)] if one.traps else []),
    ]


def _anchor(one: Manifest) -> str:
    role = "target" if one.name in targets.MANIFESTS and targets.MANIFESTS[one.name] is one else "source"
    return f"{role}-{one.name}"


def _escaped(text: str) -> str:
    return text.replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")


def main() -> int:
    """Rewrite docs/connectors.md here; exit code 2 where the directory has no docs."""
    docs = Path("docs")
    if not docs.is_dir():
        sys.stderr.write(
            f"there is no docs directory in {Path.cwd()}; start this in the root of the repository\n"
        )
        return 2
    (docs / "connectors.md").write_text(page(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{docs / 'connectors.md'} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
