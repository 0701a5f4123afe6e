"""Facts about purchase orders we place."""

from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.events.registry import UPCASTS, event
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.quantity import Money, Price, Quantity


@event()
class PurchaseOrderPlaced(msgspec.Struct, frozen=True):
    """The ERP created an order; or a sales order one of its own, whose goods go straight to the customer."""

    order: PurchaseOrder


@event()
class PurchaseOrderChanged(msgspec.Struct, frozen=True):
    """The ERP changed an order."""

    change: PurchaseOrderChange


@event(2)
class FunctionalAcknowledgementReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """The partner's syntax receipt for a document of ours. `document` is what was acknowledged, `number` its number,
    empty where only the kind of document is known."""

    partner: str
    document: str
    number: str
    acknowledgement: FunctionalAcknowledgement


def _without_number(body: dict[str, object]) -> dict[str, object]:
    """Version 1 had the group's control number for the document's number."""
    return {**body, "number": ""}


UPCASTS["FunctionalAcknowledgementReceived", 1] = _without_number


@event()
class PurchaseOrderAcknowledged(msgspec.Struct, frozen=True):
    """The supplier answered."""

    acknowledgement: PurchaseOrderAcknowledgement


class AnnouncedLine(msgspec.Struct, frozen=True):
    """Part of an order line that a ship notice announced."""

    line: str
    item: str
    quantity: Quantity


class Elsewhere(msgspec.Struct, frozen=True, omit_defaults=True):
    """How goods travel that go to no warehouse of ours."""

    ship_to: str
    shipped_at: dt.datetime
    carrier: str = ""
    tracking: str = ""
    packs: tuple[str, ...] = ()


@event()
class PurchaseOrderLinesAnnounced(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ship notice carries lines of this order."""

    ship_notice: str
    lines: tuple[AnnouncedLine, ...]
    expected_on: dt.date | None = None
    supplier: str | None = None
    """Who announced them; None in events that are older than this field."""
    elsewhere: Elsewhere | None = None
    """Where they do not go to a warehouse of ours."""


class ReceivedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Part of an order line that a warehouse received; `good` can be sold, `bad` cannot."""

    line: str
    item: str
    good: Quantity
    bad: Quantity
    ship_notice: str = ""
    second: Quantity | None = None
    """What was weighed of the good ones, of catch weight goods."""


@event()
class PurchaseOrderLinesReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """A receipt covers lines of this order; `closes` are the ship notices that it finishes."""

    receipt: str
    lines: tuple[ReceivedLine, ...]
    closes: tuple[str, ...] = ()
    supplier: str | None = None
    """Whose ship notices `lines` and `closes` name; None where nobody said."""


@event()
class SurplusAccepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A buyer took in goods of a receipt beyond what the order's lines take: (line, item, quantity) each."""

    receipt: str
    lines: tuple[tuple[str, str, Quantity], ...]
    reason: str = ""


class InvoicedLine(msgspec.Struct, frozen=True):
    """Part of an order line that an invoice charges; `line` is the order's, `invoice_line` the invoice's."""

    line: str
    invoice_line: str
    quantity: Quantity
    price: Price


@event()
class PurchaseOrderLinesInvoiced(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supplier's invoice charges lines of this order; the order answers its case with `InvoiceLinesMatched`."""

    invoice: str
    invoice_subject: str
    lines: tuple[InvoicedLine, ...]
    supplier: str | None = None
    """Who asks for the money; None in events that are older than this field."""


@event()
class AcknowledgementAccepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A buyer accepted the supplier's answers to these lines although they lie outside the terms. No lines: all."""

    lines: tuple[str, ...] = ()
    reason: str = ""


class LineMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one invoice line: ordered and invoiced price, received and invoiced quantity."""

    invoice_line: str
    order_line: str
    verdict: str
    """`matched`, `price_mismatch`, `quantity_mismatch`, `unknown_line`."""
    ordered_price: Price | None
    invoiced_price: Price
    received: Quantity
    invoiced: Quantity
    difference: Money


@event()
class InvoiceLinesMatched(msgspec.Struct, frozen=True):
    """A purchase order's answer to an invoice case: its three-way match, line by line."""

    order_number: str
    matches: tuple[LineMatch, ...]


@event()
class InvoiceLinesApproved(msgspec.Struct, frozen=True):
    """Accounts payable approved these lines of an invoice as they were charged, whatever the order thinks of them."""

    invoice_subject: str
    lines: tuple[str, ...]
    """The invoice's line ids."""
