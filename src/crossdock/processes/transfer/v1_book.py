"""What follows from a transfer's buckets: bookings, expected supply, what is owed and what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from crossdock.model.quantity import ZERO, Money, Quantity
from crossdock.model.stock import OWN, StockMoveLine, SupplyLine
from crossdock.model.transfer import TransferLine, TransferOrder
from crossdock.processes._kit import (
    Effect,
    ExpectSupply,
    Move,
    OpenExceptionCase,
    Owed,
    expectations,
    problems,
    tell_goods,
)
from crossdock.processes.transfer.v1_data import OVER, Believed, TransferCase, TransferGoods, header
from crossdock.rules.goods_flow import draw

TRANSIT_DAYS = 2
"""Working days of the destination that goods travel where nobody says when they arrive."""
SHIP_HOURS = 48
"""How long the sending warehouse has, days that are not worked there left out."""

_ARRIVED = ("unrestricted", "damaged", "quarantined")


class Change(NamedTuple):
    """So much more in one bucket of a line."""

    line: str
    bucket: str
    quantity: Decimal


def what_is_wrong(case: TransferCase, order: TransferOrder) -> list[str]:
    """Why a transfer cannot be asked for; empty if it can."""
    wrong = [] if order.lines else ["it has no lines"]
    if order.from_location == order.to_location:
        wrong.append(f"it goes from {order.from_location} to the same place")
    wms = case.reads.system(case.company_id, "wms", order.from_location)
    asked = wms and case.reads.sends(wms, "transfer_order", case.company_id)
    if not asked and not case.data.comes_back:
        wrong.append(f"no warehouse system of {order.from_location} takes transfer orders")
    for line in order.lines:
        item = case.reads.item(case.company_id, line.item)
        if item is None:
            wrong.append(f"line {line.line}: there is no item {line.item}")
        elif item.unit != line.quantity.unit:
            wrong.append(f"line {line.line}: {line.item} is kept in {item.unit}, not in {line.quantity.unit}")
        if line.quantity.amount <= ZERO:
            wrong.append(f"line {line.line}: a quantity of {line.quantity.amount}")
    return wrong


def order_for_warehouse(case: TransferCase) -> TransferOrder | None:
    """What the sending warehouse is asked for: as much as the ledger granted."""
    order, lines = case.data.head, case.data.lines
    granted = tuple(
        TransferLine(key, goods.item, Quantity(goods.promised, goods.unit))
        for key, goods in lines.items()
        if goods.promised
    )
    if not granted:
        return None
    return TransferOrder(
        order.company_id,
        order.number,
        order.from_location,
        order.to_location,
        order.ordered_at,
        granted,
        order.arrives_on,
    )


def expected_on(case: TransferCase) -> dt.date:
    """The day on which the goods should be at their destination."""
    order = case.data.head
    left = case.data.left_on or case.reads.date_at(case.company_id, order.ordered_at)
    return order.arrives_on or case.reads.working_day(order.to_location, left, TRANSIT_DAYS)


def book(case: TransferCase, document: str, changes: Iterable[Change], *, all_shipped: bool) -> Iterator[Effect]:
    """Fill buckets and book the difference that makes, over all lines: the end of the first leg changes them all."""
    data = case.data
    before = {key: line.booked(data.all_shipped) for key, line in data.lines.items()}
    data.all_shipped = all_shipped
    for change in changes:
        line = data.lines[change.line]
        setattr(line, change.bucket, getattr(line, change.bucket) + change.quantity)
    moves: list[StockMoveLine] = []
    for key, line in data.lines.items():
        drawn = before[key].departed
        for from_state, to_state, quantity in line.booked(all_shipped).steps(before[key]):
            grants = line.grants if (from_state, quantity > ZERO) == ("unrestricted", True) else []
            for reservation, piece in draw(grants, drawn, abs(quantity)):
                if piece:
                    moves.append(_move(case, key, (from_state, to_state), piece, quantity < ZERO, reservation))
    if moves:
        yield Move(document, tuple(moves), reason="transfer")
        yield from tell_goods(case, document, moves, "transferred")


def _move(
    case: TransferCase, key: str, states: tuple[str, str], quantity: Decimal, back: bool, reservation: str
) -> StockMoveLine:
    """Goods in transfer stand at the origin; what arrives changes location with its state."""
    data, order, line = case.data, case.data.head, case.data.lines[key]
    arrives = states[1] in _ARRIVED
    places = (order.from_location, order.to_location if arrives else order.from_location)
    owners = (data.from_owner, data.to_owner if arrives else data.from_owner)
    return StockMoveLine(
        line=key,
        item=line.item,
        location=places[back],
        quantity=quantity,
        from_state=states[back],
        to_state=states[not back],
        reservation=reservation,
        supply=(case.id, key) if arrives and not back and data.to_owner == OWN else None,
        to_location=places[not back] if places[0] != places[1] else "",
        owner=owners[back],
        to_owner=owners[not back] if owners[0] != owners[1] else "",
    )


def settle(case: TransferCase, because: str) -> Iterator[Effect]:
    """Move the lines to where their buckets say, and tell the world what changed."""
    data = case.data
    for key, line in data.lines.items():
        standing = line.standing(data.all_shipped)
        if not (data.invalid and standing == "ordered"):
            case.move(key, line, standing)
    yield from _supply(case)
    yield from expectations(data, _owed(case))
    yield from problems(data, _wrong(case), because)


def _supply(case: TransferCase) -> Iterator[Effect]:
    """What the destination may count on: what is promised to this transfer at the origin, then what left it. At a
    customer's nobody counts on anything."""
    if case.data.to_owner != OWN:
        return
    on, changed = expected_on(case), []
    for key, line in case.data.lines.items():
        now = line.booked(case.data.all_shipped)
        left = bool(now.departed + now.surplus)
        coming = now.departed + now.surplus - now.scrapped - now.claimed
        quantity = coming if case.data.all_shipped else max(coming, line.promised)
        told = Believed(quantity, on, left)
        if told != line.believed and (quantity or line.believed):
            line.believed = told
            location = case.data.head.to_location
            sure: Literal["ordered", "transfer"] = "transfer" if left else "ordered"
            changed.append(SupplyLine(case.id, key, line.item, location, quantity, on, sure))
    if changed:
        yield ExpectSupply(tuple(changed))


