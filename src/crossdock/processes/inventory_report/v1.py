"""An inventory report: a warehouse stated what it has.

The opening report makes the first balance: its levels come into the books from outside. Any other report is a
statement to compare with, never a movement: it is kept with its case and changes no stock.

*Early*, *late*: an opening report counts whenever it comes; what moved before it adds up with it. *Duplicate*: the
same report again changes nothing. *Repeated*: another opening report of the same warehouse, with another number, is
another balance on top of the first; the warehouse's connector asks for it once.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.events.inventory import InventoryReported
from crossdock.model.fulfillment import InventoryReport
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import Case, CaseData, Effect, Lifecycle, Line, Move, OpenExceptionCase, StateTable

TABLE = StateTable({"": ("booked", "recorded")}, final=("booked", "recorded"))

CODES = {
    "report_unknown_item": "A warehouse reports items that we do not know; an opening balance is booked all the same.",
}
"""Exception codes of this process and what each means."""

# An exception names so many items in words; the report itself has all.
NAMED_MAX = 10


class InventoryReportData(CaseData, omit_defaults=True, kw_only=True):
    """A report as a whole: its levels stand in the event, not here, for there are thousands."""

    lines: dict[str, Line] = {}
    levels: int = 0


ReportCase = Case[InventoryReportData]

LIFECYCLE = Lifecycle(
    "inventory_report",
    version="1",
    data=InventoryReportData,
    table=TABLE,
    starts=(InventoryReported,),
    header=lambda data: data.lines["report"].state,
    finished=lambda data: True,
)


@LIFECYCLE.on(InventoryReported)
def record(case: ReportCase, event: InventoryReported) -> Iterator[Effect]:
    """A warehouse stated its stock: book an opening balance, keep anything else for comparison."""
    report, whole = event.report, Line()
    case.data.lines, case.data.levels = {"report": whole}, len(report.levels)
    case.move("report", whole, "booked" if report.opening else "recorded")
    if moves := _opening(report):
        yield Move(report.number, moves, reason="opening")
    if unknown := [level.item for level in report.levels if case.reads.item(case.company_id, level.item) is None]:
        named = ", ".join(unknown[:NAMED_MAX]) + (", ..." if len(unknown) > NAMED_MAX else "")
        yield OpenExceptionCase("report_unknown_item", f"{len(unknown)} items: {named}", owner="warehouse")


def _opening(report: InventoryReport) -> tuple[StockMoveLine, ...]:
    return tuple(
        StockMoveLine(
            line=str(number),
            item=level.item,
            location=report.warehouse,
            quantity=abs(level.quantity.amount),
            from_state="opening" if level.quantity.amount > 0 else level.condition,
            to_state=level.condition if level.quantity.amount > 0 else "opening",
            lot=level.lot,
            owner=level.owner,
            second_quantity=abs(level.second.amount) if level.second else None,
            second_unit=level.second.unit if level.second else "",
        )
        for number, level in enumerate(report.levels, start=1)
        if report.opening and level.quantity.amount
    )
