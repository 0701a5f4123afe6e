"""Return: a customer sends goods back; the warehouse receives and inspects them, the customer is credited.

The warehouse is told what will come. What it received lies in quarantine and is credited; what it inspected is sold
again or scrapped. Every order the goods were sold with hears what came back of it; goods that no order explains are
taken all the same, and marked.

- *Late*: goods that do not come are a question for customer service, goods that nobody inspects one for the
  warehouse. Both end by themselves.
- *Early or out of order*: inspected proves received: whichever is told first, the goods are booked and credited once
  (`rules/goods_flow.py`). What comes before the authorization waits for it.
- *Duplicate*: a message of the warehouse is known by its step and sequence, or by its time where it has none; the
  second one changes nothing.
- *Kits*: announced and taken as their components, as they are on the day of the return, unless the warehouse says that
  kits came. Whole kits are credited; components of none are asked about.
- *Unforeseen*: more, less or other goods than agreed are booked as counted, and asked about. Goods without a verdict
  stay in quarantine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import StockWentNegative
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.model.quantity import ZERO
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import Effect, Lifecycle, Move, Send, StateTable, stock_negative, tell_goods
from crossdock.processes.return_ import v1_goods as goods
from crossdock.processes.return_ import v1_kits as kits
from crossdock.processes.return_.v1_data import ReturnCase, ReturnData, header, new_line

TABLE = StateTable(
    {
        "": ("authorized", "unannounced"),
        "authorized": ("received", "inspected"),
        "received": ("inspected",),
        "inspected": ("received",),  # more of it came
    },
    final=("unannounced",),
)

RECEIPT_WITHIN = dt.timedelta(days=14)

CODES = {
    "return_not_received": "Goods that were to come back have not arrived.",
    "return_not_inspected": "Returned goods lie in quarantine without a verdict for too long.",
    "return_quantity_differs": "More or less came back than was agreed.",
    "return_line_unknown": "Goods came back that nobody agreed to; they were not credited.",
    "return_without_verdict": "The warehouse inspected goods and did not say what becomes of them.",
    "stock_negative": "Booking a return took an item below zero; the warehouse counts.",
}
"""Exception codes of this process and what each means."""

LIFECYCLE = Lifecycle(
    "return",
    version="1",
    data=ReturnData,
    table=TABLE,
    starts=(ReturnAuthorized,),
    header=header,
    finished=lambda data: data.state == "inspected",
)


@LIFECYCLE.on(ReturnAuthorized)
def authorize(case: ReturnCase, event: ReturnAuthorized) -> Iterator[Effect]:
    """We agreed to take goods back: announce them to the warehouse and find the orders they were sold with."""
    agreed = event.authorization
    case.data.authorization = msgspec.structs.replace(agreed, lines=())
    for line in agreed.lines:
        case.data.lines[line.line] = new_line(line, agreed.channel)
        case.move(line.line, case.data.lines[line.line], "authorized")
        kits.take_apart(case, line, agreed)
        yield goods.link_order(case, line.line)
    wms = case.reads.system(case.company_id, "wms", agreed.warehouse)
    yield Send("return_authorization", kits.announced(case, agreed), to=wms, number=agreed.number)
    yield from goods.wait(case, "received", RECEIPT_WITHIN, agreed.customer.id)


@LIFECYCLE.on(ReturnProgressed)
def follow_warehouse(case: ReturnCase, event: ReturnProgressed) -> Iterator[Effect]:
    """The warehouse received or inspected: book it, credit what is new, tell the orders, ask about differences."""
    told = event.progress
    counted = f"{told.warehouse}.{told.sequence}" if told.sequence else told.at.isoformat()
    message = f"{told.step} {counted}"
    if message in case.data.seen:
        return
    case.data.seen.append(message)
    moves: list[StockMoveLine] = []
    arrived: dict[str, Decimal] = {}
    for line in told.lines:
        if fresh := goods.enter(case, told, line, moves):
            line_id = goods.line_of(case, line)
            arrived[line_id] = arrived.get(line_id, ZERO) + fresh
    kits.follow(case)
    if moves:
        yield Move(message, tuple(moves))
        yield from tell_goods(case, message, moves, "returned")
    if arrived:
        arrived = kits.whole(case, arrived)
        yield from goods.credit(case, arrived)
        yield from goods.tell_orders(case, arrived)
    yield from goods.wait_for_inspection(case)
    yield from goods.compare(case, told)


@LIFECYCLE.on(ExpectationMissed)
def miss(case: ReturnCase, event: ExpectationMissed) -> Iterator[Effect]:
    """The goods did not come, or nobody inspected them."""
    if event.name in case.data.waiting_for:
        owner = "customer_service" if event.name == "received" else "warehouse"
        detail = f"{case.key} should have been {event.name} by {event.due_at:%Y-%m-%d}"
        yield from goods.ask(case, f"return_not_{event.name}", detail, owner)


@LIFECYCLE.on(StockWentNegative)
def own_negative_stock(case: ReturnCase, event: StockWentNegative) -> Iterator[Effect]:
    """Booking took stock below zero: somebody counts."""
    yield stock_negative(case, event)
