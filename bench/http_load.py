"""The load generator of `bench.http` and `bench.reserve`: callers that each send the next order (or reservation) when
the last one was answered."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import uvloop

_BODY = (
    '{{"company":"albion_uk","number":"{number}","customer":"17850","country":"United Kingdom",'
    '"ordered_at":"2010-12-01T08:26:00Z","currency":"GBP","lines":['
    '{{"line":"1","item":"85123A","quantity":"6","price":"2.55","description":"WHITE HANGING HEART T-LIGHT HOLDER"}},'
    '{{"line":"2","item":"71053","quantity":"6","price":"3.39","description":"WHITE METAL LANTERN"}},'
    '{{"line":"3","item":"84406B","quantity":"8","price":"2.75","description":"CREAM CUPID HEARTS COAT HANGER"}}]}}'
)

_RESERVATION = '{{"company":"bench","item":"item-{item}","quantity":"1","locations":["north"]}}'


class Load:
    """What all callers share."""

    path, good = "orders", "202"

    def __init__(self, port: int, seconds: float, token: str) -> None:
        self.port = port
        self.token = token
        self.until = time.perf_counter() + seconds
        self.prefix = f"{os.getpid()}-{time.time_ns() % 10**9}"
        self.sent = 0
        self.took: list[float] = []
        self.wrong: dict[str, int] = {}
        self.callers = 0
        self.done = asyncio.Event()

    def request(self) -> bytes:
        self.sent += 1
        number = f"{self.prefix}-{self.sent}"
        body = self.body(number).encode()
        head = (
            f"POST /process/v1/{self.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: shop-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def body(self, number: str) -> str:
        return _BODY.format(number=number)


class Reservations(Load):
    """One unit each of ten thousand items."""

    path, good = "reservations", "201"

    def body(self, number: str) -> str:
        return _RESERVATION.format(item=self.sent * 7919 % 10_000)


class Caller(asyncio.Protocol):
    """One connection, one call at a time."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport  # uvloop's is no asyncio.Transport
        self.next()

    def next(self) -> None:
        self.started = time.perf_counter()
        self.transport.write(self.load.request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _content_length(head):
            return
        now = time.perf_counter()
        status = head[9:12].decode()
        if status == self.load.good:
            self.load.took.append(now - self.started)
        else:
            self.load.wrong[status] = self.load.wrong.get(status, 0) + 1
        self.buffer = b""
        if now < self.load.until:
            self.next()
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.load.callers -= 1
        if not self.load.callers:
            self.load.done.set()


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def run(port: int, callers: int, seconds: float, token: str, kind: type[Load]) -> None:
    load = kind(port, seconds, token)
    loop = asyncio.get_running_loop()
    load.callers = callers
    started = time.perf_counter()
    for _ in range(callers):
        await loop.create_connection(lambda: Caller(load), "127.0.0.1", port)
    await asyncio.wait_for(load.done.wait(), seconds + 60)
    elapsed = time.perf_counter() - started
    took = sorted(load.took)
    if load.wrong or not took:
        raise SystemExit(f"answers that are not {load.good}: {load.wrong}, good ones: {len(took)}")
    print(
        json.dumps(
            {
                "count": len(took),
                "per_second": len(took) / elapsed,
                "p50_ms": took[len(took) // 2] * 1000,
                "p99_ms": took[int(len(took) * 0.99)] * 1000,
                "client_cpu_seconds": time.process_time(),
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(
        run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], Reservations if sys.argv[5:] else Load)
    )
