"""Kits in a sales order: what their components make of them.

A kit is sold as one line, in kits. What stock has of it goes out as such; the rest goes out as components, which have
lines of their own beside the kit's (`3:CUP` of line 3), with the same quantities and steps as any other goods. What the
order says of the kit follows from those: as many as they make whole ones of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from crossdock.events.sales_order import ShippedLine
from crossdock.model.quantity import ZERO, Price, needed
from crossdock.processes._kit import Effect, line_beside
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import Made, SalesLine, SalesOrderCase, SalesOrderData


def line_for(case: SalesOrderCase, line_id: str, item: str) -> str:
    """Our id of the line that a promise is for: that of the kit, or of its component."""
    line = case.data.lines[line_id]
    if line.item == item or not line.made_of:
        return line_id
    found = line_beside(line_id, item)
    if found not in case.data.lines:
        enter_component(case, line_id, item, "requested")
    return found


def enter_component(case: SalesOrderCase, kit: str, item: str, state: str) -> None:
    """A line for a component of a kit's line, if it is one; or for goods that came under its number."""
    line = case.data.lines[kit]
    per = dict(line.made_of).get(item, ZERO)
    known = case.reads.item(case.company_id, item)
    new = case.data.lines[line_beside(kit, item)] = SalesLine(
        item=item,
        ordered=ZERO,
        price=Price(ZERO, case.data.head.currency),
        unit=known.unit if known else line.unit,
        due_on=line.due_on,
        of_kit=kit if per else "",
        per=per,
    )
    case.move(line_beside(kit, item), new, state)


def components(data: SalesOrderData, kit: str) -> Iterator[tuple[str, SalesLine]]:
    """The lines of a kit's components, as far as they go out as such."""
    for item, _ in data.lines[kit].made_of:
        line_id = line_beside(kit, item)
        if line_id in data.lines:
            yield line_id, data.lines[line_id]


def refresh(data: SalesOrderData, line_ids: Iterable[str]) -> list[str]:
    """Let kits follow their components; all lines whose quantities may be others now, kits last."""
    touched = list(dict.fromkeys(line_ids))
    kits = {data.lines[line_id].of_kit or line_id for line_id in touched}
    kits = {kit for kit in kits if data.lines[kit].made_of}
    for kit in kits:
        _follow(data, kit)
    return [line_id for line_id in touched if line_id not in kits] + sorted(kits)


def _follow(data: SalesOrderData, kit: str) -> None:
    line, parts = data.lines[kit], [part for _, part in components(data, kit)]
    if not parts:
        return
    line.backordered = _lacking(parts, lambda part: part.backordered)
    line.pegged = line.backordered - _lacking(parts, lambda part: part.backordered - part.pegged)
    line.short = _lacking(parts, lambda part: part.short)
    line.expected_on = max((part.expected_on for part in parts if part.expected_on), default=None)
    if any(part.parts for part in parts):
        line.made = Made(
            allocated=_whole(data, kit, lambda part: max(part.total("allocated"), _booked(part, "picked"))),
            picked=_whole(data, kit, lambda part: _booked(part, "picked")),
            packed=_whole(data, kit, lambda part: _booked(part, "packed")),
            shipped=_whole(data, kit, lambda part: _booked(part, "shipped")),
            delivered=_whole(data, kit, lambda part: part.delivered),
            returned=_whole(data, kit, lambda part: sum(part.returned.values(), ZERO)),
        )


def _booked(line: SalesLine, step: str) -> Decimal:
    return sum((getattr(part.booked(), step) for part in line.parts.values()), ZERO)


def _lacking(parts: Sequence[SalesLine], amount: Callable[[SalesLine], Decimal]) -> Decimal:
    """How many kits lack something when so much of each component does."""
    return max(needed(amount(part), part.per) for part in parts)


def _whole(data: SalesOrderData, kit: str, amount: Callable[[SalesLine], Decimal]) -> Decimal:
    """How many whole kits so much of each component makes."""
    lines = (data.lines.get(line_beside(kit, item)) for item, _ in data.lines[kit].made_of)
    return min(amount(line) // line.per if line else ZERO for line in lines)


def give_up_rest(data: SalesOrderData, kit: str) -> None:
    """Nothing more is waited for: of a kit only so many are wanted as warehouses have, in whole ones."""
    line = data.lines[kit]
    promised = line.total("promised") + _whole(data, kit, lambda part: max(part.total("promised"), part.shipped))
    line.cancelled = max(line.ordered - line.refused - promised, ZERO)


def sold(case: SalesOrderCase, left: Iterable[tuple[str, Decimal]]) -> Iterator[tuple[str, Decimal]]:
    """What is to be invoiced when goods left, (line, quantity) each: of a kit as many as are whole now."""
    told: set[str] = set()
    for line_id, quantity in left:
        kit = case.data.lines[line_id].of_kit or line_id
        line = case.data.lines[kit]
        if not line.made_of:
            yield line_id, quantity
        elif kit not in told:
            told.add(kit)
            if (whole := line.shipped - line.invoiced) > ZERO:
                yield kit, whole


def named(case: SalesOrderCase, line_id: str, quantity: Decimal) -> ShippedLine:
    """What left of a line, as its customer calls it."""
    line = case.data.lines[line_id]
    return ShippedLine(line_id, line.item, line.quantity(quantity), stated=line.stated)


def line_of_item(data: SalesOrderData, line_id: str, item: str) -> str:
    """The line that goods of an order's line belong to: that of a component, if they are one of its kit's."""
    line = data.lines.get(line_id)
    if line is None or not item or item == line.item:
        return line_id
    return line_beside(line_id, item) if line_beside(line_id, item) in data.lines else line_id


def ask_about_rests(case: SalesOrderCase) -> Iterator[Effect]:
    """Components that left and make no whole kit: they are not invoiced, and somebody decides what becomes of them."""
    if all(line.made is None for line in case.data.lines.values()):
        return
    rests: dict[str, list[str]] = {}
    for kit, line in case.data.in_order():
        if line.made is None:
            continue
        for _, part in components(case.data, kit):
            if (over := part.shipped - line.made.shipped * part.per) > ZERO:
                rests.setdefault(kit, []).append(f"{over:f} of {part.item}")
    if not rests:
        yield from settle(case, "kit_incomplete", "all components that left make whole kits")
        return
    shown = ", ".join(f"line {kit}: {' and '.join(parts)}" for kit, parts in rests.items())
    detail = f"left without the other components of their kits, and not invoiced: {shown}"
    yield from ask(case, "kit_incomplete", detail, rests, owner="warehouse")
