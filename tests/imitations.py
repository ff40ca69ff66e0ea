"""Imitated systems as processes of their own, for tests and proofs. Knows how they are started and asked."""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Imitation:
    """A running review system."""

    address: str

    def told(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.address}/imitation", timeout=10) as answer:
            return json.load(answer)

    def settle(self, **trouble: Any) -> None:
        asked = urllib.request.Request(
            f"{self.address}/imitation",
            json.dumps(trouble).encode(),
            {"Content-Type": "application/json"},
            method="PUT",
        )
        urllib.request.urlopen(asked, timeout=10).close()


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody holds. Below the ports that systems lend to whoever connects
    (from 32768 on), and each worker of the tests in a range of its own: what is free now is so a second later."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = range(11_000 + worker % 20 * 1_000, 12_000 + worker % 20 * 1_000)
    for first in random.Random().sample(mine[:-count], len(mine) - count):
        if all(_nobody_holds(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no {count} free ports in a row within {mine}")


def free_port() -> int:
    return free_ports(1)


def _nobody_holds(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@contextmanager
def review_system(**trouble: Any) -> Iterator[Imitation]:
    """An imitation review system for as long as the block runs, troubled so."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "trueup.sandbox.imitation.serving", "review", str(port)]
    )
    there = Imitation(f"http://127.0.0.1:{port}")
    try:
        _until_it_answers(there)
        if trouble:
            there.settle(**trouble)
        yield there
    finally:
        process.kill()
        process.wait()


def until_it_listens(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody listens there, or the process has ended."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens at {port}")


def _until_it_answers(there: Imitation) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            there.told()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
