"""Progress on stderr: what is being done and for how long, on one line. Knows no verb."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def telling(*, silent: bool) -> Iterator[Callable[[str], None]]:
    """What to call with each step; an empty step takes the line away."""
    if silent:
        yield lambda _step: None
        return
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second that a silent run doesn't need
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as shown:
        task = shown.add_task("starting", total=None)

        def tell(step: str) -> None:
            shown.update(task, description=step, visible=bool(step))

        yield tell
