"""What a purchase order case holds: lines with schedule splits and quantities per bucket.

Goods and invoices fill buckets by documents that count once, so buckets do not depend on the order in which documents
come. Everything else about a line is a function of its buckets.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.events.purchase_order import InvoicedLine
from crossdock.events.sales_order import DropShipLine
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.packs import Stated
from crossdock.model.purchase_order import (
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderLine,
    Schedule,
)
from crossdock.model.quantity import EACH, ZERO, Money, Price, Quantity
from crossdock.processes._kit import Case, Line, StandingData
from crossdock.rules import tolerance


class Notice(msgspec.Struct, omit_defaults=True):
    """What one ship notice announced of a line and what was received under it. The notice `""` stands for goods
    that came without one."""

    announced: Decimal = ZERO
    received: Decimal = ZERO
    expected_on: dt.date | None = None


class Believed(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of a line will have come in the end, by when, and how sure that is."""

    quantity: Decimal
    expected_on: dt.date
    confidence: Literal["ordered", "acknowledged", "announced"]
    most: Decimal | None = None


class PurchaseLine(Line, omit_defaults=True, kw_only=True):
    """An order line. `ordered_price` and `due_on` are as ordered, `price` is what we agree to pay."""

    item: str
    supplier_item: str = ""
    unit: str = EACH
    ordered_price: Price
    price: Price
    due_on: dt.date
    document: str
    """The document that told the supplier of the line as it stands now: `purchase_order 4500001`."""
    revision: int = 0
    sent: bool = False
    """Has the supplier got that document?"""
    answered: tuple[int, dt.date] | None = None
    """Revision and date of the answer that counts."""
    splits: list[LineAnswer] = []
    disputed: str = ""
    """Why the last answer lies outside the terms. As long as it does, no bucket knows of it."""
    accepted: tolerance.Wanted | None = None
    """What a buyer accepted outside the terms; further answers are judged against it."""
    refused_change: str = ""
    given_up: bool = False
    doubted: bool = False
    """Part of it came and the notice of the rest is overdue: the rest is believed in no longer, though still owed."""
    ordered: Decimal
    acknowledged: Decimal = ZERO
    backordered: Decimal = ZERO
    rejected: Decimal = ZERO
    cancelled: Decimal = ZERO
    announced: Decimal = ZERO
    received_good: Decimal = ZERO
    received_bad: Decimal = ZERO
    surplus: Decimal = ZERO
    """What came beyond the agreed quantity and a buyer took in."""
    invoiced: Decimal = ZERO
    approved: Decimal = ZERO
    notices: dict[str, Notice] = {}
    believed: dict[str, Believed] = {}
    """What the ledger was told: under `""` what is coming, under `/backorder` what comes later."""
    stated: Stated | None = None
    """What the order, or the last change of it, said where that was in another unit than the item's."""
    told: DropShipLine | None = None
    """Of a drop-ship: what the sales order was told."""
    weighed: Decimal = ZERO
    """Catch weight: what the good ones weigh of which somebody said it, in the unit that the price is for; `invoiced`
    and `approved` are then in it, too."""
    weighed_good: Decimal = ZERO
    """Of how many of the good ones somebody said it."""

    @property
    def paid_in(self) -> str:
        """The unit that invoices charge."""
        return self.price.per.unit

    @property
    def is_catch_weight(self) -> bool:
        """Is it counted in one unit and paid for in another?"""
        return self.paid_in != self.unit

    @property
    def payable_goods(self) -> Decimal:
        """What came well, in the unit that is paid for; as far as it is known what it weighs."""
        return self.weighed if self.is_catch_weight else self.received_good

    @property
    def payable_agreed(self) -> Decimal:
        """What of that was agreed: of weighed goods all that came, for nobody agreed on a weight."""
        return self.weighed if self.is_catch_weight else min(self.received_good, self.agreed)

    @property
    def received(self) -> Decimal:
        """Goods in whatever condition."""
        return self.received_good + self.received_bad

    @property
    def agreed(self) -> Decimal:
        """What we and the supplier hold to be ordered: as answered, else as ordered; less what was cancelled."""
        return max(ZERO, self.acknowledged + self.backordered + self.unanswered_or_disputed - self.cancelled)

    @property
    def unanswered_or_disputed(self) -> Decimal:
        """What stands as ordered because no answer to it was taken over."""
        return self.ordered if self.disputed else self.ordered - self.answered_quantity if self.unfinished else ZERO

    @property
    def answered_quantity(self) -> Decimal:
        """What the answers that count speak of, rejections included."""
        return sum((split.answered.amount for split in self.splits), ZERO)

    @property
    def unfinished(self) -> bool:
        """Does the supplier still owe an answer for part of the line? A change speaks of the whole line."""
        if any(split.kind in ("changed", "substituted") for split in self.splits):
            return False
        return self.answered_quantity < self.ordered

    @property
    def covered(self) -> Decimal:
        """What ship notices or receipts account for."""
        return sum((max(notice.announced, notice.received) for notice in self.notices.values()), ZERO)

    def value(self, amount: Decimal) -> Money:
        """What so much of the line is worth; nothing can be said where its price is for another unit."""
        if self.price.per.unit != self.unit:
            return Money(ZERO, self.price.currency)
        return self.price.extend(Quantity(amount, self.unit))

    def as_ordered(self, line_id: str) -> PurchaseOrderLine:
        """The line as an order would say it now."""
        due = (Schedule(Quantity(self.ordered, self.unit), self.due_on),)
        ordered = Quantity(self.ordered, self.unit)
        return PurchaseOrderLine(
            *(line_id, self.item, ordered, self.ordered_price),
            supplier_item=self.supplier_item,
            schedules=due,
            stated=self.stated,
        )

    def wanted(self) -> tolerance.Wanted:
        """The line as ordered, or as a buyer accepted it: what answers are judged against."""
        ordered = tolerance.Wanted(self.item, Quantity(self.ordered, self.unit), self.ordered_price, self.due_on)
        return self.accepted or ordered

    def objections(self) -> tuple[str, ...]:
        """Why a buyer cannot accept what the supplier answered; empty when it can."""
        if not self.disputed or self.state == "matched":
            return ("no answer to it is disputed",)
        return tolerance.obstacles(self.wanted(), self.splits)


