"""Transfers between our own locations, over HTTP."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer, stored_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import Number, decoder, exact
from crossdock.api.process.order_requests import BusinessNumber, Id, Reference, Why
from crossdock.api.process.parameters import Company, Cursor, Limit, State
from crossdock.api.services import services_of
from crossdock.model.transfer import LossAccount
from crossdock.operations import transfers, transfers_seen
from crossdock.operations.deeds import Accepted
from crossdock.operations.paging import Page
from crossdock.operations.problems import FieldError, Problem
from crossdock.operations.transfers import Arrived, Ordered
from crossdock.operations.transfers_seen import TransferSummary, TransferView

MOST_LINES = 500
End = Annotated[str, QueryParameter(max_length=80, description="Only those that leave or reach this location.")]
OfItem = Annotated[str, QueryParameter(max_length=80, description="Only those of this item.")]
Unfinished = Annotated[bool, QueryParameter(name="open", description="Only those that are not over.")]


class MovedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So much of an item, in its base unit."""

    item: Id
    quantity: Number


class CreateTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Order a transfer. Its number is made up unless one is given."""

    company: Id
    from_location: Id
    to_location: Id
    lines: Annotated[tuple[MovedLine, ...], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    number: BusinessNumber | None = None
    arrives_on: dt.date | None = None
    reason: Why


class LineOfTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So much of a line of the transfer, in the item's base unit."""

    line: Id
    quantity: Number


class WriteOffTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Give up what left and did not arrive: of these lines, or all that is under way. `scrap`: it is our loss; `claim`:
    the carrier owes it. The company must be said where several have used the number."""

    company: Reference = ""
    account: LossAccount
    lines: Annotated[tuple[LineOfTransfer, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    reason: Why


class CancelTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take back a transfer of which nothing has left. The company must be said where several have used the number."""

    company: Reference = ""
    reason: Why


class ReceiveTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Goods arrived in good order where no warehouse system tells of it: so much of these lines, or all that is under
    way. `receipt` is the receiver's own number of the message; made up unless one is given."""

    company: Reference = ""
    lines: Annotated[tuple[LineOfTransfer, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    receipt: BusinessNumber | None = None
    reason: Why


_read_create = decoder(CreateTransfer)
_read_cancel = decoder(CancelTransfer)
_read_receive = decoder(ReceiveTransfer)
_read_write_off = decoder(WriteOffTransfer)


@post(
    "/transfers",
    status_code=202,
    opt={"scope": "operations:write", "body": CreateTransfer, "answer": Ordered},
    summary="Order a transfer",
    tags=["stock"],
)
async def create_transfer(request: AnyRequest) -> ASGIResponse:
    """Stock is promised where it lies; the sending warehouse is asked for what is free there. `not_free` says at once
    what its origin has too little of."""
    body, use = await receive_as(request, _read_create)
    faults = list[FieldError]()
    lines = [(line.item, exact(line.quantity, f"/lines/{n}/quantity", faults)) for n, line in enumerate(body.lines)]
    _must_be_sound(faults)
    answer = await transfers.create(
        services_of(request).context, actor_of(request), body.company, body.from_location, body.to_location, lines,
        number=body.number or "", arrives_on=body.arrives_on, reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


@get(
    "/transfers",
    opt={"scope": "operations:read", "answer": Page[TransferSummary]},
    summary="List transfers",
    tags=["stock"],
)
async def list_transfers(
    request: AnyRequest,
    company: Company = "",
    in_state: State = "",
    location: End = "",
    item: OfItem = "",
    unfinished: Unfinished = False,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ASGIResponse:
    """Transfers between our locations, page by page: from where, to where, and line by line what left, what arrived,
    what is under way."""
    page = await transfers_seen.list_transfers(
        services_of(request).context, actor_of(request), company_id=company, state=in_state, location=location,
        item=item, open_only=unfinished, cursor=cursor, limit=limit,
    )  # fmt: skip
    return json_answer(page)


@get(
    "/transfers/{number:str}",
    opt={"scope": "operations:read", "answer": TransferView},
    summary="Look up a transfer",
    tags=["stock"],
)
async def look_up_transfer(request: AnyRequest, number: FromPath[str], company: Company = "") -> ASGIResponse:
    """Where a transfer stands, line by line: what left, what arrived and how, what is under way."""
    view = await transfers_seen.look_up_transfer(services_of(request).context, actor_of(request), number, company)
    return json_answer(view)


@post(
    "/transfers/{number:str}/cancel",
    status_code=202,
    opt={"scope": "operations:write", "body": CancelTransfer, "answer": Accepted},
    summary="Cancel a transfer",
    tags=["stock"],
)
async def cancel_transfer(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """What it holds at its origin is free again. Refused once its warehouse was asked to ship it, for no message takes
    that back, or anything left."""
    body, use = await receive_as(request, _read_cancel)
    answer = await transfers.cancel(
        services_of(request).context, actor_of(request), number, company_id=body.company, reason=body.reason, use=use
    )
    return stored_answer(answer)


@post(
    "/transfers/{number:str}/receive",
    status_code=202,
    opt={"scope": "operations:write", "body": ReceiveTransfer, "answer": Arrived},
    summary="State what arrived",
    tags=["stock"],
)
async def receive_transfer(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """Goods of a transfer arrived where no warehouse system tells of it, such as at a customer's place. More than
    was under way is booked, and named in `more_than_under_way`: a person is asked. A `receipt` that was stated before
    is `already_counted`, and changes nothing."""
    body, use = await receive_as(request, _read_receive)
    lines = _lines_of_transfer(body.lines)
    answer = await transfers.receive(
        services_of(request).context, actor_of(request), number,
        company_id=body.company, lines=lines, receipt=body.receipt or "", reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


@post(
    "/transfers/{number:str}/write-off",
    status_code=202,
    opt={"scope": "operations:write", "body": WriteOffTransfer, "answer": Accepted},
    summary="Write off what did not arrive",
    tags=["stock"],
)
async def write_off_transfer(request: AnyRequest, number: FromPath[str]) -> ASGIResponse:
    """Give up goods of a transfer that left and did not arrive. Should they come after all, they were not lost."""
    body, use = await receive_as(request, _read_write_off)
    lines = _lines_of_transfer(body.lines)
    answer = await transfers.write_off(
        services_of(request).context, actor_of(request), number,
        company_id=body.company, account=body.account, lines=lines, reason=body.reason, use=use,
    )  # fmt: skip
    return stored_answer(answer)


def _lines_of_transfer(said: tuple[LineOfTransfer, ...]) -> list[tuple[str, Decimal]]:
    faults = list[FieldError]()
    lines = [(line.line, exact(line.quantity, f"/lines/{n}/quantity", faults)) for n, line in enumerate(said)]
    _must_be_sound(faults)
    return lines


def _must_be_sound(faults: list[FieldError]) -> None:
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was done", faults)


HANDLERS = (
    create_transfer, list_transfers, look_up_transfer, cancel_transfer, receive_transfer, write_off_transfer
)  # fmt: skip
