"""Advance ship notices (X12 856), what is announced to a warehouse (943) and what it received (944, 861)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.packs import Stated
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity


class ShipNoticeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one order line, in the pack they travel in (`pack` is an SSCC-18 or the sender's pack id).

    `expires_on` is that of the lot; `serials` are the numbers of single pieces, where they have any.
    """

    order_number: str
    order_line: str
    item: str
    quantity: Quantity
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    pack: str = ""
    lot: str = ""
    stated: Stated | None = None
    expires_on: dt.date | None = None
    serials: tuple[str, ...] = ()
    weigh_in: str = ""
    """Catch weight: the unit in which a warehouse is asked to weigh it."""
    pallet: str = ""
    """What `pack` stands on, where that has a number of its own."""


class ShipNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods on their way; may carry lines of several orders."""

    company_id: str
    number: str
    supplier: PartyRef
    ship_to: PartyRef
    shipped_at: dt.datetime
    lines: tuple[ShipNoticeLine, ...]
    expected_on: dt.date | None = None
    carrier: str = ""
    tracking: str = ""
    buyer: PartyRef | None = None


class InboundAdvice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ship notice as announced to the warehouse that will receive it."""

    company_id: str
    number: str
    warehouse: str
    supplier: str
    lines: tuple[ShipNoticeLine, ...]
    expected_on: dt.date | None = None
    shipped_on: dt.date | None = None
    carrier: str = ""
    tracking: str = ""
    bill_of_lading: str = ""
    equipment: str = ""


ReceiptCondition = Literal["good", "damaged", "quarantined"]


class GoodsReceiptLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted of one order line in one condition; `pack` is the SSCC-18 it came in. `owner` is whose goods
    they are now: `own`, or a supplier's that lie with us on consignment."""

    line: str
    order_number: str
    order_line: str
    item: str
    quantity: Quantity
    condition: ReceiptCondition = "good"
    ship_notice: str = ""
    lot: str = ""
    owner: str = "own"
    stated: Stated | None = None
    expires_on: dt.date | None = None
    pack: str = ""
    serials: tuple[str, ...] = ()
    second: Quantity | None = None
    """Catch weight: what was weighed of it, with the sign of `quantity`."""
    reason: str = ""
    """The warehouse's code for what is wrong with it."""


HoldAction = Literal["hold", "release", "remove"]
"""Put aside what lies to be sold; let it go again; send it away."""


class InventoryHoldLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one item, of one owner and lot."""

    line: str
    item: str
    quantity: Quantity
    lot: str = ""
    owner: str = "own"


class InventoryHold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a warehouse is asked to do with goods of a receipt that nobody had asked for."""

    company_id: str
    number: str
    warehouse: str
    receipt: str
    action: HoldAction
    lines: tuple[InventoryHoldLine, ...]


class GoodsReceipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a warehouse received; may cover several ship notices. `supplier` is our id."""

    company_id: str
    number: str
    warehouse: str
    received_at: dt.datetime
    lines: tuple[GoodsReceiptLine, ...]
    supplier: str = ""
    closes: tuple[str, ...] = ()
    """Ship notices that this receipt finishes: what they announced and is not here did not come."""
    carrier: str = ""
    bill_of_lading: str = ""
