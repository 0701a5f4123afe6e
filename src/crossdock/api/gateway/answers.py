"""Answers, made with as little machinery as they need."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from crossdock.operations.idempotency import Answer

_JSON = (b"content-type", b"application/json")
_REPLAYED = (b"idempotency-replayed", b"true")
_encoder = msgspec.json.Encoder(decimal_format="string")


class Bare(ASGIResponse):
    """A finished body. The framework's own response spends more time on headers than we do on the order."""

    def __init__(self, body: bytes, status: int, *headers: tuple[bytes, bytes]) -> None:
        self.body = body
        self.status_code = status
        self._headers = [*headers, (b"content-length", str(len(body)).encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def stored_answer(answer: Answer) -> Bare:
    """An answer that is kept under its Idempotency-Key."""
    headers = (_JSON, _REPLAYED) if answer.replayed else (_JSON,)
    return Bare(answer.body.encode(), answer.status, *headers)


def json_answer(body: Any, status: int = 200) -> Bare:
    """A body of ours; decimals are texts, so that no reader rounds them."""
    return Bare(_encoder.encode(body), status, _JSON)
