"""Is this an order we can fill? What a person must look at becomes an exception case; some of them hold the order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from crossdock.model.masterdata import Item
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.stock_policy import DropShipRule
from crossdock.processes._kit import CloseExceptionCase, Effect, OpenExceptionCase, line_beside
from crossdock.processes.sales_order.v1_data import DropShipped, SalesLine, SalesOrderCase, new_line
from crossdock.rules import bill, credit, drop_ship, order_check, price_check, sourcing
from crossdock.rules.stock_policy import Subject

# What a person calls a hold -> the exception case that stands for it.
HOLDS = {"customer": "unknown_customer", "price": "price_outside_tolerance", "credit": "credit_hold"}


def judge(case: SalesOrderCase, order: SalesOrder) -> Iterator[Effect]:
    """Enter the lines and open an exception case for whatever is wrong with them, the customer or the money.

    Lines that can be filled keep the state before the first: asking for stock, or a hold, gives them one.
    """
    policy = case.reads.sales_policy(case.company_id, order.channel)
    on = case.reads.date_at(case.company_id, order.ordered_at)
    unknown: list[SalesOrderLine] = []
    invalid: list[tuple[str, str]] = []
    dear: list[tuple[SalesOrderLine, Price]] = []
    charges, value = list(order.charges), sum((charge.amount for charge in order.charges), ZERO)
    for ordered in order.lines:
        item = case.reads.item(case.company_id, ordered.item)
        if ordered.line in case.data.lines:
            invalid.append(_reject_repeated(case, ordered))
            continue
        line = case.data.lines[ordered.line] = new_line(ordered, item.second_unit if item else "")
        rule = _drop_ship_rule(case, order, item, on)
        if item is None or (
            item.kind == "stock" and rule is None and not sourcing.locations(item.preferred_location, policy)
        ):
            case.move(ordered.line, line, "rejected")
            unknown.append(ordered)
            continue
        if fault := (
            order_check.fault(ordered, item, order.currency)
            or _take_apart(case, order, ordered.line, on)
            or _drop_ship(line, item, rule)
        ):
            case.move(ordered.line, line, "rejected")
            invalid.append((ordered.line, fault))
            continue
        worth = item.worth(ordered.price, ordered.quantity.amount).amount
        value += worth
        if item.kind == "charge":
            case.move(ordered.line, line, "charge")
            charges.append(Charge(ordered.item, worth, ordered.description))
        elif (
            not ordered.sample
            and (ours := item.sales_price) is not None
            and price_check.outside_tolerance(ordered.price, ours, policy.price_tolerance_percent)
        ):
            dear.append((ordered, ours))
    case.data.order = msgspec.structs.replace(order, lines=(), charges=tuple(charges))
    yield from _unknown_items(case, unknown)
    yield from _invalid_lines(case, invalid)
    yield from _customer(case, order, value)
    yield from _prices(case, order, dear)


def _take_apart(case: SalesOrderCase, order: SalesOrder, line_id: str, on: dt.date) -> str:
    """Keep with the line of a kit what one consists of on the day of the order; why it cannot be sold, if so."""
    line = case.data.lines[line_id]
    try:
        found = bill.kit_of(line.item, lambda item: case.reads.components(case.company_id, item, on))
    except ValueError as refused:
        return str(refused)
    line.made_of = list(found.items())
    if found and line.ordered != line.ordered.to_integral_value():
        return f"{line.ordered:f} of {line.item}, which is a kit: no part of one can be sold"
    if found and line.second_unit:
        return f"{line.item} is a kit, and weighed: what its components weigh is not what it costs"
    for component in found:
        known = case.reads.item(case.company_id, component)
        if known is None or known.kind != "stock":
            return f"kit {line.item} consists of {component}, which is no item we stock"
        if any(other.line == line_beside(line_id, component) for other in order.lines):
            return f"line {line_beside(line_id, component)} of the order has the name of a component of line {line_id}"
        if known.second_unit:
            return f"kit {line.item} consists of {component}, which is weighed: a kit is sold by the piece"
    return ""


def _drop_ship_rule(case: SalesOrderCase, order: SalesOrder, item: Item | None, on: dt.date) -> DropShipRule | None:
    """The rule by which a supplier ships an item straight to the customer of this order, if there is one."""
    rules = case.reads.stock_policies().drop_ship
    if not rules or item is None:
        return None
    subject = Subject(case.company_id, item.id, channel=order.channel, customer=order.customer.id)
    return drop_ship.rule_for(rules, item, subject, on, is_kit=_is_kit(case, item.id, on))


def _is_kit(case: SalesOrderCase, item: str, on: dt.date) -> bool:
    try:
        return bool(case.reads.components(case.company_id, item, on))
    except ValueError:
        return True  # one that consists of itself is refused as such


def _drop_ship(line: SalesLine, item: Item, rule: DropShipRule | None) -> str:
    """Keep with a line who ships it straight to the customer; why it cannot be bought there, if so."""
    if rule is None:
        return ""
    if item.purchase_price is None:
        return f"{rule.supplier} ships {item.id} straight to customers, and master data do not say what it costs us"
    # The id and the price in master data are those of the item's own supplier; another one may know it by ours.
    known = item.supplier in ("", rule.supplier)
    line.drop_ship = DropShipped(rule.supplier, item.purchase_price, item.supplier_item if known else "")
    return ""


def _unknown_items(case: SalesOrderCase, lines: list[SalesOrderLine]) -> Iterator[Effect]:
    if lines:
        items = ", ".join(f"{line.item} (line {line.line})" for line in lines)
        yield from ask(
            case, "unknown_item", f"no item we can sell from any location: {items}", (line.line for line in lines)
        )


def _reject_repeated(case: SalesOrderCase, ordered: SalesOrderLine) -> tuple[str, str]:
    """A line with the number of another: entered under a number of our own, and not filled."""
    line_id = f"{ordered.line}#{len(case.data.lines) + 1}"
    line = case.data.lines[line_id] = new_line(ordered)
    line.their_line = line.their_line or ordered.line
    case.move(line_id, line, "rejected")
    return line_id, f"{ordered.quantity.amount} of {ordered.item} under the number of another line"


def _invalid_lines(case: SalesOrderCase, lines: list[tuple[str, str]]) -> Iterator[Effect]:
    if lines:
        detail = ", ".join(f"line {line_id}: {fault}" for line_id, fault in lines)
        yield from ask(case, "order_line_invalid", detail, (line_id for line_id, _ in lines))


def _customer(case: SalesOrderCase, order: SalesOrder, value: Decimal) -> Iterator[Effect]:
    customer = case.reads.customer(case.company_id, order.customer.id)
    if customer is None:
        shown = order.customer.id or order.customer.their_id or "none"
        yield from hold(case, "unknown_customer", f"no customer {shown}")
    elif reason := credit.reason_to_hold(customer, value):
        yield from hold(case, "credit_hold", reason)


def _prices(case: SalesOrderCase, order: SalesOrder, lines: list[tuple[SalesOrderLine, Price]]) -> Iterator[Effect]:
    if not lines:
        return
    shown = ", ".join(
        f"line {line.line}: {line.item} at {_shown(line.price)} instead of {_shown(ours)}" for line, ours in lines
    )
    wrong = [line.line for line, _ in lines]
    if order.promise == "asked":
        yield from hold(case, "price_outside_tolerance", shown, wrong)
    else:  # somebody promised this price already: noted, not stopped
        yield from ask(case, "price_outside_tolerance", shown, wrong)


def _shown(price: Price) -> str:
    per = "" if price.per == Quantity(Decimal(1)) else f" per {price.per.amount:f} {price.per.unit}"
    return f"{price.amount:f} {price.currency}{per}"


def hold(case: SalesOrderCase, code: str, detail: str, lines: Iterable[str] = ()) -> Iterator[Effect]:
    """The order waits until a person approves or cancels."""
    case.data.holds.append(code)
    yield from ask(case, code, detail, lines)


def ask(
    case: SalesOrderCase,
    code: str,
    detail: str,
    lines: Iterable[str] = (),
    owner: str = "customer_service",
    expected_on: dt.date | None = None,
) -> Iterator[Effect]:
    """Ask a person about the order as a whole; the case remembers, so that it can tell when it is over."""
    if code not in case.data.problems:
        case.data.problems.append(code)
    yield OpenExceptionCase(code, detail, lines=tuple(lines), owner=owner, expected_on=expected_on)


def settle(case: SalesOrderCase, code: str, resolution: str) -> Iterator[Effect]:
    """The problem is over, if there was one."""
    if code in case.data.problems:
        case.data.problems.remove(code)
        yield CloseExceptionCase(code, resolution)
