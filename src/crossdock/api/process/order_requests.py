"""What a caller sends to place, cancel and approve orders, and how it becomes our own sales order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec

from crossdock.api.gateway.strict_json import Number, exact
from crossdock.identity import Actor, Denied
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.operations.problems import FieldError, Problem
from crossdock.project.network import Network

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
# A business number becomes part of a case id, where `/` separates.
BusinessNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[^/]+$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
Reference = Annotated[str, msgspec.Meta(max_length=80)]
Words = Annotated[str, msgspec.Meta(max_length=500)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=500, description="It is written down.")]
Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
MOST_LINES = 5_000
_ONE = Decimal(1)


class OrderLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line: `line` is its id within the order, `item` our item id, `price` what one unit costs."""

    line: Id
    item: Id
    quantity: Number
    price: Number
    description: Words = ""
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = "EA"
    due_on: dt.date | None = None
    sample: bool = False


class OrderCharge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Postage, a fee, a discount (negative)."""

    code: Id
    amount: Number
    description: Words = ""


class PlaceOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order of a customer. `channel` may be left out where the API key has one."""

    company: Id
    number: BusinessNumber
    ordered_at: Instant
    currency: Currency
    lines: Annotated[tuple[OrderLine, ...], msgspec.Meta(max_length=MOST_LINES)]
    """May be empty where there are charges: an order of nothing to ship."""
    customer: Reference = ""
    country: Reference = ""
    channel: Reference = ""
    charges: Annotated[tuple[OrderCharge, ...], msgspec.Meta(max_length=100)] = ()
    customer_reference: Reference = ""
    reservations: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)] = ()
    """Reservations of yours that it takes over, whole or single pieces; what it does not need of them becomes free."""


class CancelOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel what is not yet on its way: of these lines, or of all."""

    lines: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    reason: Words = ""


class ApproveOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Release an order from a hold: `credit`, `price`, `customer`."""

    hold: Id
    reason: Why


def sales_order(body: PlaceOrder, actor: Actor, network: Network) -> SalesOrder:
    """The order in our own words. Raises `Problem` with every fault found, `Denied` for a foreign company."""
    faults: list[FieldError] = []
    channel = _channel(body, actor, network, faults)
    lines = tuple(_line(line, f"/lines/{n}", body.currency, faults) for n, line in enumerate(body.lines))
    if not lines and not body.charges:
        faults.append(FieldError("/lines", "an order has lines, or at least charges"))
    if len({line.line for line in lines}) != len(lines):
        faults += _repeated(body.lines)
    charges = tuple(
        Charge(charge.code, exact(charge.amount, f"/charges/{n}/amount", faults, signed=True), charge.description)
        for n, charge in enumerate(body.charges)
    )
    for text, pointer in ((body.number, "/number"), (body.customer, "/customer"), (body.country, "/country"),
                          (body.customer_reference, "/customer_reference")):  # fmt: skip
        if not text.isprintable():
            faults.append(FieldError(pointer, "holds a control character"))
    configured = network.channels.get(channel)
    customer = body.customer or (configured.customer if configured else "")
    ordered_at = utc(body.ordered_at, "/ordered_at", faults)
    if not customer and not faults:
        faults.append(FieldError("/customer", "is required: the channel has no customer of its own"))
    if faults:
        raise Problem("invalid_body", "the order breaks rules; nothing was accepted", faults)
    return SalesOrder(
        company_id=body.company,
        channel=channel,
        number=body.number,
        customer=PartyRef(customer, country=body.country),
        ordered_at=ordered_at,
        currency=body.currency,
        lines=lines,
        promise=configured.promise if configured else "asked",
        charges=charges,
        customer_reference=body.customer_reference,
    )


def utc(instant: dt.datetime, pointer: str, faults: list[FieldError]) -> dt.datetime:
    """An instant in the zone that everything is kept in; adds to `faults` what has none there."""
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:  # hours before the year 1, or after 9999
        faults.append(FieldError(pointer, "is beyond the calendar"))
        return instant


def _channel(body: PlaceOrder, actor: Actor, network: Network, faults: list[FieldError]) -> str:
    if not actor.sees(body.company):
        raise Denied(f"the company {body.company!r} is not one of yours")
    if body.company not in network.companies:
        faults.append(FieldError("/company", "is no company of this network"))
    channel = body.channel or actor.channel
    if actor.channel and channel != actor.channel:
        raise Denied(f"the key places orders of the channel {actor.channel!r} only")
    configured = network.channels.get(channel)
    if configured is None:
        faults.append(FieldError("/channel", "is no channel of this network" if channel else "is required"))
    elif body.company not in configured.companies:
        faults.append(FieldError("/company", f"does not sell through the channel {channel!r}"))
    return channel


def _line(line: OrderLine, pointer: str, currency: str, faults: list[FieldError]) -> SalesOrderLine:
    quantity = exact(line.quantity, f"{pointer}/quantity", faults, positive=True)
    price = exact(line.price, f"{pointer}/price", faults)
    if not line.item.isprintable() or not line.line.isprintable():
        faults.append(FieldError(pointer, "holds a control character in its item or line id"))
    unit_price = Price(price, currency) if line.unit == "EA" else Price(price, currency, Quantity(_ONE, line.unit))
    return SalesOrderLine(
        line=line.line,
        item=line.item,
        quantity=Quantity(quantity, line.unit),
        price=unit_price,
        description=line.description,
        due_on=line.due_on,
        sample=line.sample,
    )


def _repeated(lines: tuple[OrderLine, ...]) -> list[FieldError]:
    seen: set[str] = set()
    faults = []
    for n, line in enumerate(lines):
        if line.line in seen:
            faults.append(FieldError(f"/lines/{n}/line", f"{line.line!r} is the id of an earlier line"))
        seen.add(line.line)
    return faults
