"""What a transfer case holds: lines with what was ordered, promised, sent, counted and given up.

Warehouses fill buckets by messages that count once; everything booked is a function of the buckets
(`rules.goods_flow.between`), so it does not depend on the order in which messages come.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.model.quantity import EACH, ZERO
from crossdock.model.stock import OWN
from crossdock.model.transfer import TransferOrder
from crossdock.processes._kit import Case, Line, StandingData, line_beside
from crossdock.rules import goods_flow


class Believed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the ledger was told of a line: how much will have come in the end, and by when."""

    quantity: Decimal
    expected_on: dt.date
    left: bool


class TransferGoods(Line, omit_defaults=True, kw_only=True):
    """A line of a transfer, in the item's base unit."""

    item: str
    unit: str = EACH
    ordered: Decimal = ZERO
    grants: list[tuple[str, Decimal]] = []
    """Promises at the origin, (reservation, quantity) each."""
    shipped: Decimal = ZERO
    good: Decimal = ZERO
    damaged: Decimal = ZERO
    quarantined: Decimal = ZERO
    scrap: Decimal = ZERO
    claim: Decimal = ZERO
    """Given up by a person; what comes after all takes it back."""
    believed: Believed | None = None

    @property
    def promised(self) -> Decimal:
        """What the ledger granted at the origin."""
        return sum((quantity for _, quantity in self.grants), ZERO)

    def booked(self, all_shipped: bool) -> goods_flow.Between:
        """What the books must show of it."""
        arrived = goods_flow.Arrived(self.good, self.damaged, self.quarantined)
        return goods_flow.between(
            self.ordered, self.shipped, all_shipped, arrived, goods_flow.GivenUp(self.scrap, self.claim)
        )

    def standing(self, all_shipped: bool) -> str:
        """The state that follows from the quantities."""
        now = self.booked(all_shipped)
        if not now.departed + now.surplus:
            return "closed" if all_shipped else "ordered"
        if now.under_way:
            return "partly_received" if now.received else "in_transfer"
        if not all_shipped and now.departed < self.promised:
            return "partly_received"
        return "lost" if now.scrapped + now.claimed else "received"


class TransferData(StandingData, omit_defaults=True, kw_only=True):
    """A transfer. `order` keeps no lines; they stand in `lines`."""

    order: TransferOrder | None = None
    lines: dict[str, TransferGoods] = {}
    from_owner: str = OWN
    to_owner: str = OWN
    """Whose the goods are at either end: ours, or ours at a customer's."""
    invalid: list[str] = []
    refused: dict[str, Decimal] = {}
    """What the origin had not free, by line."""
    sent: bool = False
    """Was the sending warehouse asked?"""
    all_shipped: bool = False
    cancelled: bool = False
    """Taken back by a person before anything left."""
    too_late: str = ""
    """Why somebody wanted to take it back although the sending warehouse has it."""
    all_received: bool = False
    seen: list[str] = []
    """Messages of the warehouses that counted once and will not again."""
    left_on: dt.date | None = None
    negatives: dict[str, str] = {}
    """`item/location` -> how far below zero a booking took it."""

    @property
    def head(self) -> TransferOrder:
        """The transfer without its lines; every handler but the first may rely on it."""
        if self.order is None:
            raise LookupError("the transfer has not been ordered")
        return self.order

    @property
    def comes_back(self) -> bool:
        """Does it start at a customer's? Of what lies there nothing is promised to anybody."""
        return self.from_owner != OWN

    def first_time(self, message: str) -> bool:
        """Does this message come for the first time?"""
        if message in self.seen:
            return False
        self.seen = [*self.seen, message]
        return True

    def line_of(self, told: str, item: str, unit: str) -> str:
        """Our id of the line that a warehouse speaks of. Goods of no line, or of another item than was ordered, get a
        line of their own: they moved."""
        line_id = told if told not in self.lines or self.lines[told].item == item else line_beside(told, item)
        if line_id not in self.lines:
            self.lines[line_id] = TransferGoods(item=item, unit=unit)
        return line_id


TransferCase = Case[TransferData]
OVER = ("received", "lost", "closed")
"""States of a transfer after which nothing more is to happen."""


def header(data: TransferData) -> str:
    """`invalid`, `ordered`, `in_transfer`, `partly_received`, `received`, `lost` (what is missing was given up) or
    `closed` (nothing left, or a person cancelled it)."""
    states = {line.state for line in data.lines.values()}
    if states <= {"invalid"}:
        return "invalid"
    if states <= {"ordered"}:
        return "ordered"
    if states & {"invalid", "ordered", "in_transfer", "partly_received"}:
        return "partly_received" if states & {"partly_received", "received", "lost"} else "in_transfer"
    return next(state for state in ("lost", "received", "closed") if state in states)
