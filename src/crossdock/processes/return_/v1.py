"""Return: a customer sends goods back; the warehouse receives and inspects them, the customer is credited.

The warehouse is told what will come. What it received lies in quarantine and is credited; what it inspected is sold
again or scrapped. Every order the goods were sold with hears what came back of it; goods that no order explains are
taken all the same, and marked.

- *Late*: goods that do not come are a question for customer service, goods that nobody inspects one for the
  warehouse. Both end by themselves.
- *Early or out of order*: inspected proves received: whichever is told first, the goods are booked and credited once
  (`rules/goods_flow.py`). What comes before the authorization waits for it.
- *Duplicate*: a message of the warehouse is known by its step and time; the second one changes nothing.
- *Unforeseen*: more, less or other goods than agreed are booked as counted, and asked about. Goods without a verdict
  stay in quarantine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from crossdock.events.deliveries import DocumentUndeliverable
from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import StockWentNegative
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.sales_order import SalesOrderLinesReturned
from crossdock.model.fulfillment import ReturnedLine, ReturnProgress
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, ZERO, Price, Quantity
from crossdock.model.sales_order import ReturnAuthorization
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import (
    Case,
    CaseData,
    CloseExceptionCase,
    Effect,
    Emit,
    Expect,
    Lifecycle,
    Line,
    Link,
    Met,
    Move,
    OpenExceptionCase,
    Send,
    StateTable,
)
from crossdock.rules import goods_flow

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
INSPECTION_WITHIN = dt.timedelta(days=3)


class ReturnedGoods(Line, omit_defaults=True, kw_only=True):
    """A return line: what was agreed, and what the warehouse said of it."""

    item: str
    authorized: Decimal = ZERO
    price: Price | None = None
    unit: str = EACH
    order_number: str = ""
    order_line: str = ""
    received: Decimal = ZERO
    restocked: Decimal = ZERO
    scrapped: Decimal = ZERO
    credited: Decimal = ZERO

    def booked(self) -> goods_flow.Inbound:
        """What has been booked: inspected goods were received."""
        return goods_flow.inbound(self.received, self.restocked, self.scrapped)

    def standing(self) -> str:
        """The state that follows from the quantities."""
        if self.state == "unannounced":
            return self.state
        here = self.booked().received
        if here > ZERO:
            return "inspected" if self.restocked + self.scrapped >= here else "received"
        return "authorized"


class ReturnData(CaseData, omit_defaults=True, kw_only=True):
    """`authorization` is the return without its lines, which stand in `lines`."""

    authorization: ReturnAuthorization | None = None
    lines: dict[str, ReturnedGoods] = {}
    seen: list[str] = []
    """Messages of the warehouse: step and time."""
    credit_notes: int = 0
    waiting_for: list[str] = []
    """Open expectations."""
    problems: list[str] = []
    """Codes of open exception cases."""

    @property
    def agreed(self) -> ReturnAuthorization:
        """The return without its lines; every handler but the first may rely on it."""
        if self.authorization is None:
            raise LookupError("the return has not been authorized")
        return self.authorization


ReturnCase = Case[ReturnData]


def header(data: ReturnData) -> str:
    """Inspected when all that came is; received as soon as something came."""
    states = {line.state for line in data.lines.values()} - {"unannounced"}
    if states <= {"inspected"}:
        return "inspected"
    return "authorized" if states == {"authorized"} else "received"


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
        goods = case.data.lines[line.line] = ReturnedGoods(
            item=line.item,
            authorized=line.quantity.amount,
            price=line.price,
            unit=line.quantity.unit,
            order_number=line.order_number if agreed.channel else "",
            order_line=line.order_line,
        )
        case.move(line.line, goods, "authorized")
        yield _link(case, line.line, goods)
    wms = case.reads.system(case.company_id, "wms", agreed.warehouse)
    yield Send("return_authorization", agreed, to=wms, number=agreed.number)
    yield from _wait(case, "received", RECEIPT_WITHIN, agreed.customer.id)


@LIFECYCLE.on(ReturnProgressed)
def follow_warehouse(case: ReturnCase, event: ReturnProgressed) -> Iterator[Effect]:
    """The warehouse received or inspected: book it, credit what is new, tell the orders, ask about differences."""
    told = event.progress
    message = f"{told.step} {told.at.isoformat()}"
    if message in case.data.seen:
        return
    case.data.seen.append(message)
    moves: list[StockMoveLine] = []
    arrived = {line.line: quantity for line in told.lines if (quantity := _enter(case, told, line, moves)) > ZERO}
    if moves:
        yield Move(message, tuple(moves))
    if arrived:
        yield from _credit(case, arrived)
        yield from _tell_orders(case, arrived)
    yield from _wait_for_inspection(case)
    yield from _compare(case, told)


@LIFECYCLE.on(ExpectationMissed)
def miss(case: ReturnCase, event: ExpectationMissed) -> Iterator[Effect]:
    """The goods did not come, or nobody inspected them."""
    if event.name in case.data.waiting_for:
        owner = "customer_service" if event.name == "received" else "warehouse"
        detail = f"{case.key} should have been {event.name} by {event.due_at:%Y-%m-%d}"
        yield from _ask(case, f"return_not_{event.name}", detail, owner)


@LIFECYCLE.on(StockWentNegative)
def own_negative_stock(case: ReturnCase, event: StockWentNegative) -> Iterator[Effect]:
    """Booking took stock below zero: somebody counts."""
    detail = f"{event.item} at {event.location} is {event.quantity} after {event.entry}"
    yield OpenExceptionCase("stock_negative", detail, key=f"{event.item} {event.location}", owner="warehouse")


@LIFECYCLE.on(DocumentUndeliverable)
def own_undeliverable(case: ReturnCase, event: DocumentUndeliverable) -> Iterator[Effect]:
    """A document of this return will not arrive by itself."""
    detail = f"{event.document} {event.number} to {event.system}: {event.code} {event.detail}"
    yield OpenExceptionCase("document_undeliverable", detail, key=f"{event.document} {event.number} {event.system}")


def _order(case: ReturnCase, goods: ReturnedGoods) -> str:
    return f"sales_order/{case.company_id}/{case.data.agreed.channel}/{goods.order_number}"


def _link(case: ReturnCase, line_id: str, goods: ReturnedGoods) -> Link:
    if goods.order_number:
        return Link(document=_order(case, goods), line=line_id, role="returns")
    return Link(document=case.id, line=line_id, role="unlinked")


def _enter(case: ReturnCase, told: ReturnProgress, line: ReturnedLine, moves: list[StockMoveLine]) -> Decimal:
    """Enter one counted or judged line and what it moves; the quantity that was not known to be here before."""
    goods = case.data.lines.get(line.line) or _unannounced(case, line)
    before, amount = goods.booked(), line.quantity.amount
    if told.step == "received":
        goods.received += amount
    elif line.disposition == "restock":
        goods.restocked += amount
    elif line.disposition == "scrap":
        goods.scrapped += amount
    after = goods.booked()
    for from_state, to_state, quantity in after.steps(before):
        moves.append(StockMoveLine(line.line, line.item, told.warehouse, quantity, from_state, to_state))
    case.move(line.line, goods, goods.standing())
    return after.received - before.received


def _unannounced(case: ReturnCase, line: ReturnedLine) -> ReturnedGoods:
    goods = case.data.lines[line.line] = ReturnedGoods(item=line.item, unit=line.quantity.unit)
    case.move(line.line, goods, "unannounced")
    return goods


def _credit(case: ReturnCase, arrived: dict[str, Decimal]) -> Iterator[Effect]:
    """Credit what came back at the price it was agreed for; goods nobody agreed on have none."""
    agreed = case.data.agreed
    lines: list[InvoiceLine] = []
    total = ZERO
    for line_id, amount in arrived.items():
        goods = case.data.lines[line_id]
        if goods.price is None:
            continue
        quantity = Quantity(amount, goods.unit)
        goods.credited += amount
        total += goods.price.extend(quantity).amount
        lines.append(InvoiceLine(line_id, goods.order_number, goods.order_line, goods.item, quantity, goods.price))
    if not lines:
        return
    case.data.credit_notes += 1
    number = f"CN-{agreed.number}-{case.data.credit_notes}"
    body = Invoice(
        company_id=case.company_id,
        number=number,
        issuer=PartyRef(case.company_id),
        recipient=agreed.customer,
        invoiced_on=case.on(),
        currency=agreed.currency,
        lines=tuple(lines),
        total=total,
        kind="credit_note",
        reference=agreed.number,
    )
    yield Link(kind="credit_note", issuer=case.company_id, value=number)
    yield Send("credit_note", body, to=case.reads.system(case.company_id, "erp"), number=number)


def _tell_orders(case: ReturnCase, arrived: dict[str, Decimal]) -> Iterator[Effect]:
    """Tell each order of which something came all that came back of it under this return so far."""
    touched = {_order(case, case.data.lines[line_id]) for line_id in arrived if case.data.lines[line_id].order_number}
    for order in sorted(touched):
        returned: dict[str, Decimal] = {}
        for goods in case.data.lines.values():
            if goods.order_number and _order(case, goods) == order and (here := goods.booked().received):
                returned[goods.order_line] = returned.get(goods.order_line, ZERO) + here
        yield Emit(SalesOrderLinesReturned(case.data.agreed.number, tuple(sorted(returned.items()))), subject=order)


def _wait_for_inspection(case: ReturnCase) -> Iterator[Effect]:
    yield from _over(case, "received")
    if header(case.data) == "inspected":
        yield from _over(case, "inspected")
    elif "inspected" not in case.data.waiting_for:
        yield from _wait(case, "inspected", INSPECTION_WITHIN, case.data.agreed.warehouse)


def _compare(case: ReturnCase, told: ReturnProgress) -> Iterator[Effect]:
    """Ask about goods that differ from what was agreed, and about verdicts that are missing."""
    lines = case.data.lines
    strange = [key for key, goods in lines.items() if goods.state == "unannounced"]
    differing = [
        key for key, goods in lines.items() if key not in strange and goods.booked().received != goods.authorized
    ]
    unjudged = [line.line for line in told.lines if told.step == "inspected" and line.disposition is None]
    detail = ", ".join(f"line {key}: {lines[key].booked().received} of {lines[key].authorized}" for key in differing)
    yield from _stand(case, "return_quantity_differs", detail, "customer_service")
    if strange:
        detail = f"not agreed to: {', '.join(f'line {key} {lines[key].item}' for key in strange)}"
        yield from _ask(case, "return_line_unknown", detail, "warehouse")
    if unjudged:
        yield from _ask(case, "return_without_verdict", f"lines {', '.join(unjudged)}", "warehouse")
    elif header(case.data) == "inspected":
        yield from _stand(case, "return_without_verdict", "", "warehouse")


def _wait(case: ReturnCase, name: str, within: dt.timedelta, of: str) -> Iterator[Effect]:
    case.data.waiting_for.append(name)
    yield Expect(name, within=within, of=of)


def _over(case: ReturnCase, name: str) -> Iterator[Effect]:
    if name in case.data.waiting_for:
        case.data.waiting_for.remove(name)
        yield Met(name)
    yield from _stand(case, f"return_not_{name}", "", "")


def _ask(case: ReturnCase, code: str, detail: str, owner: str) -> Iterator[Effect]:
    if code not in case.data.problems:
        case.data.problems.append(code)
    yield OpenExceptionCase(code, detail, owner=owner)


def _stand(case: ReturnCase, code: str, detail: str, owner: str) -> Iterator[Effect]:
    """A problem that is there while there is something to say of it."""
    if detail:
        yield from _ask(case, code, detail, owner)
    elif code in case.data.problems:
        case.data.problems.remove(code)
        yield CloseExceptionCase(code, "over")
