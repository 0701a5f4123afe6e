"""What can be posted to the simulated ERP, in its own words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.dataset import ZERO


class SoldLine(msgspec.Struct, frozen=True):
    """Line of a sales order posting."""

    line: str
    item: str
    qty: Decimal
    price: Decimal = ZERO


class SalesOrderPosting(msgspec.Struct, frozen=True):
    """A customer's order."""

    entity: str
    order: str
    lines: tuple[SoldLine, ...]


class BoughtLine(msgspec.Struct, frozen=True):
    """Line of a purchase order posting."""

    line: str
    item: str
    qty: Decimal
    unit_cost: Decimal


class PurchaseOrderPosting(msgspec.Struct, frozen=True):
    """An order that was placed elsewhere: a vendor ships it straight to the customer of a sales order."""

    entity: str
    po_number: str
    vendor: str
    sales_channel: str
    sales_order: str
    lines: tuple[BoughtLine, ...]


class ConfirmedLine(msgspec.Struct, frozen=True):
    """One answer of a vendor to one line."""

    line: str
    answer: str
    qty: Decimal
    date: dt.date | None = None


class ConfirmationPosting(msgspec.Struct, frozen=True):
    """A vendor's answers that were taken over."""

    entity: str
    po_number: str
    lines: tuple[ConfirmedLine, ...]
    revision: int = 0


class ReceivedLine(msgspec.Struct, frozen=True):
    """Line of a goods receipt posting."""

    line: str
    po_number: str
    po_line: str
    item: str
    qty: Decimal
    condition: str


class ReceiptPosting(msgspec.Struct, frozen=True):
    """Goods that a warehouse counted in."""

    entity: str
    receipt: str
    site: str
    received_at: dt.datetime
    lines: tuple[ReceivedLine, ...]


class InvoicePosting(msgspec.Struct, frozen=True):
    """A vendor's invoice, an invoice to a customer, or a credit note."""

    entity: str
    invoice: str
    total: Decimal
    currency: str
    lines: tuple[Body, ...]


class AdjustedLine(msgspec.Struct, frozen=True):
    """Line of a stock adjustment posting."""

    line: str
    item: str
    qty: Decimal


class AdjustmentPosting(msgspec.Struct, frozen=True):
    """A correction that a warehouse booked."""

    entity: str
    site: str
    number: str
    lines: tuple[AdjustedLine, ...]


class MovementPosting(msgspec.Struct, frozen=True):
    """Goods that came to a site or left it, for `reason`."""

    entity: str
    site: str
    number: str
    lines: tuple[AdjustedLine, ...]
    reason: str = ""


def by_order(body: SalesOrderPosting, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the entity."""
    return body.order, body.entity


def by_po(body: ConfirmationPosting | PurchaseOrderPosting, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the entity."""
    return body.po_number, body.entity


def by_receipt(body: ReceiptPosting, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the entity."""
    return body.receipt, body.entity


def by_invoice(body: InvoicePosting, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the entity."""
    return body.invoice, body.entity


def by_number(body: AdjustmentPosting | MovementPosting, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the entity."""
    return body.number, body.entity
