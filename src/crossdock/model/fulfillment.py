"""Warehouse shipping orders and advices (X12 940, 945), shipments and their milestones (214)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.packs import Stated
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity

WarehouseStep = Literal["allocated", "picked", "packed"]
MilestoneKind = Literal["collected", "in_transit", "out_for_delivery", "delivered", "exception", "returned", "UNKNOWN"]
ReturnDisposition = Literal["restock", "scrap"]


class ShippingLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one sales order line. `owner` is whose they were while they lay in the warehouse. A component of a `kit`
    names the line of the kit, so that a warehouse can pack together what belongs together.

    Catch weight: `second` is what was weighed of them, `weigh_in` the unit in which a warehouse is asked to. `pack` is
    the SSCC-18 (or the warehouse's own number) of the carton or pallet they travel in, `ordered` what had been asked
    for, in the unit of `quantity`, `serials` the numbers of single pieces.
    """

    order_number: str
    order_line: str
    item: str
    quantity: Quantity
    lot: str = ""
    owner: str = "own"
    stated: Stated | None = None
    kit: str = ""
    second: Quantity | None = None
    weigh_in: str = ""
    description: str = ""
    gtin: str = ""
    pack: str = ""
    ordered: Decimal | None = None
    expires_on: dt.date | None = None
    serials: tuple[str, ...] = ()


class WarehouseShippingOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a warehouse is asked to ship. `number` is ours and unique per warehouse and release. `cross_dock` names the
    receipt of that warehouse whose goods these are: they are not put away but go straight out. `action` other than
    `original` changes or takes back what was asked for under the same number. `carrier` is a SCAC or a name."""

    company_id: str
    number: str
    warehouse: str
    channel: str
    customer: PartyRef
    order_number: str
    lines: tuple[ShippingLine, ...]
    ship_to: PartyRef | None = None
    cross_dock: str = ""
    action: Literal["original", "change", "cancel"] = "original"
    ship_on: dt.date | None = None
    deliver_on: dt.date | None = None
    cancel_after: dt.date | None = None
    carrier: str = ""
    routing: str = ""
    mode: str = ""
    terms: str = ""
    instructions: tuple[str, ...] = ()


class WarehouseProgress(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step of one shipping order in the warehouse. `sequence` counts the steps of that order from 1."""

    company_id: str
    warehouse: str
    shipping_order: str
    step: WarehouseStep
    sequence: int
    at: dt.datetime
    lines: tuple[ShippingLine, ...]


class ShippedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of a shipment that belongs to one shipping order."""

    shipping_order: str
    channel: str
    order_number: str
    lines: tuple[ShippingLine, ...]


class WarehouseShippingAdvice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What left the warehouse in one shipment; may carry several orders of one customer.

    `ship_to` is where it goes, if that is not the customer itself. `supplier` is who shipped it, if it never was in a
    warehouse of ours; then the carrier is the supplier's, and `tracking` the number that it gave.
    """

    company_id: str
    warehouse: str
    number: str
    shipped_at: dt.datetime
    customer: PartyRef
    orders: tuple[ShippedOrder, ...]
    carrier: str = ""
    packs: tuple[str, ...] = ()
    ship_to: PartyRef | None = None
    supplier: str = ""
    tracking: str = ""
    bill_of_lading: str = ""
    equipment: str = ""
    mode: str = ""
    weight: Quantity | None = None


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A shipment as booked with a carrier (X12 204, IFTMIN). One with `tracking` was booked by somebody else: the
    carrier is asked to tell us of it, too."""

    company_id: str
    number: str
    carrier: str
    warehouse: str
    customer: PartyRef
    shipped_at: dt.datetime
    packs: int = 1
    ship_to: PartyRef | None = None
    tracking: str = ""


class Milestone(msgspec.Struct, frozen=True, omit_defaults=True):
    """Progress of a shipment as its carrier tells it; `raw_code` is the carrier's own. `reason` is the code by which it
    says why; `region` and `country` belong to `place`; `equipment` is the trailer or container it is in."""

    shipment: str
    carrier: str
    kind: MilestoneKind
    at: dt.datetime
    tracking: str = ""
    raw_code: str = ""
    place: str = ""
    reason: str = ""
    region: str = ""
    country: str = ""
    place_name: str = ""
    description: str = ""
    equipment: str = ""


class ReturnedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one return line as the warehouse counted or judged them."""

    line: str
    item: str
    quantity: Quantity
    disposition: ReturnDisposition | None = None
    stated: Stated | None = None


class ReturnProgress(msgspec.Struct, frozen=True, omit_defaults=True):
    """A return that arrived (`received`) or was judged (`inspected`) in a warehouse.

    `sequence` counts the warehouse's messages about this return; 0 where it does not count them.
    """

    company_id: str
    warehouse: str
    return_number: str
    step: Literal["received", "inspected"]
    at: dt.datetime
    lines: tuple[ReturnedLine, ...]
    sequence: int = 0


class StockLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """On-hand of one item of one owner at one place, by condition, in the base unit; `second` is what it weighs."""

    item: str
    quantity: Quantity
    condition: str = "unrestricted"
    lot: str = ""
    owner: str = "own"
    stated: Stated | None = None
    second: Quantity | None = None


class InventoryReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement of stock (X12 846) of whoever keeps it: `warehouse` is a location of ours, or the trading partner who
    reports. `opening` makes the first balance; later ones compare."""

    company_id: str
    warehouse: str
    number: str
    at: dt.datetime
    levels: tuple[StockLevel, ...]
    opening: bool = False


class InventoryAdjustmentLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A signed change of one item's quantity in one condition, with the warehouse's reason; `second` is
    signed likewise."""

    line: str
    item: str
    quantity: Quantity
    reason: str = ""
    condition: str = "unrestricted"
    owner: str = "own"
    stated: Stated | None = None
    second: Quantity | None = None
    lot: str = ""


class GoodsMovementLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A signed change of all that physically is there of one item, in its base unit."""

    line: str
    item: str
    quantity: Decimal
    second: Quantity | None = None


class GoodsMovement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came to a location or left it, as our physical book has it: told to who keeps one number per item and place.

    `reason` is the business reason: `shipped`, `returned`, `transferred` or `corrected`."""

    company_id: str
    location: str
    number: str
    at: dt.datetime
    reason: str
    lines: tuple[GoodsMovementLine, ...]


class InventoryAdjustment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A count or correction booked by the warehouse (X12 947)."""

    company_id: str
    warehouse: str
    number: str
    at: dt.datetime
    lines: tuple[InventoryAdjustmentLine, ...]
