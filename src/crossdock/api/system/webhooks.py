"""Webhooks: what the systems of the network push to us. Proved by their signature, stored, then answered."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.body import content_of
from crossdock.api.gateway.call import AnyRequest, call_of
from crossdock.api.services import services_of
from crossdock.engine.intake.raw import Arrival
from crossdock.operations.problems import Problem, not_found
from crossdock.operations.webhook_desk import WebhookCall
from crossdock.telemetry import metrics

MOST_BYTES = 8 * 1_048_576


class WebhookTaken(msgspec.Struct, frozen=True):
    """It is safe with us; the same answer for a repetition."""

    status: str = "accepted"


@post(
    "/{system:str}/webhooks",
    status_code=202,
    # Systems prove themselves by a signature over the body, in `take_webhook`.
    opt={"public": True, "answer": WebhookTaken},
    summary="Take a webhook",
    tags=["webhooks"],
)
async def take_webhook(request: AnyRequest, system: FromPath[str]) -> ASGIResponse:
    """Store what a system of the network sent. Repetitions are answered alike and change nothing."""
    services = services_of(request)
    connector = services.connectors.get(system)
    if connector is None:
        raise not_found(f"system {system!r}", "Post to the name that the network project gives the system.")
    content = await content_of(request, MOST_BYTES)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.scope["headers"]}

    def header(name: str) -> str:
        return headers.get(name.lower(), "")

    if not connector.authentic(header, content):
        metrics.count("crossdock_webhooks_received", system, "refused")
        raise Problem("unauthenticated", f"the webhook is not signed as agreed with {system!r}, or too old")
    call = call_of(request)
    stored = await services.webhooks.receive(
        WebhookCall(
            Arrival(
                source=system,
                kind="webhook",
                content=content,
                transport_key=connector.transport_key(header, content),
                received_at=services.clock.now(),
                content_type=header("content-type"),
                name=header("webhook-id"),
            ),
            call.correlation_id,
            call.trace_id,
        )
    )
    metrics.count("crossdock_webhooks_received", system, "repeated" if stored.repeated else "stored")
    return json_answer(WebhookTaken(), 202)
