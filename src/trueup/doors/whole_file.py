"""Files that are there whole or not at all. Knows nothing of what is written into them.

What is written goes under another name beside the file, which takes its place at the end: a killed process
leaves the old file, or none, and at most a hidden `.trueup-*` beside it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write so that `path` is complete once the block ends; untouched where the block fails.

    A link keeps pointing where it does. What is no file (a pipe, /dev/stdout) is written to straight.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()
    part = target.with_name(f".trueup-{os.getpid()}-{target.name}")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unwritable(path: Path) -> str | None:
    """Why a file can't be written there, None where it can; found by making one beside it and taking it away."""
    if path.is_dir():
        return "it is a directory"
    if not path.parent.is_dir():
        return f"{path.parent} is no directory"
    if path.exists() and not path.is_file():
        return None
    target = path.resolve()
    part = target.with_name(f".trueup-{os.getpid()}-{target.name}")
    try:
        with part.open("xb"):
            pass
        part.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return None
