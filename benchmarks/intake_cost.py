"""What the steps of one event take that prove something: its canonical JSON, its audit leaf, its receipt.

Knows the functions that the intake calls; each is timed by itself over the same events.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from time import process_time

from intake_events import bodies
from trueup.audit.commitment import leaf_of
from trueup.audit.receipt import Claims, issue
from trueup.kit.canonical_json import canonical
from trueup.kit.signing import SigningKey

EVENTS = [event for body in bodies("events", seed=1, size=100, count=20) for event in json.loads(body)]
KEY = SigningKey.generate("bench.example.org/audit")
SECRET = bytes(32)
CLAIMS = [
    Claims(
        source=str(event["source"]),
        record_id=str(event["record_id"]),
        revision="1",
        digest=hashlib.sha256(canonical(event)).hexdigest(),
        time="2026-03-31T20:15:01.123456Z",
        contract="trueup.event/1",
    )
    for event in EVENTS
]
SALT = bytes(32)


def microseconds(work: Callable[[], object]) -> float:
    """The best of five, for one event."""
    took = []
    for _ in range(5):
        began = process_time()
        work()
        took.append(process_time() - began)
    return min(took) / len(EVENTS) * 1e6


def steps() -> Iterator[tuple[str, float]]:
    """Each step and its microseconds an event."""
    for what, work in (
        (
            "canonical JSON and its digest",
            lambda: [hashlib.sha256(canonical(one)).digest() for one in EVENTS],
        ),
        ("audit: salt and leaf", lambda: [leaf_of(SECRET, one.record()) for one in CLAIMS]),
        ("audit: receipt, signed", lambda: [issue(one, KEY, SALT).document() for one in CLAIMS]),
        ("... of which the Ed25519 signature", lambda: [KEY.sign(SECRET) for _ in CLAIMS]),
    ):
        yield what, microseconds(work)
