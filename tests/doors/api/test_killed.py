"""kill -9 of the service and of its database under load: what was acknowledged is there, once, and provably so.

A short form. TRUEUP_KILLS says how many kills of each (default 2; `make proof` runs 25 of each).
"""

import json
import os
import random
import signal
import threading
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from served import SOURCE, Served, command, serving, started

import servers
from trueup.audit.export import OPENED

ROUNDS = int(os.environ.get("TRUEUP_KILLS", "2"))
SENDERS = 6
EVENT = {
    "account": {"issuer": "https://lms.example.com", "name": "emp16"},
    "course_id": "SAFE101",
    "status": "completed",
}


def send(served: Served, sender: int, acknowledged: dict[str, Any], stop: threading.Event) -> None:
    """Events one after the other, alone and in batches, until the service is gone; notes what was acknowledged."""
    number = 0
    while not stop.is_set():
        number += 1
        name = f"{served.port}-{sender}-{number}"
        try:
            if number % 2:
                told = served.ask("PUT", f"/v1/completions/{SOURCE}:{name}:1", EVENT)
                verdicts = told.json["verdicts"] if told.status == 201 else []
            else:
                batch = [{**EVENT, "source": SOURCE, "record_id": f"{name}-{one}"} for one in range(10)]
                verdicts = served.ask("POST", "/v1/completions", batch).json["verdicts"]
        except (OSError, HTTPException, KeyError):
            return  # cut off in between, or no database any more: nothing was acknowledged
        acknowledged.update({one["key"]: one["receipt"] for one in verdicts if one["outcome"] == "accepted"})


def resent(key: str) -> dict[str, Any]:
    return {**EVENT, "source": SOURCE, "record_id": key.split(":")[1]}


@pytest.mark.parametrize("victim", ["service", "database"])
def test_what_was_acknowledged_survives_any_kill(victim: str):
    acknowledged: dict[str, Any] = {}
    chance = random.Random(11)
    with servers.place() as data:
        environment = {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(data)}
        scopes = ("--scope", "completions:write", "--scope", "completions:read")
        token = command(environment, "account", "create", "tester", "--source", SOURCE, *scopes)
        for _ in range(ROUNDS):
            killed_under_load(environment, token, victim, acknowledged, 0.5 + chance.random())
        assert len(acknowledged) > ROUNDS * 10
        with serving(environment) as served:
            served.token = token
            known = list(acknowledged)
            for at in range(0, len(known), 500):
                some = known[at : at + 500]
                told = served.ask("POST", "/v1/completions", [resent(key) for key in some]).json
                assert told["duplicate"] == len(some)
                receipts = [verdict["receipt"] for verdict in told["verdicts"]]
                assert receipts == [acknowledged[key] for key in some]  # the first ones, byte for byte
        command(environment, "audit", "sequence")
        command(environment, "audit", "export", str(data / "export"), "--opened")
        command(environment, "audit", "verify", str(data / "export"))  # or it ends with 3
        lines = (data / "export" / OPENED).read_text(encoding="utf-8").splitlines()
        records = [json.loads(line)["record"] for line in lines]
        leaves = {f"{one['source']}:{one['record_id']}:{one['revision']}": one for one in records}
        assert len(leaves) == len(records)  # none has two
        assert {key: leaves[key]["digest"] for key in acknowledged} == {
            key: receipt["digest"] for key, receipt in acknowledged.items()
        }


def killed_under_load(
    environment: dict[str, str], token: str, victim: str, acknowledged: dict[str, Any], after: float
) -> None:
    served = started(environment)
    served.token = token
    stop = threading.Event()
    senders = [
        threading.Thread(target=send, args=(served, sender, acknowledged, stop)) for sender in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    time.sleep(after)
    if victim == "database":
        pid = (
            (Path(environment["TRUEUP_DATA_DIR"]) / "database" / "cluster" / "postmaster.pid")
            .read_text()
            .split()[0]
        )
        os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.5)
    assert served.ended(signal.SIGKILL) == -signal.SIGKILL
    stop.set()
    for sender in senders:
        sender.join(60)
