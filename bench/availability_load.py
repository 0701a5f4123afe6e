"""The load generator of `bench.availability`: questions by the clock, over connections that take turns.

A question that is late because the answer before it was is not forgiven: its time counts from when it was due.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from urllib.parse import quote

import uvloop

from bench.flow_world import COMPANY
from bench.http import TOKEN

CONNECTIONS = 32


def question(port: int, item: int, moment: str = "") -> bytes:
    """Asks over both warehouses, with all terms, and when so much more than there is could be had; now, or as of a
    past moment."""
    path = f"/process/v1/availability?company={COMPANY}&item=I{item}&quantity=3000000&explain=true"
    if moment:
        path += f"&as_of={quote(moment)}"
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Accept: application/json\r\n\r\n"
    ).encode()


async def answer(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Status and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    return head[9:12].decode(), await reader.readexactly(int(fields[b"content-length"]))


async def run(port: int, per_second: int, seconds: float, items: int, moments: Sequence[str]) -> None:
    """Ask, and print how long answers took."""
    took: list[float] = []
    total = int(per_second * seconds)
    chooser = random.Random(7)
    begun = time.perf_counter() + 0.2

    async def connection(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in range(number, total, CONNECTIONS):
            due = begun + turn / per_second
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            moment = chooser.choice(moments) if moments else ""
            writer.write(question(port, chooser.randrange(items), moment))
            status, body = await answer(reader)
            took.append(time.perf_counter() - due)
            if status != "200" or not (moments or json.loads(body)["terms"]["movements"]):
                raise SystemExit(f"an answer without its terms: {status} {body[:300]!r}")
        writer.close()

    await asyncio.gather(*(connection(number) for number in range(CONNECTIONS)))
    elapsed = time.perf_counter() - begun
    took.sort()
    figures = {
        "count": len(took),
        "per_second": len(took) / elapsed,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[int(len(took) * 0.99)] * 1000,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))
