"""Kits that come back: announced, booked and inspected as components, credited and told to their orders as kits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.processes._kit import line_beside
from crossdock.processes.return_.v1_data import ReturnCase, ReturnData, ReturnedGoods
from crossdock.rules import bill


def take_apart(case: ReturnCase, agreed: ReturnLine, authorized: ReturnAuthorization) -> None:
    """Enter what a kit consists of on the day of the return. One that consists of itself comes back as it is."""
    on = case.reads.date_at(case.company_id, authorized.authorized_at)
    try:
        found = bill.kit_of(agreed.item, lambda item: case.reads.components(case.company_id, item, on))
    except ValueError:
        return  # sales of it are refused; what is there all the same is one piece
    if any(line.line == line_beside(agreed.line, item) for line in authorized.lines for item in found):
        return  # another line has a component's name already: then it comes back in one piece, or is asked about
    case.data.lines[agreed.line].made_of = list(found.items())
    for item, per in found.items():
        known = case.reads.item(case.company_id, item)
        line_id = line_beside(agreed.line, item)
        new = case.data.lines[line_id] = ReturnedGoods(
            item=item,
            authorized=agreed.quantity.amount * per,
            unit=known.unit if known else agreed.quantity.unit,
            of_kit=agreed.line,
            per=per,
        )
        case.move(line_id, new, "authorized")


def announced(case: ReturnCase, agreed: ReturnAuthorization) -> ReturnAuthorization:
    """The return as its warehouse is told of it: kits by their components, under the kit's line."""
    if not any(goods.made_of for goods in case.data.lines.values()):
        return agreed
    return msgspec.structs.replace(agreed, lines=tuple(_announced(case, agreed)))


def _announced(case: ReturnCase, agreed: ReturnAuthorization) -> Iterator[ReturnLine]:
    for line in agreed.lines:
        if not case.data.lines[line.line].made_of:
            yield line
            continue
        for _, part in components(case.data, line.line):
            quantity, price = Quantity(part.authorized, part.unit), Price(ZERO, agreed.currency)
            yield ReturnLine(line.line, part.item, quantity, price, line.order_number, line.order_line, line.reason)


def components(data: ReturnData, kit: str) -> Iterator[tuple[str, ReturnedGoods]]:
    """The lines of a kit's components."""
    for item, _ in data.lines[kit].made_of:
        yield line_beside(kit, item), data.lines[line_beside(kit, item)]


def came(data: ReturnData, line_id: str) -> Decimal:
    """How much of an agreed line came back: of a kit those that came as such, and whole ones of components."""
    line = data.lines[line_id]
    here = line.booked().received
    if line.made_of:
        here += min(part.booked().received // part.per for _, part in components(data, line_id))
    return here


def follow(case: ReturnCase) -> None:
    """A kit's line stands as its goods do. Kits that came as such are no longer awaited as components."""
    for kit, line in case.data.lines.items():
        if not line.made_of:
            continue
        parts = [part for _, part in components(case.data, kit)]
        for part in parts:
            part.authorized = max(line.authorized - line.booked().received, ZERO) * part.per
        here = [goods for goods in (line, *parts) if goods.booked().received]
        if here:
            judged = all(goods.standing() == "inspected" for goods in here)
            case.move(kit, line, "inspected" if judged else "received")


def whole(case: ReturnCase, arrived: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What arrived, in lines that were agreed on: of a kit as many as are whole now and were not before."""
    data = case.data
    found: dict[str, Decimal] = {}
    for line_id, quantity in arrived.items():
        kit = data.lines[line_id].of_kit or line_id
        line = data.lines[kit]
        if not line.made_of:
            found[line_id] = quantity
        elif kit not in found and (fresh := came(data, kit) - line.credited) > ZERO:
            found[kit] = fresh
    return found
