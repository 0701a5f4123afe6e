"""An inventory adjustment: a warehouse counted, found, broke or lost goods and corrected its stock.

What the warehouse says of its own stock is a fact and booked as it stands, even below zero; the ERP is told. An item
that we do not know is booked as well, and a person is asked.

*Early*, *late*: an adjustment depends on nothing; quantities add up in any order. *Duplicate*: the same adjustment
again changes nothing. *Repeated*: another one, with its own number, is another fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.inventory import InventoryAdjusted, StockWentNegative
from crossdock.model.fulfillment import InventoryAdjustment, InventoryAdjustmentLine
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import (
    Case,
    CaseData,
    Effect,
    Lifecycle,
    Line,
    Move,
    OpenExceptionCase,
    StateTable,
    stock_negative,
    tell,
)

TABLE = StateTable({"": ("booked", "unknown_item")}, final=("booked", "unknown_item"))

CODES = {
    "adjustment_unknown_item": "A warehouse adjusted an item that we do not know; it is booked under that id.",
    "stock_negative": "An adjustment took an item below zero: the warehouse holds less than it shipped or promised.",
}
"""Exception codes of this process and what each means."""


class AdjustedLine(Line, omit_defaults=True, kw_only=True):
    """A signed change of one item."""

    item: str
    quantity: Decimal
    reason: str = ""


class AdjustmentData(CaseData, omit_defaults=True, kw_only=True):
    """An adjustment, by its own line ids."""

    lines: dict[str, AdjustedLine] = {}


AdjustmentCase = Case[AdjustmentData]

LIFECYCLE = Lifecycle(
    "adjustment",
    version="1",
    data=AdjustmentData,
    table=TABLE,
    starts=(InventoryAdjusted,),
    header=lambda data: "booked",
    finished=lambda data: True,
)


@LIFECYCLE.on(InventoryAdjusted)
def book(case: AdjustmentCase, event: InventoryAdjusted) -> Iterator[Effect]:
    """A warehouse corrected its stock: book it and tell the ERP."""
    adjustment = event.adjustment
    for line in adjustment.lines:
        known = case.reads.item(case.company_id, line.item) is not None
        taken = AdjustedLine(item=line.item, quantity=line.quantity.amount, reason=line.reason)
        case.data.lines[line.line] = taken
        case.move(line.line, taken, "booked" if known else "unknown_item")
        if not known:
            detail = f"{line.quantity.amount} of {line.item} in {adjustment.warehouse}"
            lines = (line.line,)
            yield OpenExceptionCase("adjustment_unknown_item", detail, key=line.line, lines=lines, owner="warehouse")
    if moves := tuple(_move(adjustment, line) for line in adjustment.lines if line.quantity.amount):
        yield Move(adjustment.number, moves, reason="adjustment")
    number = f"{adjustment.warehouse}.{adjustment.number}"
    yield from tell(case, "erp", "inventory_adjustment", adjustment, number)


def _move(adjustment: InventoryAdjustment, line: InventoryAdjustmentLine) -> StockMoveLine:
    """What was found comes from outside, what was lost goes there."""
    states = ("adjustment", line.condition)
    lost = line.quantity.amount < 0
    return StockMoveLine(
        line=line.line,
        item=line.item,
        location=adjustment.warehouse,
        quantity=abs(line.quantity.amount),
        from_state=states[lost],
        to_state=states[not lost],
        owner=line.owner,
        second_quantity=abs(line.second.amount) if line.second else None,
        second_unit=line.second.unit if line.second else "",
    )


@LIFECYCLE.on(StockWentNegative)
def report_negative(case: AdjustmentCase, event: StockWentNegative) -> Iterator[Effect]:
    """The fact stands; a person finds out where the goods are."""
    yield stock_negative(case, event)
