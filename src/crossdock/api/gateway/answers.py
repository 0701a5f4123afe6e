"""Answers, made with as little machinery as they need."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.response.base import ASGIResponse

from crossdock.operations.idempotency import Answer

_REPLAYED = {"idempotency-replayed": "true"}
_encoder = msgspec.json.Encoder(decimal_format="string")


def stored_answer(answer: Answer) -> ASGIResponse:
    """An answer that is kept under its Idempotency-Key."""
    return ASGIResponse(
        body=answer.body.encode(),
        status_code=answer.status,
        media_type="application/json",
        headers=_REPLAYED if answer.replayed else None,
    )


def json_answer(body: Any, status: int = 200) -> ASGIResponse:
    """A body of ours; decimals are texts, so that no reader rounds them."""
    return ASGIResponse(body=_encoder.encode(body), status_code=status, media_type="application/json")
