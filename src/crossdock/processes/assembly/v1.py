"""Assembly: kits were assembled or taken apart, cases broken, goods packed anew.

What went in leaves unrestricted stock and what came out enters it, in one transaction, through the outside state
`assembly`: at no moment are goods there twice or not at all. Both sides consist of the same by the bill of materials
that the fact carries, so everything that ever passed `assembly` adds up to nothing. Where they do not, the fact is
booked all the same, for the goods lie there, and a person is asked. The ERP is told as of an adjustment.

*Early*, *late*: an assembly depends on nothing; quantities add up in any order. *Duplicate*: the same assembly again
changes nothing. *Repeated*: another one, with its own number, is another fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.assembly import GoodsAssembled
from crossdock.events.inventory import StockWentNegative
from crossdock.model.assembly import Assembly, AssemblyLine
from crossdock.model.fulfillment import InventoryAdjustment, InventoryAdjustmentLine
from crossdock.model.quantity import Quantity
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import (
    Case,
    CaseData,
    Effect,
    Lifecycle,
    Line,
    Link,
    Move,
    OpenExceptionCase,
    StateTable,
    stock_negative,
    tell,
)
from crossdock.rules.bill import Side, difference

TABLE = StateTable({"": ("booked",)}, final=("booked",))

CODES = {
    "assembly_unbalanced": "What came out of an assembly does not consist of what went in; both are booked.",
    "stock_negative": "An assembly used more of an item than the books have there; the warehouse counts.",
}
"""Exception codes of this process and what each means."""


class AssembledLine(Line, omit_defaults=True, kw_only=True):
    """What went in (negative), came out, or was broken on the way (`scrapped`)."""

    item: str
    quantity: Decimal
    scrapped: bool = False


class AssemblyData(CaseData, omit_defaults=True, kw_only=True):
    """An assembly, by its own line ids."""

    lines: dict[str, AssembledLine] = {}


AssemblyCase = Case[AssemblyData]

LIFECYCLE = Lifecycle(
    "assembly",
    version="1",
    data=AssemblyData,
    table=TABLE,
    starts=(GoodsAssembled,),
    header=lambda data: "booked",
    finished=lambda data: True,
)


@LIFECYCLE.on(GoodsAssembled)
def book(case: AssemblyCase, event: GoodsAssembled) -> Iterator[Effect]:
    """Goods were made of goods: book both sides at once, and tell the ERP."""
    made = event.assembly
    entries = [
        *((line, -1, ("unrestricted", "assembly")) for line in made.consumed),
        *((line, 1, ("assembly", "unrestricted")) for line in made.produced),
        *((line, 1, ("assembly", "scrap")) for line in made.scrapped),
    ]
    for line, sign, states in entries:
        taken = AssembledLine(item=line.item, quantity=sign * line.quantity.amount, scrapped="scrap" in states)
        case.data.lines[line.line] = taken
        case.move(line.line, taken, "booked")
    yield Link(kind="assembly", issuer=made.location, value=made.number)
    yield Move(made.number, tuple(_move(made, line, states) for line, _, states in entries), reason=made.kind)
    yield from tell(case, "erp", "inventory_adjustment", _told(made), f"{made.location}.{made.number}")
    if lost := difference(_sides(made.consumed), _sides((*made.produced, *made.scrapped)), made.bill):
        words = "; ".join(
            f"{item}: {went_in} went in, {came_out} came out" for item, (went_in, came_out) in lost.items()
        )
        yield OpenExceptionCase("assembly_unbalanced", words, owner="warehouse")


def _sides(lines: tuple[AssemblyLine, ...]) -> list[Side]:
    return [Side(line.item, line.quantity.amount) for line in lines]


def _move(made: Assembly, line: AssemblyLine, states: tuple[str, str]) -> StockMoveLine:
    return StockMoveLine(line.line, line.item, made.location, line.quantity.amount, *states, lot=line.lot)


def _told(made: Assembly) -> InventoryAdjustment:
    """The change of stock as the ERP takes it: components less, kits more."""
    changes = [(line, -line.quantity.amount) for line in made.consumed]
    changes += [(line, line.quantity.amount) for line in made.produced]
    lines = tuple(
        InventoryAdjustmentLine(line.line, line.item, Quantity(amount, line.quantity.unit), made.kind)
        for line, amount in changes
    )
    return InventoryAdjustment(made.company_id, made.location, made.number, made.made_at, lines)


@LIFECYCLE.on(StockWentNegative)
def report_negative(case: AssemblyCase, event: StockWentNegative) -> Iterator[Effect]:
    """The fact stands; a person finds out where the goods were."""
    yield stock_negative(case, event)
