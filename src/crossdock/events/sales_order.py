"""Facts about sales orders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.events.registry import event
from crossdock.model.fulfillment import WarehouseProgress
from crossdock.model.packs import Stated
from crossdock.model.quantity import Quantity
from crossdock.model.sales_order import SalesOrder


@event()
class SalesOrderPlaced(msgspec.Struct, frozen=True):
    """A customer ordered, through any channel."""

    order: SalesOrder


@event()
class SalesOrderCancelled(msgspec.Struct, frozen=True, omit_defaults=True):
    """The customer, or a person of ours, cancelled what is not yet on its way. No lines: all of them."""

    lines: tuple[str, ...] = ()
    reason: str = ""


@event()
class SalesOrderApproved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person released an order held for credit, price or customer."""

    hold: str
    reason: str = ""


@event()
class WarehouseProgressed(msgspec.Struct, frozen=True):
    """A warehouse allocated, picked or packed a shipping order of this sales order."""

    progress: WarehouseProgress


class DropShipLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a supplier says of one line of a drop-ship: how much of it comes, how much later (`expected_on`), and how
    much it will not ship. Base units."""

    line: str
    accepted: Decimal
    later: Decimal = Decimal(0)
    refused: Decimal = Decimal(0)
    expected_on: dt.date | None = None


@event()
class DropShipAnswered(msgspec.Struct, frozen=True):
    """What the supplier of a drop-ship makes of these lines is other than was told before."""

    purchase_order: str
    lines: tuple[DropShipLine, ...]


class ShippedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Part of a sales order line that left in a shipment. `owner` is whose goods they were until then; `second` is what
    was weighed of catch weight goods."""

    line: str
    item: str
    quantity: Quantity
    owner: str = "own"
    second: Quantity | None = None
    stated: Stated | None = None
    """How the customer ordered it, where that was in another unit; only where it is to be told in that."""


@event()
class SalesOrderLinesShipped(msgspec.Struct, frozen=True, omit_defaults=True):
    """A shipment carries lines of this order."""

    shipment: str
    shipping_order: str
    warehouse: str
    shipped_at: dt.datetime
    lines: tuple[ShippedLine, ...]
    tracking: str = ""
    reply_to: str = ""
    """The shipment, if it wants to be told what these goods are in lines of the order (`ShippedLinesNamed`)."""


@event()
class ShippedLinesNamed(msgspec.Struct, frozen=True):
    """What a shipping order brought of the lines of its order, in the words of the customer: of a kit as many as are
    whole with these goods, not its components."""

    shipping_order: str
    lines: tuple[ShippedLine, ...]


@event()
class ShippedGoodsWeighed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person said what catch weight goods weighed that had left without a weight: (line, weight) each, in the unit in
    which the item is invoiced."""

    shipment: str
    lines: tuple[tuple[str, Decimal], ...]
    reason: str = ""


@event()
class SalesOrderLinesDelivered(msgspec.Struct, frozen=True):
    """A shipment of this order reached the customer."""

    shipment: str
    delivered_at: dt.datetime
    lines: tuple[ShippedLine, ...]


@event()
class SalesOrderLinesReturned(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of this order came back and were credited. `items` are the items of the lines, where components of kits
    may be among them."""

    return_number: str
    lines: tuple[tuple[str, Decimal], ...]
    items: tuple[str, ...] = ()
