"""What may be promised, and reservations, over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import Number, decoder, exact
from crossdock.api.process.order_requests import Id, Instant, Reference, utc
from crossdock.api.services import services_of
from crossdock.operations import availability as questions
from crossdock.operations import stock
from crossdock.operations.availability import Asked, Availability
from crossdock.operations.problems import FieldError, Problem
from crossdock.operations.stock import Released, Reserved

_Item = Annotated[str, QueryParameter(min_length=1, max_length=80, description="Our item id.")]
_Places = Annotated[list[str] | None, QueryParameter(max_items=50, description="Only there; several times.")]
_Quantity = Annotated[str, QueryParameter(max_length=26, description="Also say when so much can be had.")]
_Channel = Annotated[str, QueryParameter(max_length=80, description="For orders of this channel: its pools count.")]
_Customer = Annotated[str, QueryParameter(max_length=80, description="For orders of this customer: its pools count.")]
_AsOf = Annotated[
    str, QueryParameter(max_length=40, description="As it was known at this past moment: 2010-12-06T14:03:00Z.")
]
_Explain = Annotated[bool, QueryParameter(description="With all terms behind the numbers.")]
_By = Annotated[dt.date | None, QueryParameter(description="Also say how much can be had for this date.")]


class ReserveStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reserve all of a quantity, from the first of `locations` that have it, until `expires_at`; or nothing."""

    company: Id
    item: Id
    quantity: Number
    locations: Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)] = ()
    expires_at: Instant | None = None
    reference: Reference = ""


_read_reserve = decoder(ReserveStock)


@get(
    "/availability",
    opt={"scope": "stock:read", "answer": Availability},
    summary="What may be promised",
    tags=["stock"],
)
async def availability(
    request: AnyRequest,
    company: _Item,
    item: _Item,
    location: _Places = None,
    channel: _Channel = "",
    customer: _Customer = "",
    quantity: _Quantity = "",
    by: _By = None,
    as_of: _AsOf = "",
    explain: _Explain = False,
) -> ASGIResponse:
    """Available to promise: now, by date, and when; for a channel and customer, as of a past moment, and with the
    stock, promises, pools, rules, supply and movements behind every number."""
    services = services_of(request)
    faults: list[FieldError] = []
    asked = Asked(
        company_id=company,
        item=item,
        locations=tuple(location or ()),
        channel=channel,
        customer=customer,
        quantity=exact(msgspec.Raw(f'"{quantity}"'.encode()), "quantity", faults) if quantity else None,
        by=by,
        as_of=_moment(as_of, "as_of", faults),
        explain=explain,
    )
    if faults:
        raise Problem("malformed_request", "the question cannot be read", faults)
    answer = await questions.availability(
        services.context, actor_of(request), services.network, services.items, asked
    )  # fmt: skip
    return json_answer(answer)


def _moment(text: str, pointer: str, faults: list[FieldError]) -> dt.datetime | None:
    """A moment with its zone, such as 2010-12-06T14:03:00Z. A plus that became a blank on its way is read as one."""
    if not text:
        return None
    try:
        return utc(msgspec.convert(text.replace(" ", "+"), Instant), pointer, faults)
    except msgspec.ValidationError:
        faults.append(FieldError(pointer, "is no moment with a zone, such as 2010-12-06T14:03:00Z"))
        return None


@post(
    "/reservations",
    status_code=201,
    opt={"scope": "stock:reserve", "body": ReserveStock, "answer": Reserved},
    summary="Reserve stock",
    tags=["stock"],
)
async def reserve(request: AnyRequest) -> ASGIResponse:
    """Granted whole or not at all, under the guard of the ledger. The same Idempotency-Key gets the first answer."""
    body, use = await receive_as(request, _read_reserve)
    services, faults = services_of(request), list[FieldError]()
    quantity = exact(body.quantity, "/quantity", faults, positive=True)
    expires_at = utc(body.expires_at, "/expires_at", faults) if body.expires_at is not None else None
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was reserved", faults)
    reserved = await stock.reserve(
        services.context, services.reservations, actor_of(request), services.network, services.items,
        body.company, use.key, body.item, quantity, locations=body.locations, expires_at=expires_at,
        reference=body.reference,
    )  # fmt: skip
    return json_answer(reserved, 201)


@delete(
    "/reservations/{reservation:str}",
    status_code=200,
    opt={"scope": "stock:reserve", "answer": Released},
    summary="Give a reservation back",
    tags=["stock"],
)
async def release(request: AnyRequest, reservation: FromPath[str]) -> ASGIResponse:
    """End a reservation of yours. Doing it again changes nothing."""
    services = services_of(request)
    answer = await stock.release(services.context, services.reservations, actor_of(request), reservation)
    return json_answer(answer)


HANDLERS = [availability, reserve, release]
