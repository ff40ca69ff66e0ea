"""Services to send events to, `trueup serve` and its peer, each in a process of its own. Knows how they are started.

with serving(data)() as service:
    send(service, kind="events", seed=1, size=100, count=10, connections=16)
"""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peer_ralph
from intake_events import SOURCE

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PEER = BIN.parent / "peer-ralph"
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
XAPI = {"X-Experience-API-Version": "1.0.3"}


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: where it listens, what it wants to be told, and what says that it took an event."""

    port: int
    process: int
    headers: dict[str, str]
    paths: dict[str, str]
    accepted: dict[str, str]

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self) -> int:
        """Bytes."""
        return int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * PAGE


def send(service: Service, *, kind: str, **load: int) -> dict[str, Any]:
    """Sends a load from a process of its own and says how it went."""
    order = {
        "port": service.port,
        "headers": service.headers | (XAPI if kind == "statements" else {}),
        "path": service.paths[kind],
        "accepted": service.accepted[kind],
        "kind": kind,
        **load,
    }
    run = subprocess.run(
        [sys.executable, HERE / "intake_sender.py"],
        input=json.dumps(order), capture_output=True, text=True, check=False,
    )  # fmt: skip  # one command
    if run.returncode:
        sys.exit(f"the sender ended with {run.returncode}:\n{run.stderr[-1000:]}")
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def environment(data: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(data)}


def serving(data: Path) -> Callable[[], AbstractContextManager[Service]]:
    """How `trueup serve` is started, once it has an account; its log goes to a file."""
    made = subprocess.run(
        [BIN / "trueup", "account", "create", "bench", "--source", SOURCE,
         "--scope", "completions:write", "--scope", "statements:write"],
        env=environment(data), capture_output=True, text=True, check=True,
    )  # fmt: skip  # one command
    token = made.stdout.strip()

    @contextmanager
    def start() -> Iterator[Service]:
        log = data / "serve.log"
        command = [BIN / "trueup", "serve", "--port", "0", "--settings", data / "trueup.toml"]
        with log.open("wb") as file, subprocess.Popen(command, env=environment(data), stderr=file) as process:
            try:
                yield Service(
                    _port_said(log, process),
                    process.pid,
                    {"Authorization": f"Bearer {token}"},
                    {"events": "/v1/completions", "statements": "/xapi/statements"},
                    {"events": '"outcome":"accepted"', "statements": '"0000'},
                )
            finally:
                process.terminate()

    return start


def _port_said(log: Path, process: subprocess.Popen[bytes]) -> int:
    for _ in range(600):
        for line in log.read_text(encoding="utf-8").splitlines():
            if '"serve.listening"' in line:
                return int(json.loads(line)["address"].rpartition(":")[2])
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"trueup serve does not listen:\n{log.read_text(encoding='utf-8')[-2000:]}")


@contextmanager
def peer() -> Iterator[Service]:
    """Ralph's LRS on files, in an environment of its own that is made where it is missing."""
    python = PEER / "bin" / "python"
    subprocess.run([HERE.parent / "scripts" / "peer_ralph.sh"], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        tempfile.TemporaryDirectory(prefix="trueup-peer-") as made,
        subprocess.Popen([python, HERE / "peer_ralph.py", str(port), made]) as process,
    ):
        try:
            _wait_for(port, process)
            name = base64.b64encode(f"{peer_ralph.NAME}:{peer_ralph.PASSWORD}".encode()).decode()
            yield Service(
                port,
                process.pid,
                {"Authorization": f"Basic {name}"},
                {"statements": "/xAPI/statements"},
                {"statements": '"0000'},
            )
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"Ralph does not listen (exit code {process.returncode})")
