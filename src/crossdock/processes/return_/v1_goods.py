"""Returned goods: enter what the warehouse did, credit the customer, tell the orders, ask about differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.sales_order import SalesOrderLinesReturned
from crossdock.model.fulfillment import ReturnedLine, ReturnProgress
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import CloseExceptionCase, Effect, Emit, Expect, Link, Met, OpenExceptionCase, Send
from crossdock.processes.return_ import v1_kits as kits
from crossdock.processes.return_.v1_data import ReturnCase, ReturnedGoods, header

INSPECTION_WITHIN = dt.timedelta(days=3)


def _order(case: ReturnCase, goods: ReturnedGoods) -> str:
    return f"sales_order/{case.company_id}/{case.data.agreed.channel}/{goods.order_number}"


def link_order(case: ReturnCase, line_id: str) -> Link:
    """The order that a line was sold with; a line that no order explains is marked."""
    goods = case.data.lines[line_id]
    if goods.order_number:
        return Link(document=_order(case, goods), line=line_id, role="returns")
    return Link(document=case.id, line=line_id, role="unlinked")


def enter(case: ReturnCase, told: ReturnProgress, line: ReturnedLine, moves: list[StockMoveLine]) -> Decimal:
    """Enter one counted or judged line and what it moves; the quantity that was not known to be here before."""
    line_id = line_of(case, line)
    goods = case.data.lines[line_id]
    before, amount = goods.booked(), line.quantity.amount
    if told.step == "received":
        goods.received += amount
    elif line.disposition == "restock":
        goods.restocked += amount
    elif line.disposition == "scrap":
        goods.scrapped += amount
    after = goods.booked()
    for from_state, to_state, quantity in after.steps(before):
        moves.append(StockMoveLine(line_id, line.item, told.warehouse, quantity, from_state, to_state))
    case.move(line_id, goods, goods.standing())
    return after.received - before.received


def line_of(case: ReturnCase, told: ReturnedLine) -> str:
    """Our id of the line that the warehouse speaks of. Goods of no line, or of another item than was agreed, get a
    line of their own."""
    lines = case.data.lines
    agreed = lines.get(told.line)
    line_id = told.line if agreed is None or agreed.item == told.item else f"{told.line}:{told.item}"
    if line_id not in lines:
        lines[line_id] = ReturnedGoods(item=told.item, unit=told.quantity.unit)
        case.move(line_id, lines[line_id], "unannounced")
    return line_id


def credit(case: ReturnCase, arrived: dict[str, Decimal]) -> Iterator[Effect]:
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


def tell_orders(case: ReturnCase, arrived: dict[str, Decimal]) -> Iterator[Effect]:
    """Tell each order of which something came all that came back of it under this return so far."""
    touched = {_order(case, case.data.lines[line_id]) for line_id in arrived if case.data.lines[line_id].order_number}
    for order in sorted(touched):
        returned: dict[tuple[str, str], Decimal] = {}
        for line_id, goods in case.data.lines.items():
            if goods.order_number and _order(case, goods) == order and (here := kits.came(case.data, line_id)):
                component = goods.item if case.reads.in_kits(case.company_id, goods.item) else ""
                key = (goods.order_line, component)
                returned[key] = returned.get(key, ZERO) + here
        told = sorted(returned.items())
        items = tuple(item for (_, item), _ in told) if any(item for _, item in returned) else ()
        lines = tuple((line_id, quantity) for (line_id, _), quantity in told)
        yield Emit(SalesOrderLinesReturned(case.data.agreed.number, lines, items), subject=order)


def wait_for_inspection(case: ReturnCase) -> Iterator[Effect]:
    """What came must be inspected; what was inspected is no longer waited for."""
    yield from _over(case, "received")
    if header(case.data) == "inspected":
        yield from _over(case, "inspected")
    elif "inspected" not in case.data.waiting_for:
        yield from wait(case, "inspected", INSPECTION_WITHIN, case.data.agreed.warehouse)


def compare(case: ReturnCase, told: ReturnProgress) -> Iterator[Effect]:
    """Ask about goods that differ from what was agreed, and about verdicts that are missing."""
    lines = case.data.lines
    strange = [key for key, goods in lines.items() if goods.state == "unannounced"]
    differing = [
        key
        for key, goods in lines.items()
        if key not in strange
        and (
            goods.booked().received != goods.authorized
            if not goods.made_of
            else goods.booked().received > goods.authorized
        )
    ]
    unjudged = [line.line for line in told.lines if told.step == "inspected" and line.disposition is None]
    detail = ", ".join(f"line {key}: {lines[key].booked().received} of {lines[key].authorized}" for key in differing)
    yield from _stand(case, "return_quantity_differs", detail, "customer_service")
    if strange:
        detail = f"not agreed to: {', '.join(f'line {key} {lines[key].item}' for key in strange)}"
        yield from ask(case, "return_line_unknown", detail, "warehouse")
    if unjudged:
        yield from ask(case, "return_without_verdict", f"lines {', '.join(unjudged)}", "warehouse")
    elif header(case.data) == "inspected":
        yield from _stand(case, "return_without_verdict", "", "warehouse")


def wait(case: ReturnCase, name: str, within: dt.timedelta, of: str) -> Iterator[Effect]:
    """Something should happen in time; `miss` asks a person if it does not."""
    case.data.waiting_for.append(name)
    yield Expect(name, within=within, of=of)


def _over(case: ReturnCase, name: str) -> Iterator[Effect]:
    if name in case.data.waiting_for:
        case.data.waiting_for.remove(name)
        yield Met(name)
    yield from _stand(case, f"return_not_{name}", "", "")


def ask(case: ReturnCase, code: str, detail: str, owner: str) -> Iterator[Effect]:
    """Ask a person about the return as a whole; the case remembers, so that it can tell when it is over."""
    if code not in case.data.problems:
        case.data.problems.append(code)
    yield OpenExceptionCase(code, detail, owner=owner)


def _stand(case: ReturnCase, code: str, detail: str, owner: str) -> Iterator[Effect]:
    """A problem that is there while there is something to say of it."""
    if detail:
        yield from ask(case, code, detail, owner)
    elif code in case.data.problems:
        case.data.problems.remove(code)
        yield CloseExceptionCase(code, "over")
