"""Expired lots of a location, a case for each day on which there are any.

What is unrestricted of an expired lot becomes `expired`: it is still there, and promised no more. A person decides what
becomes of it; the warehouse books that as an adjustment.

*Early*, *late*: a lot that comes in after it expired is found the next day. *Duplicate*, *repeated*: one day is booked
once.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.inventory import LotsExpired
from crossdock.model.quantity import Money
from crossdock.model.stock import OWN, StockMoveLine
from crossdock.processes._kit import Case, CaseData, Effect, Lifecycle, Line, Move, OpenExceptionCase, StateTable

TABLE = StateTable({"": ("expired",)}, final=("expired",))

CODES = {
    "lots_expired": "Goods are past their expiry date: they are promised no more, and somebody decides about them.",
}
"""Exception codes of this process and what each means."""

# An exception names so many lots in words; the case itself has all.
NAMED_MAX = 10


class ExpiredLine(Line, omit_defaults=True, kw_only=True):
    """What was left of a lot."""

    item: str
    lot: str
    quantity: Decimal


class LotExpiryData(CaseData, omit_defaults=True, kw_only=True):
    """The lots of one day."""

    lines: dict[str, ExpiredLine] = {}


LotExpiryCase = Case[LotExpiryData]

LIFECYCLE = Lifecycle(
    "lot_expiry",
    version="1",
    data=LotExpiryData,
    table=TABLE,
    starts=(LotsExpired,),
    header=lambda data: "expired",
    finished=lambda data: True,
)


@LIFECYCLE.on(LotsExpired)
def set_apart(case: LotExpiryCase, event: LotsExpired) -> Iterator[Effect]:
    """Lots are over: nobody is promised of them any more, and the warehouse is asked what becomes of them."""
    for lot in event.lots:
        line = case.data.lines[lot.line] = ExpiredLine(item=lot.item, lot=lot.lot, quantity=lot.quantity)
        case.move(lot.line, line, "expired")
    moves = tuple(
        StockMoveLine(
            lot.line, lot.item, event.location, lot.quantity, "unrestricted", "expired", owner=lot.owner, lot=lot.lot
        )
        for lot in event.lots
    )
    yield Move(event.on.isoformat(), moves, reason="expired")
    named = ", ".join(f"{lot.quantity} of {lot.item} lot {lot.lot}" for lot in event.lots[:NAMED_MAX])
    more = f", and {len(event.lots) - NAMED_MAX} more lots" if len(event.lots) > NAMED_MAX else ""
    detail = f"expired in {event.location}: {named}{more}"
    yield OpenExceptionCase("lots_expired", detail, money_at_risk=_worth(case, event), owner="warehouse")


def _worth(case: LotExpiryCase, event: LotsExpired) -> Money | None:
    """What the goods cost us, where all were bought in one currency."""
    worth: Money | None = None
    for lot in event.lots:
        item = case.reads.item(case.company_id, lot.item)
        price = item.purchase_price if item and lot.owner == OWN else None
        if item is None or price is None:
            continue
        value = item.worth(price, lot.quantity)
        if worth is not None and worth.currency != value.currency:
            return None
        worth = Money((worth.amount if worth else Decimal(0)) + value.amount, value.currency)
    return worth
