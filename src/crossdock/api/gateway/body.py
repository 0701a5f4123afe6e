"""Request bodies: JSON only, strictly read, with the digest by which a repeated call is recognised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import msgspec

from crossdock.api.gateway.call import AnyRequest, call_of, key_use
from crossdock.api.gateway.strict_json import MOST_BYTES
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.problems import Problem

T = TypeVar("T")
Content = TypeVar("Content", bytes, bytearray)
_READ_SECONDS = 30.0


class Received(msgspec.Struct, frozen=True):
    """The bytes of a body, and the Idempotency-Key they came with."""

    content: bytes
    use: KeyUse


async def receive(request: AnyRequest) -> Received:
    """Take a POST: its bytes and its key. The key stands for this path and these bytes."""
    _must_be_json(call_of(request).content_type)
    content = await content_of(request)
    digest = sha256(request.scope["path"].encode() + b"\0" + content).digest()
    return Received(content, key_use(request, digest))


async def receive_as(request: AnyRequest, read: Callable[[bytes], T]) -> tuple[T, KeyUse]:
    """Take a POST and read its body."""
    received = await receive(request)
    return read(received.content), received.use


async def content_of(request: AnyRequest, most: int = MOST_BYTES) -> bytes:
    """The bytes of a body, read no further than `most`, whatever Content-Length says, and not for ever."""
    part, more = await _part(request)
    if not more:
        return _no_more_than(part, most)
    parts = bytearray(part)
    try:
        async with asyncio.timeout(_READ_SECONDS):
            while more:
                part, more = await _part(request)
                parts += part
                _no_more_than(parts, most)
    except TimeoutError:
        raise Problem("malformed_request", f"the body did not come within {_READ_SECONDS:.0f} seconds") from None
    return bytes(parts)


async def _part(request: AnyRequest) -> tuple[bytes, bool]:
    message = await request.receive()
    if message["type"] != "http.request":
        raise Problem("malformed_request", "the connection ended before the body did")
    return message.get("body", b""), message.get("more_body", False)


def _no_more_than(content: Content, most: int) -> Content:
    if len(content) > most:
        raise Problem("body_too_large", f"at most {most:,} bytes are taken")
    return content


def _must_be_json(content_type: bytes) -> None:
    if content_type == b"application/json":
        return
    kind, _, parameters = content_type.lower().partition(b";")
    charset = parameters.strip().replace(b'"', b"")
    if kind.strip() != b"application/json" or charset not in (b"", b"charset=utf-8"):
        raise Problem("unsupported_media_type", "only application/json in UTF-8 is taken")
