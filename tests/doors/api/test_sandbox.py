"""`trueup sandbox`, `trueup serve`, and one completion followed from the LMS to "verified", as a newcomer does it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from served import command, started

import imitations
import servers

TRUEUP = Path(sys.executable).parent / "trueup"
PATIENCE = 60  # seconds


def asked(port: int) -> dict:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/imitation", timeout=10) as answer:
        return json.load(answer)


def until_there(port: int) -> dict:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return asked(port)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_completion_is_followed_from_the_lms_to_verified():
    port = imitations.free_ports(3)
    listening = port + 2
    with servers.place() as place:
        there = place / "sandbox"
        environment = {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(there / "data")}
        words = ["--port", str(port), "--every", "0.1", "--service", f"http://127.0.0.1:{listening}"]
        sandbox = subprocess.Popen(
            [TRUEUP, "sandbox", there, *words], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert until_there(port + 1)["imitation"]
            service = started(environment, "--port", str(listening), "--settings", str(there / "trueup.toml"))
            try:
                until = time.monotonic() + PATIENCE
                story = ""
                while "to talent: verified" not in story or "to lrs: verified" not in story:
                    assert time.monotonic() < until, story
                    passed = [one for one in asked(port + 1)["statements"] if one["result"]["success"]]
                    if passed:
                        story = command(environment, "trace", f"sandbox-lms:{passed[0]['id']}")
                    time.sleep(0.5)
                assert asked(port)["events"]["twice"] == []
            finally:
                assert service.ended(signal.SIGTERM) == 0
        finally:
            sandbox.send_signal(signal.SIGTERM)
            said, _ = sandbox.communicate(timeout=30)
        assert sandbox.returncode == 0
        assert said.startswith("IMITATION: nobody and nothing here is real.")
        assert (there / "lms.credentials").stat().st_mode & 0o077 == 0
