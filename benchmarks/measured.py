"""How long one command takes, and how much memory it and its children hold. Linux only (/proc)."""

import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds, seconds of processor, MiB at the peak, its exit code and last words."""

    wall: float
    cpu: float
    peak: float
    code: int
    said: str


def middle(runs: Sequence[Run]) -> Run:
    """The medians of several runs."""
    return Run(
        median(r.wall for r in runs),
        median(r.cpu for r in runs),
        max(r.peak for r in runs),
        runs[-1].code,
        runs[-1].said,
    )


def measure(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> Run:
    """Runs the command to its end. The peak is the greatest sum over the process and its children, seen every 20 ms."""
    began = monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    seen = [0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, seen, ended))
    watcher.start()
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = monotonic() - began
    ended.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = max(seen[0], used.ru_maxrss * 1024) / 2**20
    return Run(wall, used.ru_utime + used.ru_stime, peak, process.returncode, said[-2000:])


def _watch(pid: int, seen: list[int], ended: threading.Event) -> None:
    while not ended.wait(0.02):
        seen[0] = max(seen[0], _held(pid))


def _held(pid: int) -> int:
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return resident + sum(_held(int(child)) for child in children)
