"""Sales orders over HTTP."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive, receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of, call_of
from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.order_requests import ApproveOrder, CancelOrder, PlaceOrder, sales_order
from crossdock.api.process.parameters import Company, Cursor, Limit, Number, State
from crossdock.api.services import services_of
from crossdock.operations import orders
from crossdock.operations.deeds import Accepted
from crossdock.operations.order_desk import OrderCall, Placed
from crossdock.operations.orders import OrderSummary, OrderView
from crossdock.operations.paging import Page
from crossdock.operations.reservations import own_pieces
from crossdock.telemetry import metrics

_read_order = decoder(PlaceOrder)
_read_cancel = decoder(CancelOrder)
_read_approve = decoder(ApproveOrder)


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
    body = _read_order(received.content)
    order = sales_order(body, actor, services.network)
    if body.reservations:
        pieces = await own_pieces(services.context, actor, body.company, body.reservations)
        order = msgspec.structs.replace(order, reservations=pieces)
    converted = await services.units.of_order(order, services.network)
    answer = await services.orders.place(
        OrderCall(
            use=received.use,
            order=converted,
            said=order,
            content=received.content,
            received_at=services.clock.now(),
            actor=actor.name,
            on_behalf_of=actor.partner,
            correlation_id=call.correlation_id,
            trace_id=call.trace_id,
            network_version=services.network.version,
        )
    )
    metrics.count("crossdock_orders_accepted", "replayed" if answer.replayed else "accepted")
    return stored_answer(answer)


@get("/orders", opt={"scope": "orders:read", "answer": Page[OrderSummary]}, summary="List orders", tags=["orders"])
async def list_orders(
    request: AnyRequest,
    company: Company = "",
    number: Number = "",
    in_state: State = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ASGIResponse:
    """Your orders, page by page: pass `next` of one page as `cursor` of the following one."""
    page = await orders.list_orders(
        services_of(request).context, actor_of(request),
        company_id=company, number=number, state=in_state, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/orders/{company:str}/{number:str}",
    opt={"scope": "orders:read", "answer": OrderView},
    summary="Look up an order",
    tags=["orders"],
)
async def look_up_order(request: AnyRequest, company: FromPath[str], number: FromPath[str]) -> ASGIResponse:
    """Where an order stands, line by line."""
    return json_answer(await orders.look_up_order(services_of(request).context, actor_of(request), company, number))


@post(
    "/orders/{company:str}/{number:str}/cancel",
    status_code=202,
    opt={"scope": "orders:write", "body": CancelOrder, "answer": Accepted},
    summary="Cancel an order",
    tags=["orders"],
)
async def cancel_order(request: AnyRequest, company: FromPath[str], number: FromPath[str]) -> ASGIResponse:
    """Cancel what is not yet on its way."""
    body, use = await receive_as(request, _read_cancel)
    answer = await orders.cancel_order(
        services_of(request).context, actor_of(request), company, number, lines=body.lines, reason=body.reason, use=use
    )
    return stored_answer(answer)


@post(
    "/orders/{company:str}/{number:str}/approve",
    status_code=202,
    opt={"scope": "operations:write", "body": ApproveOrder, "answer": Accepted},
    summary="Release an order from a hold",
    tags=["orders"],
)
async def approve_order(request: AnyRequest, company: FromPath[str], number: FromPath[str]) -> ASGIResponse:
    """A person has looked at what held the order, and lets it go on."""
    body, use = await receive_as(request, _read_approve)
    answer = await orders.approve_order(
        services_of(request).context, actor_of(request), company, number, hold=body.hold, reason=body.reason, use=use
    )
    return stored_answer(answer)


HANDLERS = [place_order, list_orders, look_up_order, cancel_order, approve_order]
