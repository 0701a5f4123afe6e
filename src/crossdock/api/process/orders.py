"""Sales orders over HTTP."""

from __future__ import annotations

from litestar import post
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import stored_answer
from crossdock.api.gateway.body import receive
from crossdock.api.gateway.call import AnyRequest, actor_of, call_of
from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.order_requests import PlaceOrder, sales_order
from crossdock.api.services import services_of
from crossdock.operations.order_desk import OrderCall, Placed
from crossdock.telemetry import metrics

_read_order = decoder(PlaceOrder)


@post(
    "/orders",
    status_code=202,
    opt={"scope": "orders:write", "body": PlaceOrder, "answer": Placed},
    summary="Place an order",
    tags=["orders"],
)
async def place_order(request: AnyRequest) -> ASGIResponse:
    """Accept an order for good: answered when it is safe. The order itself is worked on afterwards."""
    services = services_of(request)
    received = await receive(request)
    actor, call = actor_of(request), call_of(request)
    order = sales_order(_read_order(received.content), actor, services.network)
    answer = await services.orders.place(
        OrderCall(
            use=received.use,
            order=order,
            content=received.content,
            received_at=services.clock.now(),
            actor=actor.name,
            correlation_id=call.correlation_id,
            trace_id=call.trace_id,
            network_version=services.network.version,
        )
    )
    metrics.count("crossdock_orders_accepted", "replayed" if answer.replayed else "accepted")
    return stored_answer(answer)
