"""Facts that open the cases of documents over several objects: ship notices, receipts, supplier invoices."""

from __future__ import annotations

from typing import Literal

import msgspec

from crossdock.events.purchase_order import ReceivedLine
from crossdock.events.registry import event
from crossdock.model.invoice import Invoice
from crossdock.model.ship_notice import GoodsReceipt, InventoryHold, ShipNotice


@event()
class ShipNoticeReceived(msgspec.Struct, frozen=True):
    """The supplier's goods are on their way."""

    notice: ShipNotice


@event()
class ShipNoticeLinesReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """A receipt covers lines of this ship notice; `final` when the warehouse expects nothing more of it."""

    receipt: str
    lines: tuple[ReceivedLine, ...]
    final: bool = True


@event()
class GoodsReceiptPosted(msgspec.Struct, frozen=True):
    """A warehouse counted goods in."""

    receipt: GoodsReceipt


@event()
class HeldGoodsDecided(msgspec.Struct, frozen=True, omit_defaults=True):
    """A buyer decided about goods of a receipt that are held: of these lines, or of all. `refused` goods go back to the
    supplier, or wait for it as a claim (`to`)."""

    decision: Literal["accepted", "refused"]
    lines: tuple[str, ...] = ()
    to: Literal["supplier", "claim"] = "supplier"
    reason: str = ""


@event()
class InventoryHoldCarriedOut(msgspec.Struct, frozen=True):
    """A warehouse did what it was asked to do with goods that are held."""

    hold: InventoryHold


@event()
class SupplierInvoiceReceived(msgspec.Struct, frozen=True):
    """A supplier asks for money."""

    invoice: Invoice


@event()
class SupplierInvoiceApproved(msgspec.Struct, frozen=True, omit_defaults=True):
    """Accounts payable approved an invoice as it is, although it does not match."""

    reason: str = ""
