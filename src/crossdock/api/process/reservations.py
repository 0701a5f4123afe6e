"""Reservations over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from crossdock.api.gateway.answers import json_answer
from crossdock.api.gateway.body import receive_as
from crossdock.api.gateway.call import AnyRequest, actor_of
from crossdock.api.gateway.strict_json import Number, decoder, exact
from crossdock.api.process.order_requests import Id, Instant, Reference, utc
from crossdock.api.services import services_of
from crossdock.inventory.desk.requests import Mode
from crossdock.inventory.desk.view import ReservationView
from crossdock.operations import reservations
from crossdock.operations.problems import FieldError, Problem
from crossdock.operations.reservations import Asked, AskedLine, Changed, Released, Reserved

MOST_LINES = 500
_Locations = Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)]


class ReserveLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of several: its name is its place, counted from 1, unless it has one of its own."""

    item: Id
    quantity: Number
    line: Reference = ""
    locations: _Locations = ()


class ReserveStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reserve a quantity of one `item`, or several `lines` in one, until `expires_at`.

    Each is taken from the first of its `locations` that has it, then the next; from all of the company's if it names
    none. `mode`: `whole` (all of every line, or nothing at all), `partial` (what is there; the answer says what is
    missing), `backorder` (what is missing waits, tied to expected supply). For whom it is (`customer`) decides, with
    the channel of the API key, which stock that is set aside may be used.
    """

    company: Id
    item: Reference = ""
    quantity: Number = msgspec.field(default_factory=msgspec.Raw)
    locations: _Locations = ()
    lines: Annotated[tuple[ReserveLine, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    mode: Mode = "whole"
    expires_at: Instant | None = None
    reference: Reference = ""
    customer: Reference = ""


class ExtendReservation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold it until then."""

    expires_at: Instant


class ConfirmReservation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold it for good; `reference` is what you call it from now on."""

    reference: Reference = ""


_read_reserve = decoder(ReserveStock)
_read_extend = decoder(ExtendReservation)
_read_confirm = decoder(ConfirmReservation)


@post(
    "/reservations",
    status_code=201,
    opt={"scope": "stock:reserve", "body": ReserveStock, "answer": Reserved},
    summary="Reserve stock",
    tags=["stock"],
)
async def reserve(request: AnyRequest) -> ASGIResponse:
    """Granted as the mode says, under the guard of the ledger. The same Idempotency-Key gets the first answer."""
    body, use = await receive_as(request, _read_reserve)
    services, faults = services_of(request), list[FieldError]()
    lines = _lines(body, faults)
    expires_at = utc(body.expires_at, "/expires_at", faults) if body.expires_at is not None else None
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was reserved", faults)
    asked = Asked(
        company_id=body.company,
        key=use.key,
        lines=lines,
        several=bool(body.lines) or body.mode != "whole",
        mode=body.mode,
        expires_at=expires_at,
        reference=body.reference,
        customer=body.customer,
    )
    return json_answer(await reservations.reserve(services.context, services.means, actor_of(request), asked), 201)


def _lines(body: ReserveStock, faults: list[FieldError]) -> tuple[AskedLine, ...]:
    """What is asked for, in either form; adds to `faults` what is neither, or both."""
    if not body.lines:
        if not body.item:
            faults.append(FieldError("/item", "is required, or `lines` with several"))
        quantity = _quantity(body.quantity, "/quantity", faults)
        return (AskedLine("1" if body.mode != "whole" else "", body.item, quantity, body.locations),)
    faults += [
        FieldError(pointer, "is said line by line where there are `lines`")
        for pointer, said in (("/item", body.item), ("/quantity", bytes(body.quantity)), ("/locations", body.locations))
        if said
    ]
    found: dict[str, AskedLine] = {}
    for n, line in enumerate(body.lines):
        name = line.line or str(n + 1)
        if name in found:
            faults.append(FieldError(f"/lines/{n}/line", f"{name!r} is the name of an earlier line"))
        quantity = _quantity(line.quantity, f"/lines/{n}/quantity", faults)
        found[name] = AskedLine(name, line.item, quantity, line.locations)
    return tuple(found.values())


def _quantity(raw: msgspec.Raw, pointer: str, faults: list[FieldError]) -> Decimal:
    if not bytes(raw):
        faults.append(FieldError(pointer, "is required"))
        return Decimal(0)
    return exact(raw, pointer, faults, positive=True)


@get(
    "/reservations/{reservation:str}",
    opt={"scope": "stock:reserve", "answer": ReservationView},
    summary="Look a reservation up",
    tags=["stock"],
)
async def show(request: AnyRequest, reservation: FromPath[str]) -> ASGIResponse:
    """A reservation of yours, whole or one piece: what is held, what waits for what, and how the rest ended."""
    return json_answer(await reservations.show(services_of(request).context, actor_of(request), reservation))


@post(
    "/reservations/{reservation:str}/extend",
    status_code=200,
    opt={"scope": "stock:reserve", "body": ExtendReservation, "answer": Changed},
    summary="Hold a reservation longer",
    tags=["stock"],
)
async def extend(request: AnyRequest, reservation: FromPath[str]) -> ASGIResponse:
    """Put its end off, as long as anything of it is held. The same Idempotency-Key gets the first answer."""
    body, use = await receive_as(request, _read_extend)
    services, faults = services_of(request), list[FieldError]()
    expires_at = utc(body.expires_at, "/expires_at", faults)
    if faults:
        raise Problem("invalid_body", "the request breaks rules; nothing was changed", faults)
    answer = await reservations.extend(
        services.context, services.reservations, actor_of(request), reservation, use.key, expires_at
    )
    return json_answer(answer)


@post(
    "/reservations/{reservation:str}/confirm",
    status_code=200,
    opt={"scope": "stock:reserve", "body": ConfirmReservation, "answer": Changed},
    summary="Hold a reservation for good",
    tags=["stock"],
)
async def confirm(request: AnyRequest, reservation: FromPath[str]) -> ASGIResponse:
    """It has no end any more but being given back or taken over by an order."""
    body, use = await receive_as(request, _read_confirm)
    services = services_of(request)
    answer = await reservations.confirm(
        services.context, services.reservations, actor_of(request), reservation, use.key, body.reference
    )
    return json_answer(answer)


@delete(
    "/reservations/{reservation:str}",
    status_code=200,
    opt={"scope": "stock:reserve", "answer": Released},
    summary="Give a reservation back",
    tags=["stock"],
)
async def release(request: AnyRequest, reservation: FromPath[str]) -> ASGIResponse:
    """End a reservation of yours, whole or one piece. Doing it again changes nothing."""
    services = services_of(request)
    answer = await reservations.release(services.context, services.reservations, actor_of(request), reservation)
    return json_answer(answer)


HANDLERS = [reserve, show, extend, confirm, release]
