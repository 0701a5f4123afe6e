"""A small HTTP server that plays a vendor: checks the token, is idempotent by key, and misbehaves as told."""

from __future__ import annotations

import asyncio
import contextlib
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

REASONS = {200: "OK", 201: "Created", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer to give, in full or not."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Send so many bytes of the body and close; None for all of it."""


class Misbehaviour:
    """What may happen to the next request instead of an answer."""

    HANG = "hang"
    """No answer ever; nothing takes effect."""
    LOSE_REPLY = "lose_reply"
    """It takes effect, and the connection is closed without an answer."""


Respond = Callable[[Request], Answer]


class VendorServer:
    """Use it as an async context manager. `effects` are the bodies of requests that did something, once each."""

    def __init__(self, token: str, respond: Respond) -> None:
        self._token = token
        self._respond = respond
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: dict[str, Answer] = {}
        self.connections = 0
        self.requests: list[Request] = []
        self.effects: list[bytes] = []
        self.script: list[Answer | str] = []
        """What the next requests get, before things are normal again."""
        self.url = ""

    async def __aenter__(self) -> VendorServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Refuse connections from now on and drop those there are."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while (request := await _read(reader)) is not None:
                    if not await self._answer(request, writer):
                        break
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False if the connection is to be closed."""
        self.requests.append(request)
        scripted = self.script.pop(0) if self.script else None
        if scripted == Misbehaviour.HANG:
            await asyncio.sleep(3600)
        if isinstance(scripted, Answer):
            return await _write(writer, scripted)
        answer = self._normal(request)
        return False if scripted == Misbehaviour.LOSE_REPLY else await _write(writer, answer)

    def _normal(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return Answer(401, b'{"error":"unauthorized"}')
        if request.method == "GET":
            return self._respond(request)
        key = request.headers.get("idempotency-key", "")
        if key in self._answers:
            return Answer(200, self._answers[key].body)
        answer = self._respond(request)
        self.effects.append(request.body)
        self._answers[key] = answer
        return answer


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Request(method, path, dict(urllib.parse.parse_qsl(query)), headers, body)


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.body)), **answer.headers}
    head = f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    whole = answer.cut_after is None
    writer.write(head.encode("latin-1") + (answer.body if whole else answer.body[: answer.cut_after]))
    await writer.drain()
    return whole
