"""What customers used of our goods that lie with them, over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import decoder, exact
from crossdock.api.process.order_requests import BusinessNumber, Id, Why
from crossdock.api.process.parameters import Company, Cursor, Limit
from crossdock.api.process.transfers import MOST_LINES, MovedLine
from crossdock.api.services import services_of
from crossdock.operations import consumptions
from crossdock.operations.assemblies import Place
from crossdock.operations.consumptions import Consumed, ConsumptionSummary, ConsumptionView
from crossdock.operations.paging import Page
from crossdock.operations.problems import FieldError, Problem

Location = Annotated[str, QueryParameter(max_length=80, description="Only those of this location.")]


class StateConsumption(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """State what a customer used of our goods at a location that is at its place, in the items' base units. The number
    is made up unless one is given; one is used once."""

    company: Id
    location: Id
    lines: Annotated[tuple[MovedLine, ...], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    number: BusinessNumber | None = None
    reason: Why


_read_state = decoder(StateConsumption)


@post(
    "/consumptions",
    status_code=202,
    opt={"scope": "operations:write", "body": StateConsumption, "answer": Consumed},
    summary="State a consumption",
    tags=["stock"],
)
async def state_consumption(request: AnyRequest) -> ASGIResponse:
    """The goods become the customer's, and it is invoiced for them. `not_there` says what by the books does not lie
    there: it is booked all the same, and somebody asks."""
    body, use = await receive_as(request, _read_state)
    faults = list[FieldError]()
    lines = [(line.item, exact(line.quantity, f"/lines/{n}/quantity", faults)) for n, line in enumerate(body.lines)]
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was done", faults)
    place = Place(body.company, body.location, body.number or "")
    answer = await consumptions.state(
        services_of(request).context, actor_of(request), place, lines, reason=body.reason, use=use
    )
    return stored_answer(answer)


@get(
    "/consumptions",
    opt={"scope": "operations:read", "answer": Page[ConsumptionSummary]},
    summary="List consumptions",
    tags=["stock"],
)
async def list_consumptions(
    request: AnyRequest, company: Company = "", location: Location = "", cursor: Cursor = "", limit: Limit = 100
) -> ASGIResponse:
    """What customers used of goods that lay with them, page by page."""
    page = await consumptions.list_consumptions(
        services_of(request).context, actor_of(request),
        company_id=company, location=location, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/consumptions/{number:str}",
    opt={"scope": "operations:read", "answer": ConsumptionView},
    summary="Look up a consumption",
    tags=["stock"],
)
async def look_up_consumption(
    request: AnyRequest, number: FromPath[str], company: Company = "", location: Location = ""
) -> ASGIResponse:
    """What was used, and the invoice that charges it. Company and location must be said where several have used the
    number."""
    view = await consumptions.look_up_consumption(
        services_of(request).context, actor_of(request), number, company_id=company, location=location
    )
    return json_answer(view)


HANDLERS = (state_consumption, list_consumptions, look_up_consumption)
