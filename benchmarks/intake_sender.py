"""Sends bodies over a few connections that stay open, and says how many events were taken in how long.

    python benchmarks/intake_sender.py < ORDER     prints one JSON object

The bodies are made before the clock runs; they are written and the answers read with plain sockets, so that the sender
takes little of the processors that it shares with the server.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from intake_events import bodies


@dataclass(slots=True)
class Told:
    """What the answers said so far."""

    events: int = 0
    waited: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def requests(order: dict[str, Any]) -> Iterator[bytes]:
    headers = "".join(f"{name}: {value}\r\n" for name, value in order["headers"].items())
    head = f"POST {order['path']} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}"
    for body in bodies(order["kind"], seed=order["seed"], size=order["size"], count=order["count"]):
        yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def connection(port: int, left: Iterator[bytes], told: Told, each: int, accepted: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    for request in left:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length or 0))
        told.waited.append(time.perf_counter() - began)
        if not head.startswith((b"http/1.1 200", b"http/1.1 201")) or body.count(accepted) < each:
            told.wrong.append(f"{head[:40]!r} {body[:300]!r}")
        else:
            told.events += each
    writer.close()


async def send(order: dict[str, Any], left: Iterator[bytes]) -> dict[str, Any]:
    told = Told()
    accepted = order["accepted"].encode()
    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(
        *(connection(order["port"], left, told, order["size"], accepted) for _ in range(order["connections"]))
    )
    took = time.perf_counter() - began
    waited = sorted(told.waited)
    return {
        "events": told.events,
        "seconds": took,
        "p50_ms": waited[len(waited) // 2] * 1000,
        "p99_ms": waited[len(waited) * 99 // 100] * 1000,
        "cpu": (time.process_time() - worked) / took,
        "wrong": len(told.wrong),
        "first_wrong": told.wrong[0] if told.wrong else "",
    }


def main() -> None:
    order = json.load(sys.stdin)
    ready = iter(list(requests(order)))
    print(json.dumps(asyncio.run(send(order, ready))))


if __name__ == "__main__":
    main()
