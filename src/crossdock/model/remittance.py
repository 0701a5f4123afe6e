"""Payments told, and claims between the two sides of an invoice (X12 820, 812; EDIFACT REMADV)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity

PaidDocument = Literal["invoice", "credit_note", "debit_note", "other"]


class Deduction(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why less (negative) or more (positive) was paid than was asked for; `code` is the payer's reason."""

    amount: Decimal
    code: str = ""
    reference: str = ""
    description: str = ""


class RemittedDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """One invoice or note that a payment settles. `paid` is what the payment holds for it; a credit is negative."""

    number: str
    paid: Decimal
    kind: PaidDocument = "invoice"
    invoiced: Decimal | None = None
    discount: Decimal | None = None
    invoiced_on: dt.date | None = None
    order_number: str = ""
    deductions: tuple[Deduction, ...] = ()


class RemittanceAdvice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a payment of `total` in `currency` is for. `trace` is the number the bank carries beside the money, where it
    is not `number`. `deductions` belong to none of the documents."""

    company_id: str
    number: str
    payer: PartyRef
    payee: PartyRef
    currency: str
    total: Decimal
    documents: tuple[RemittedDocument, ...]
    paid_on: dt.date | None = None
    method: str = ""
    trace: str = ""
    deductions: tuple[Deduction, ...] = ()


AdjustmentKind = Literal["credit", "debit"]


class AdjustmentLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One claim: of an item, or of the invoice as a whole where no item is named."""

    line: str
    kind: AdjustmentKind
    amount: Decimal
    reason: str = ""
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    quantity: Quantity | None = None
    price: Price | None = None
    invoice: str = ""
    order_number: str = ""
    description: str = ""


class CreditDebitAdjustment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Credits and debits that one side books on an invoice and tells the other of. `total` is always positive;
    `kind` says which way it goes."""

    company_id: str
    number: str
    kind: AdjustmentKind
    issuer: PartyRef
    recipient: PartyRef
    adjusted_on: dt.date
    currency: str
    total: Decimal
    lines: tuple[AdjustmentLine, ...]
    invoice: str = ""
    order_number: str = ""
