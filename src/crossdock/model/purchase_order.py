"""Purchase orders, their changes and the supplier's answers (X12 850, 860, 855, 865)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.packs import Stated
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity
from crossdock.model.tax import TaxRate

AnswerKind = Literal["accepted", "changed", "backordered", "substituted", "rejected"]


class Schedule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One split of a line: how much, by when, to where."""

    quantity: Quantity
    due_on: dt.date | None = None
    ship_to: str = ""


class Charge(msgspec.Struct, frozen=True, omit_defaults=True):
    """A charge (positive) or allowance (negative) on a header or line: postage, discount, bank charge. An invoice says
    which `line` of it one is for; without it, it is for the document."""

    code: str
    amount: Decimal
    description: str = ""
    line: str = ""
    taxes: tuple[TaxRate, ...] = ()


class PurchaseOrderLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line with our id and the ids other parties use for it; `item` is our item id."""

    line: str
    item: str
    quantity: Quantity
    price: Price
    their_line: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    description: str = ""
    schedules: tuple[Schedule, ...] = ()
    stated: Stated | None = None


class DropShip(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sales order whose goods the supplier ships straight to its customer."""

    channel: str
    order_number: str
    customer: PartyRef


class PurchaseOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order by `buyer` to `supplier`. Ours outbound; inbound from a customer it opens a sales order."""

    company_id: str
    number: str
    buyer: PartyRef
    supplier: PartyRef
    ship_to: PartyRef
    ordered_on: dt.date
    currency: str
    lines: tuple[PurchaseOrderLine, ...]
    revision: int = 0
    due_on: dt.date | None = None
    charges: tuple[Charge, ...] = ()
    reference: str = ""
    drop_ship: DropShip | None = None
    """Of an order whose goods never come to us; its lines have the ids of the sales order's."""


class PurchaseOrderChangeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes of one line: `quantity`, `price` and `due_on` are the new values, None where unchanged."""

    line: str
    action: Literal["add", "change", "cancel"]
    item: str
    quantity: Quantity | None = None
    price: Price | None = None
    due_on: dt.date | None = None
    supplier_item: str = ""
    stated: Stated | None = None


class PurchaseOrderChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A new revision of an order, line by line."""

    company_id: str
    number: str
    revision: int
    changed_on: dt.date | None
    """None where the source does not say; whoever sends a change dates it."""
    buyer: PartyRef
    supplier: PartyRef
    currency: str
    lines: tuple[PurchaseOrderChangeLine, ...]
    whole_order: bool = False
    """The order is cancelled as a whole; `lines` is then empty, for who cancels it so names none."""
    reason: str = ""
    """Why, in the words of who changes or cancels it."""
    reference: str = ""
    """The number of the change itself, where whoever sends it gives it one."""
    due_on: dt.date | None = None
    """The new date wanted of all that is still open and that no line says another one of; None where unchanged."""


class LineAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer to one line; a line may be answered several times (12 now, 8 backordered)."""

    line: str
    """Empty in an answer to the order as a whole, which names none of its lines."""
    kind: AnswerKind
    quantity: Quantity | None = None
    """None where the answer does not say: it is then to all of the line, as ordered."""
    price: Price | None = None
    due_on: dt.date | None = None
    item: str = ""
    supplier_item: str = ""
    stated: Stated | None = None

    @property
    def answered(self) -> Quantity:
        """How much is answered; only asked for once it is said, be it by whoever knows what was ordered."""
        assert self.quantity is not None
        return self.quantity


class PurchaseOrderAcknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """The supplier's answer to an order or change."""

    company_id: str
    order_number: str
    supplier: PartyRef
    acknowledged_on: dt.date
    answers: tuple[LineAnswer, ...]
    number: str = ""
    revision: int = 0
    buyer: PartyRef | None = None
    order_date: dt.date | None = None
    currency: str = ""

    @property
    def of_whole_order(self) -> AnswerKind | None:
        """What is said of the order as a whole, None where its lines are answered; without any answer it is taken as
        ordered."""
        if not self.answers:
            return "accepted"
        first = self.answers[0]
        named = len(self.answers) > 1 or first.line or first.item or first.quantity is not None
        return None if named else first.kind
