"""One HTTP call as the gateway hands it to a route: who calls, and under which ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from crossdock.identity import Actor
from crossdock.log import uuid7
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.problems import FieldError, Problem

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_KEY = re.compile(rb"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_KEY_MOST = 255

AnyRequest = Request[Any, Any, Any]


class Call(msgspec.Struct):
    """`actor` is None on public routes. Ids come from the caller's headers, or are made here."""

    correlation_id: UUID
    trace_id: str = ""
    authorization: bytes = b""
    content_type: bytes = b""
    idempotency_key: bytes | None = None
    actor: Actor | None = None


def identify(headers: Iterable[tuple[bytes, bytes]]) -> Call:
    """What the headers say. Malformed ids are replaced, not refused: they carry no meaning for us."""
    found: dict[bytes, bytes] = dict(headers)
    trace = found.get(b"traceparent")
    match = _TRACEPARENT.fullmatch(trace) if trace else None
    return Call(
        correlation_id=_uuid(found.get(b"x-correlation-id", b"")) or uuid7(),
        trace_id=match[1].decode() if match else "",
        authorization=found.get(b"authorization", b""),
        content_type=found.get(b"content-type", b""),
        idempotency_key=found.get(b"idempotency-key"),
    )


def _uuid(text: bytes) -> UUID | None:
    try:
        return UUID(text.decode("ascii")) if text else None
    except ValueError:
        return None


def call_of(request: AnyRequest) -> Call:
    """The call of a request that passed the gateway."""
    call: Call = request.scope["state"]["call"]
    return call


def actor_of(request: AnyRequest) -> Actor:
    """Who calls. Only on routes that name a scope, where the gateway has seen to it."""
    actor = call_of(request).actor
    assert actor is not None
    return actor


def _why_no_key(key: bytes) -> str:
    if len(key) > _KEY_MOST:
        return f"is too long: {len(key)} characters, and at most {_KEY_MOST} are taken"
    return "holds what is not printable ASCII, or a blank at an end" if key else "is empty"


def key_use(request: AnyRequest, digest: bytes) -> KeyUse:
    """The Idempotency-Key of a request whose body has this digest. Raises `Problem` without a usable one.

    The route is part of what a key stands for: `digest` must cover it where several routes take the same body.
    """
    key = call_of(request).idempotency_key
    words = "a POST needs a key of 1 to 255 printable ASCII characters"
    if key is None:
        raise Problem("idempotency_key_missing", words, [FieldError("Idempotency-Key", "is missing")])
    if _KEY.fullmatch(key) is None:
        raise Problem("idempotency_key_invalid", words, [FieldError("Idempotency-Key", _why_no_key(key))])
    return KeyUse(actor_of(request).name, key.decode(), digest)
