"""Is it alive, can it work, how is it doing: for supervisors and Prometheus. Nothing here names a document."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.call import AnyRequest
from crossdock.api.services import services_of
from crossdock.operations.gauges import measure
from crossdock.store.pool import TRANSIENT
from crossdock.telemetry import metrics

_READY_SECONDS = 3.0


class Health(msgspec.Struct, frozen=True):
    """`ok`, or what is missing."""

    status: str
    detail: str = ""


@get("/health/live", opt={"public": True, "answer": Health}, summary="Is the process alive", tags=["health"])
async def live() -> ASGIResponse:
    """Yes, as it answers."""
    return json_answer(Health("ok"))


@get("/health/ready", opt={"public": True, "answer": Health}, summary="Can it accept work", tags=["health"])
async def ready(request: AnyRequest) -> ASGIResponse:
    """200 when the store can be written to, else 503."""
    try:
        async with asyncio.timeout(_READY_SECONDS), services_of(request).store.transaction() as tx:
            if await tx.fetchval("select pg_is_in_recovery()"):
                return json_answer(Health("not_ready", "the database takes no writes"), 503)
    except TRANSIENT as error:
        return json_answer(Health("not_ready", f"the database cannot be reached ({type(error).__name__})"), 503)
    return json_answer(Health("ok"))


@get("/metrics", opt={"public": True}, summary="Metrics in the Prometheus text format", tags=["health"])
async def prometheus(request: AnyRequest) -> ASGIResponse:
    """All metrics; those about the store are measured now."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await measure(services_of(request).store)
    except TRANSIENT:
        # Without the store the counters of this process are still worth telling; the gauges keep their last values.
        return _text(metrics.exposition() + b"# the store could not be reached\n")
    return _text(metrics.exposition())


def _text(body: bytes) -> ASGIResponse:
    # The charset is added to it.
    return ASGIResponse(body=body, media_type="text/plain; version=0.0.4")
