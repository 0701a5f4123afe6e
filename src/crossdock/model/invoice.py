"""Invoices and credit notes (X12 810), from suppliers and to customers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.packs import Stated
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.tax import Tax, TaxRate

PREPAID_CHARGE, ROUNDING_CHARGE = "PREPAID", "ROUNDING"
"""The codes of two charges of a document that are no charges to anybody: what was paid before (negative), and what
rounds the sum that is asked for."""


class InvoiceLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one order line; `ship_notice` or `shipment` says what brought them, where the sender tells."""

    line: str
    order_number: str
    order_line: str
    item: str
    quantity: Quantity
    price: Price
    shipment: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    stated: Stated | None = None
    second: Quantity | None = None
    """Catch weight: what was weighed of `quantity`, and what the price is for."""
    taxes: tuple[TaxRate, ...] = ()

    @property
    def priced(self) -> Quantity:
        """The quantity that is paid for."""
        return self.second or self.quantity


class Invoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """`total` is what the sender asks for, in `currency`; lines and charges should add up to it. The charges `VAT` are
    all of its tax; `taxes` tell how that came about, where the sender tells: one for each rate."""

    company_id: str
    number: str
    issuer: PartyRef
    recipient: PartyRef
    invoiced_on: dt.date
    currency: str
    lines: tuple[InvoiceLine, ...]
    total: Decimal
    charges: tuple[Charge, ...] = ()
    kind: Literal["invoice", "credit_note"] = "invoice"
    reference: str = ""
    taxes: tuple[Tax, ...] = ()
