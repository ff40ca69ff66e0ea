"""How much memory the process may use. Knows the machine, not what the memory is for."""

import resource
from pathlib import Path

SHARE = 0.75  # of what the process may use; the rest is for Python, Arrow and the page cache

_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),  # cgroup v2
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),  # cgroup v1
)
_UNITS = {"b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def allowed_bytes() -> int:
    """What the process may use: the smallest of the machine, its control group and its own limit."""
    limits = [_machine_bytes()]
    for path in _CGROUP_LIMITS:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    return min(limits)


def parse_size(text: str) -> int:
    """Bytes of a size as people write it; ValueError says what is wrong.

    >>> parse_size("2GiB"), parse_size("512 MB"), parse_size("67108864")
    (2147483648, 536870912, 67108864)
    """
    folded = text.strip().lower().removesuffix("b").removesuffix("i")
    unit = folded[-1:] if folded[-1:] in _UNITS else "b"
    number = folded.removesuffix(unit).strip()
    try:
        size = float(number) * _UNITS[unit]
    except ValueError:
        raise ValueError(f"{text!r} is no size: write 2GiB, 512MB or a number of bytes") from None
    if not 2**26 <= size < 2**63:  # also catches nan and infinity
        raise ValueError(f"{text!r} is no size to work with: at least 64MiB are needed")
    return int(size)


def _machine_bytes() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 2**32