def _owed(case: TransferCase) -> dict[str, Owed]:
    """The goods should leave, and then arrive."""
    data, order = case.data, case.data.head
    owed = {}
    booked = {key: line.booked(data.all_shipped) for key, line in data.lines.items()}
    under_way = {key: now.under_way for key, now in booked.items()}
    if data.sent and not data.all_shipped:
        within = case.reads.within(order.from_location, case.at, SHIP_HOURS)
        worth = _worth(case, {key: line.promised for key, line in data.lines.items()})
        owed["shipment"] = Owed(within, case.key, order.from_location, worth)
    elif (
        data.comes_back and not data.invalid and not data.cancelled and not any(now.departed for now in booked.values())
    ):
        worth = _worth(case, {key: line.ordered for key, line in data.lines.items()})
        owed["shipment"] = Owed(_until_expected(case), case.key, order.from_location, worth)
    if any(under_way.values()):
        on, within = expected_on(case), _until_expected(case)
        owed["arrival"] = Owed(within, on.isoformat(), order.to_location, _worth(case, under_way))
    return owed


def _until_expected(case: TransferCase) -> dt.timedelta:
    return max(case.reads.close_of(case.data.head.to_location, expected_on(case)) - case.at, dt.timedelta())


def _wrong(case: TransferCase) -> Iterator[OpenExceptionCase]:
    """The problems a person should know of, as things stand now."""
    data = case.data
    if data.invalid and not data.cancelled:
        yield OpenExceptionCase("transfer_invalid", "; ".join(data.invalid))
    if data.too_late and header(data) not in OVER:
        detail = f"{data.head.from_location} was asked to ship transfer {case.key} already: {data.too_late}"
        yield OpenExceptionCase("transfer_not_cancelled", detail, owner="warehouse")
    for key, quantity in data.refused.items() if not data.cancelled else ():
        detail = f"{quantity} of {data.lines[key].item} is not free at {data.head.from_location}"
        yield OpenExceptionCase("transfer_not_backed", detail, key=key, lines=(key,))
    if "shipment" in data.overdue:
        detail = f"{data.head.from_location} has not shipped transfer {case.key}"
        yield OpenExceptionCase("transfer_not_shipped", detail, owner="warehouse")
    for key, line in data.lines.items():
        yield from _wrong_with(case, key, line)
    for where, detail in data.negatives.items():
        yield OpenExceptionCase("stock_negative", detail, key=where, owner="warehouse")


def _wrong_with(case: TransferCase, key: str, line: TransferGoods) -> Iterator[OpenExceptionCase]:
    data, now = case.data, line.booked(case.data.all_shipped)
    if now.under_way and ("arrival" in data.overdue or (data.all_received and data.all_shipped)):
        detail = f"{now.under_way} of {line.item}: {now.departed} left {data.head.from_location}, {now.received} came"
        risk = _worth(case, {key: now.under_way})
        yield OpenExceptionCase("transfer_short", detail, key=key, lines=(key,), money_at_risk=risk, owner="warehouse")
    if now.surplus:
        detail = f"{now.surplus} of {line.item}: {now.departed} left {data.head.from_location}, {now.received} came"
        yield OpenExceptionCase("transfer_over", detail, key=key, lines=(key,), owner="warehouse")
    if not line.ordered and (line.shipped or now.received):
        detail = f"{max(line.shipped, now.received)} of {line.item}"
        yield OpenExceptionCase("transfer_line_unknown", detail, key=key, lines=(key,), owner="warehouse")


def _worth(case: TransferCase, quantities: dict[str, Decimal]) -> Money | None:
    """What goods cost us, as far as their prices are of one currency and for their own unit."""
    total: Money | None = None
    for key, quantity in quantities.items():
        line = case.data.lines[key]
        item = case.reads.item(case.company_id, line.item)
        price = item.purchase_price if item else None
        if item is None or price is None or (total and total.currency != price.currency):
            continue
        if price.per.unit not in (line.unit, item.second_unit):
            continue
        worth = item.worth(price, quantity)
        total = Money(worth.amount + (total.amount if total else ZERO), worth.currency)
    return total
