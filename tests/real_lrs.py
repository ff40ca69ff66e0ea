"""Ralph, a real LRS, as a process of its own (scripts/peer_ralph.sh installs it). Knows how it is started."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imitations

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv" / "peer-ralph" / "bin" / "python"
INSTALLED = PYTHON.exists()
CREDENTIALS = "bench:bench"


@contextmanager
def running(place: Path) -> Iterator[str]:
    """The address of its xAPI for as long as the block runs; what it has lies in `place`."""
    port = imitations.free_port()
    process = subprocess.Popen([PYTHON, ROOT / "benchmarks" / "peer_ralph.py", str(port), place])
    try:
        imitations.until_it_listens(port, process)
        yield f"http://127.0.0.1:{port}/xAPI"
    finally:
        process.terminate()
        process.wait()
