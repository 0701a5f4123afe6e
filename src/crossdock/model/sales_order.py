"""Sales orders and returns."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.packs import Stated
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity

PromiseKind = Literal["asked", "told"]


class SalesOrderLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line with its own id: the same item may stand in several lines. A `sample` costs nothing."""

    line: str
    item: str
    quantity: Quantity
    price: Price
    their_line: str = ""
    their_item: str = ""
    description: str = ""
    due_on: dt.date | None = None
    sample: bool = False
    stated: Stated | None = None


class SalesOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order by a customer through a channel. `promise` says whether stock is asked for or was already promised."""

    company_id: str
    channel: str
    number: str
    customer: PartyRef
    ordered_at: dt.datetime
    currency: str
    lines: tuple[SalesOrderLine, ...]
    ship_to: PartyRef | None = None
    promise: PromiseKind = "asked"
    charges: tuple[Charge, ...] = ()
    customer_reference: str = ""
    reservations: tuple[str, ...] = ()
    """What its caller holds for it already: the order takes that over in place of stock of its own."""


class ReturnLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods coming back; `order_number` is empty for a return that no earlier sale explains."""

    line: str
    item: str
    quantity: Quantity
    price: Price
    order_number: str = ""
    order_line: str = ""
    reason: str = ""
    stated: Stated | None = None


class ReturnAuthorization(msgspec.Struct, frozen=True, omit_defaults=True):
    """A customer's return, agreed to before the goods come."""

    company_id: str
    number: str
    customer: PartyRef
    warehouse: str
    authorized_at: dt.datetime
    currency: str
    lines: tuple[ReturnLine, ...]
    channel: str = ""
