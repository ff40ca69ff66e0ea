"""The check opens no network connection and writes nothing but what it was told to write."""

import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import cage
import companies
import pytest

TRUEUP = Path(sys.executable).parent / "trueup"
CAGE = Path(__file__).with_name("cage.py")
FOUND = 3
caged = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in cage.SOCKET, reason="needs Linux on x86-64 or arm64"
)


def within(*command: str | Path, **about) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, CAGE, *command]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, **about)


@caged
def test_cage_kills_whoever_opens_an_internet_socket():
    for family in ("AF_INET", "AF_INET6"):
        said = within(sys.executable, "-c", f"import socket; socket.socket(socket.{family})")
        assert said.returncode == -signal.SIGSYS
    assert within(sys.executable, "-c", "import socket; socket.socketpair()").returncode == 0


def tree(*tops: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below, with its time of change and its bytes."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for top in tops
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


@caged
def test_check_opens_no_socket_and_writes_only_what_it_is_told(tmp_path):
    places = {name: tmp_path / name for name in ("logs", "home", "temporary", "here", "out")}
    for path in places.values():
        path.mkdir()
    companies.with_three_logs().company.write(places["logs"])
    before = tree(tmp_path)
    out = places["out"]
    said = within(
        TRUEUP,
        "check",
        places["logs"],
        *("--json", out / "a.json", "--html", out / "a.html", "--faults", out / "a.parquet"),
        cwd=places["here"],
        # as on the far side of the world, with a terminal that knows nothing but ASCII
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(places["home"]),
            "TMPDIR": str(places["temporary"]),
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
        },
    )
    assert (said.returncode, said.stderr) == (FOUND, "")
    assert said.stdout.isascii()
    assert "TU0105" in said.stdout
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before
    assert after.keys() - before.keys() == {str(out / name) for name in ("a.json", "a.html", "a.parquet")}
    assert not list(places["temporary"].iterdir())
    assert json.loads((out / "a.json").read_text(encoding="utf-8"))["counts"]["TU0105"] == 2
