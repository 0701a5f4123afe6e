"""Purchase orders and suppliers' invoices over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import decoder
from crossdock.api.process.order_requests import MOST_LINES, Id, Reference, Why
from crossdock.api.process.parameters import Company, Cursor, Limit, State
from crossdock.api.services import services_of
from crossdock.operations import purchase_orders, purchasing
from crossdock.operations.deeds import Accepted
from crossdock.operations.paging import Page
from crossdock.operations.purchase_orders import PurchaseOrderSummary, PurchaseOrderView


@get(
    "/purchase-orders",
    opt={"scope": "purchasing:read", "answer": Page[PurchaseOrderSummary]},
    summary="List purchase orders",
    tags=["purchase orders"],
)
async def list_purchase_orders(
    request: AnyRequest, company: Company = "", in_state: State = "", cursor: Cursor = "", limit: Limit = 100
) -> ASGIResponse:
    """The orders we placed, page by page."""
    page = await purchase_orders.list_purchase_orders(
        services_of(request).context, actor_of(request), company_id=company, state=in_state, cursor=cursor, limit=limit
    )
    return json_answer(page)


@get(
    "/purchase-orders/{number:str}",
    opt={"scope": "purchasing:read", "answer": PurchaseOrderView},
    summary="Look up a purchase order",
    tags=["purchase orders"],
)
async def look_up_purchase_order(request: AnyRequest, number: FromPath[str], company: Company = "") -> ASGIResponse:
    """Where an order stands, line by line. The company must be said where several have used the number."""
    view = await purchase_orders.look_up_purchase_order(
        services_of(request).context, actor_of(request), number, company or None
    )
    return json_answer(view)


class AcceptAcknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Accept what the supplier answered outside the terms: to these lines, or to all whose answer is disputed."""

    company: Reference = ""
    lines: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    reason: Why


class ApproveInvoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Have an invoice paid as it is. Company and supplier must be said where several have used the number."""

    company: Reference = ""
    supplier: Reference = ""
    reason: Why


class DecideHeldGoods(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Decide about goods that nobody had asked for: of these lines of the receipt, or all that are held. Company and
    warehouse must be said where several have used the number."""

    company: Reference = ""
    warehouse: Reference = ""
    lines: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    decision: Literal["accepted", "refused"]
    to: Literal["supplier", "claim"] = "supplier"
    reason: Why


_read_decide = decoder(DecideHeldGoods)
_read_accept = decoder(AcceptAcknowledgement)
_read_approve = decoder(ApproveInvoice)


@post(
    "/purchase-orders/{number:str}/accept",
    status_code=202,
    opt={"scope": "purchasing:write", "body": AcceptAcknowledgement, "answer": Accepted},
    summary="Accept what the supplier answered",
    tags=["purchase orders"],
)
async def accept_acknowledgement(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """A buyer agrees to prices, quantities or dates outside the terms; the ERP is told of them."""
    body, use = await receive_as(request, _read_accept)
    answer = await purchasing.accept_acknowledgement(
        services_of(request).context, actor_of(request), number,
        company_id=body.company, lines=body.lines, reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


@post(
    "/supplier-invoices/{number:str}/approve",
    status_code=202,
    opt={"scope": "purchasing:write", "body": ApproveInvoice, "answer": Accepted},
    summary="Approve a supplier's invoice as it is",
    tags=["purchase orders"],
)
async def approve_supplier_invoice(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """Accounts payable has it paid although it does not match; it is posted to the ERP."""
    body, use = await receive_as(request, _read_approve)
    answer = await purchasing.approve_supplier_invoice(
        services_of(request).context, actor_of(request), number,
        company_id=body.company, supplier=body.supplier, reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


@post(
    "/goods-receipts/{number:str}/held-goods",
    status_code=202,
    opt={"scope": "purchasing:write", "body": DecideHeldGoods, "answer": Accepted},
    summary="Decide about goods that nobody had asked for",
    tags=["purchase orders"],
)
async def decide_held_goods(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """Take them in, and they can be sold at once; or refuse them, and they go back or wait as a claim."""
    body, use = await receive_as(request, _read_decide)
    answer = await purchasing.decide_held_goods(
        services_of(request).context, actor_of(request), number, decision=body.decision, to=body.to,
        company_id=body.company, warehouse=body.warehouse, lines=body.lines, reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


HANDLERS = [
    decide_held_goods,
    list_purchase_orders,
    look_up_purchase_order,
    accept_acknowledgement,
    approve_supplier_invoice,
]
