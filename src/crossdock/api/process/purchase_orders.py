"""Purchase orders over HTTP."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.process.parameters import Company, Cursor, Limit, State
from crossdock.api.services import services_of
from crossdock.operations import purchase_orders
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


HANDLERS = [list_purchase_orders, look_up_purchase_order]
