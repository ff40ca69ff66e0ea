"""A running `trueup serve` for the tests, as people start it, and requests to it. Knows no endpoint."""

import base64
import http.client
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TRUEUP = Path(sys.executable).parent / "trueup"
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
SOURCE = "lms"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SCOPES = (
    "completions:write",
    "completions:read",
    "statements:write",
    "statements:read",
    "identity:read",
    "identity:decide",
    "deliveries:read",
    "deliveries:decide",
    "audit:read",
    "metrics:read",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Served:
    """A running service, its log so far, and the token of an account with every scope."""

    port: int
    process: subprocess.Popen[str]
    reader: threading.Thread
    environment: dict[str, str]
    token: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes | str | Any = None, **headers: str) -> Answer:
        """One request; a body that is neither bytes nor text is sent as JSON. `_` in a header's name is a dash."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes | str):
            body = json.dumps(body)
            told.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, told)
            response = connection.getresponse()
            sent = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, sent, response.read())
        finally:
            connection.close()

    def ended(self, by: signal.Signals) -> int:
        """Its exit code, once the signal has ended it and its log is read to the end."""
        self.process.send_signal(by)
        code = self.process.wait(60)
        self.reader.join(10)
        return code

    def trueup(self, *words: str) -> str:
        """What a command answers beside the running service."""
        return command(self.environment, *words)


def command(environment: dict[str, str], *words: str) -> str:
    return subprocess.run(
        [TRUEUP, *words], env=environment, capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


def started(environment: dict[str, str], *words: str) -> Served:
    """A service that listens, as people start it."""
    process = subprocess.Popen(
        [TRUEUP, "serve", "--port", "0", *words], env=environment, stderr=subprocess.PIPE, text=True
    )
    log: list[dict[str, Any]] = []
    listening = threading.Event()

    def read() -> None:
        with process.stderr as said:
            for line in said:
                log.append(json.loads(line) if line.startswith("{") else {"event": "text", "text": line})
                if log[-1]["event"] == "serve.listening":
                    listening.set()
        listening.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert listening.wait(60), log
    address = next((line["address"] for line in log if line["event"] == "serve.listening"), None)
    assert address, log
    return Served(int(address.rpartition(":")[2]), process, reader, environment, log=log)


@contextmanager
def serving(environment: dict[str, str], *words: str) -> Iterator[Served]:
    """A service for as long as the block runs, stopped as people stop it."""
    served = started(environment, *words)
    try:
        yield served
    finally:
        assert served.ended(signal.SIGTERM) == 0, served.log[-5:]
