"""Customers' orders: to the ERP once, to warehouses for all that is not backordered, invoiced as shipped."""

from __future__ import annotations

from decimal import Decimal

from crossdock.testing.checker.books import number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling, shown
from crossdock.testing.checker.sales_documents import Order

ZERO = Decimal(0)
ON_THE_WAY = ("shipped", "delivered", "returned")


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Every order of every channel, and everything that names an order nobody placed."""
    for order in evidence.sales.orders.values():
        if not order.accepted:
            _reached_nobody(evidence, order, ruling, "was not accepted")
        elif evidence.held(order):
            _reached_nobody(evidence, order, ruling, "waits for a person")
            _known_to_the_api(evidence, order, ruling, ("held",))
        else:
            _reached_everybody(evidence, order, ruling)
    _nobody_invented(evidence, ruling)


def _reached_nobody(evidence: Evidence, order: Order, ruling: Ruling, why: str) -> None:
    sales = evidence.sales
    lines = [(*order.key, line) for line in order.lines]
    found = {
        "the ERP": len(sales.posted.get(order.key, ())),
        "a warehouse": sum(sales.released[key] > 0 for key in lines),
        "an invoice": len(sales.invoices_of(order)),
    }
    for where, times in found.items():
        ruling.holds(not times, f"{order.shown} {why}, and yet reached {where}")


def _reached_everybody(evidence: Evidence, order: Order, ruling: Ruling) -> None:
    sales = evidence.sales
    posted = sales.posted.get(order.key, [])
    given_up = {line: sales.given_up(order, line) for line in order.lines}
    all_given_up = all(given_up[line_id] >= line.quantity for line_id, line in order.lines.items())
    if posted or not all_given_up or order.charges:
        ruling.once(f"{order.shown} in the ERP", posted)
    if posted:
        _posted_as_ordered(order, posted[0].body, given_up, ruling)
    for line_id in order.lines:
        _released(evidence, order, line_id, ruling)
        key = (*order.key, line_id)
        ruling.equal(f"{order.shown} line {line_id}: invoiced", sales.shipped[key], sales.invoiced[key])
    complete = all(
        sales.shipped[(*order.key, line_id)] >= line.quantity - given_up[line_id]
        for line_id, line in order.lines.items()
    )
    _known_to_the_api(evidence, order, ruling, ON_THE_WAY if complete and not all_given_up else ())


def _posted_as_ordered(order: Order, body: dict[str, object], given_up: dict[str, Decimal], ruling: Ruling) -> None:
    """The ERP has the lines as they were ordered, but for what the customer will never get."""
    rows = body["lines"]
    assert isinstance(rows, list)
    told = {row["line"]: (row["item"], number(row["qty"])) for row in rows}
    for line_id, line in order.lines.items():
        allowed = [(line.item, line.quantity), (line.item, line.quantity - given_up[line_id])]
        found = told.pop(line_id, (line.item, ZERO))
        words = f"{shown(line.quantity)} of {line.item} expected, {shown(found[1])} of {found[0]} found"
        ruling.holds(found in allowed, f"{order.shown} line {line_id} in the ERP: {words}")
    for line_id in told:
        ruling.fail(f"{order.shown} in the ERP has a line {line_id} that nobody ordered")
    ruling.equal(f"{order.shown} in the ERP: customer", order.customer, body.get("customer", ""))
    ruling.equal(f"{order.shown} in the ERP: channel", order.channel, body.get("channel", ""))


def _released(evidence: Evidence, order: Order, line_id: str, ruling: Ruling) -> None:
    """What is neither released nor given up must be known to be backordered."""
    still_open = evidence.sales.open_of(order, line_id)
    line = order.lines[line_id]
    what = f"{order.shown} line {line_id}"
    goods = evidence.sales.released_goods.get((*order.key, line_id), {})
    if rest := evidence.sales.kits.rest(order.company, line.item, goods):
        words = ", ".join(f"{shown(quantity)} of {item}" for item, quantity in rest.items())
        ruling.holds(False, f"{what}: warehouses were asked to ship {words}, which make no whole {line.item}")
    if still_open < 0:
        words = f"warehouses were asked to ship {shown(-still_open)} more than the {shown(line.quantity)} ordered"
        ruling.holds(False, f"{what}: {words}")
    elif still_open > 0:
        known = evidence.sales.called_backordered(order, line_id) or any(
            problem.is_open for problem in evidence.shortages(order, line_id)
        )
        words = f"no warehouse was asked to ship {shown(still_open)} of {line.item}, and nobody calls it backordered"
        ruling.holds(known, f"{what}: {words}")
    else:
        ruling.holds(True, "")


def _known_to_the_api(evidence: Evidence, order: Order, ruling: Ruling, states: tuple[str, ...]) -> None:
    state = evidence.product.orders.get(order.key)
    if ruling.holds(state is not None, f"the API does not know {order.shown}") and states:
        ruling.holds(state in states, f"the API calls {order.shown} {state!r}: {' or '.join(states)} expected")


def _nobody_invented(evidence: Evidence, ruling: Ruling) -> None:
    """Documents name orders that were placed, and lines that they have."""
    sales = evidence.sales
    for key in sales.posted:
        ruling.holds(key in sales.orders, f"the ERP has order {key[1]} for {key[0]}, which nobody placed")
    sides = (("a warehouse", sales.released), ("an invoice", sales.invoiced), ("a shipment", sales.shipped))
    for where, lines in sides:
        for company, number_, line_id in lines:
            order = sales.orders.get((company, number_))
            known = order is not None and line_id in order.lines
            ruling.holds(known, f"{where} names order {number_} line {line_id} for {company}, which nobody placed")
