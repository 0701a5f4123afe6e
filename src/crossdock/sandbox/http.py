"""A small HTTP/1.1 server that can also do what no framework lets one do: cut the connection instead of answering."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

import msgspec

_HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 64 * 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """What came in. Header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


class Response(msgspec.Struct, frozen=True):
    """What goes out; with `cut` nothing does, the connection ends."""

    status: int = 200
    body: bytes = b"{}"
    cut: bool = False


Handler = Callable[[Request], Awaitable[Response]]


class _BadRequest(Exception):
    pass


def answer(status: int, content: object) -> Response:
    """A JSON answer."""
    return Response(status, msgspec.json.encode(content))


class HttpServer:
    """One listening port. `stop` may be called twice and leaves no connection open."""

    def __init__(self, handler: Handler, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._host = host
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.port = port

    async def start(self) -> int:
        """Listen; returns the port, chosen by the system where none was asked for."""
        self._server = await asyncio.start_server(self._connected, self._host, self.port, limit=_HEAD_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        """Stop listening and end the open connections."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):  # stopping may interrupt a farewell
                await writer.wait_closed()
            self._connections.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; False ends the connection."""
        try:
            request = await _read_request(reader)
        except (_BadRequest, asyncio.LimitOverrunError, ValueError) as fault:
            await _write(writer, answer(400, {"error": str(fault)}), keep=False)
            return False
        if request is None:
            return False
        response = await self._handler(request)
        if response.cut:
            writer.transport.abort()
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        await _write(writer, response, keep=keep)
        return keep


async def _write(writer: asyncio.StreamWriter, response: Response, *, keep: bool) -> None:
    reason = HTTPStatus(response.status).phrase
    head = (
        f"HTTP/1.1 {response.status} {reason}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(response.body)}\r\nconnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    writer.write(head.encode() + response.body)
    await writer.drain()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial.strip():
            raise
        return None
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pieces = first.split(" ")
    if len(pieces) != 3:
        raise _BadRequest("malformed request line")
    headers = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise _BadRequest("malformed header")
        headers[name.strip().lower()] = value.strip()
    path, _, query = pieces[1].partition("?")
    return Request(
        method=pieces[0],
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=await _read_body(reader, headers),
    )


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        chunks = []
        while size := int((await reader.readline()).split(b";")[0].strip(), 16):
            chunks.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(chunks)
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_LIMIT:
        raise _BadRequest("body too long")
    return await reader.readexactly(length) if length else b""