class Waiting(msgspec.Struct, omit_defaults=True):
    """An invoice whose lines are not all matched yet."""

    subject: str
    lines: list[InvoicedLine]
    answered: bool = False
    deadline: bool = False
    """Was a deadline set for its goods?"""
    patience_over: bool = False


class PurchaseOrderData(StandingData, omit_defaults=True, kw_only=True):
    """A purchase order. `order` keeps its lines only until it is sent; then `lines` are the truth."""

    order: PurchaseOrder | None = None
    terms: SupplierTerms = SupplierTerms()
    """Pinned when the order was accepted."""
    lines: dict[str, PurchaseLine] = {}
    revision: int = 0
    invalid: list[str] = []
    checks: int = 0
    unacknowledged: dict[str, bool] = {}
    """Documents without a functional acknowledgement so far, and whether they were delivered."""
    rejected_documents: list[str] = []
    told: int = 0
    """How many answers the ERP was told."""
    seen: list[str] = []
    """Documents that counted once and will not again."""
    closed: list[str] = []
    """Ship notices of which nothing more comes."""
    waiting: list[Waiting] = []
    """Invoices in the order they came."""
    passed_on: int = 0
    """How many ship notices of a drop-ship became shipments to its customer."""
    oddities: dict[str, str] = {}
    """`code key` -> detail of what no line could take; a person closes these."""

    def placed(self) -> PurchaseOrder:
        """The order; only asked for once the case has begun."""
        assert self.order is not None
        return self.order

    def from_supplier(self, sender: str | None) -> bool:
        """Does a document come from the firm the order was placed with? Where it does not say, it is believed."""
        return sender is None or sender == self.placed().supplier.id

    def first_time(self, document: str) -> bool:
        """Does this document come for the first time?"""
        if document in self.seen:
            return False
        self.seen = [*self.seen, document]
        return True

    def find(self, line_id: str, item: str, unit: str) -> PurchaseLine | None:
        """The line a document speaks of, unless it names another item or counts in another unit there."""
        line = self.lines.get(line_id)
        return line if line and item in ("", line.item) and unit == line.unit else None


OrderCase = Case[PurchaseOrderData]
