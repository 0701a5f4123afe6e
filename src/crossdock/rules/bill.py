"""What goods consist of, and whether what came out is what went in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crossdock.model.assembly import BillLine

Components = Callable[[str], tuple[tuple[str, Decimal], ...]]
"""Item -> what one of it consists of, directly; empty for what is no kit."""


class Side(NamedTuple):
    """So much of an item, in its base unit."""

    item: str
    quantity: Decimal


def bill_of(items: Iterable[str], components: Components) -> tuple[BillLine, ...]:
    """The bill of materials of these items and all they consist of. `components` must lead to no circle."""
    lines: dict[tuple[str, str], BillLine] = {}
    open_items = list(items)
    while open_items:
        item = open_items.pop()
        for component, quantity in components(item):
            if (item, component) not in lines:
                lines[item, component] = BillLine(item, component, quantity)
                open_items.append(component)
    return tuple(lines[key] for key in sorted(lines))


def elements(sides: Iterable[Side], bill: Iterable[BillLine]) -> dict[str, Decimal]:
    """What goods consist of in the end, by item. Raises ValueError for a bill that leads in a circle."""
    made_of: dict[str, list[BillLine]] = defaultdict(list)
    for line in bill:
        made_of[line.item].append(line)
    total: dict[str, Decimal] = defaultdict(Decimal)
    for side in sides:
        for item, quantity in _broken_down(side, made_of, ()):
            total[item] += quantity
    return {item: quantity for item, quantity in sorted(total.items()) if quantity}


def kit_of(item: str, components: Components) -> dict[str, Decimal]:
    """What one of a kit consists of in the end: kits in it are taken apart, too. Empty for what is no kit. Raises
    ValueError for a kit that consists of itself."""
    if not components(item):
        return {}
    return elements([Side(item, Decimal(1))], bill_of((item,), components))


def kits_in(edges: Mapping[str, Mapping[str, Decimal]]) -> dict[str, dict[str, Decimal]]:
    """What one of each kit consists of in the end, given what each consists of directly. One that consists of itself
    can never be made: it is left out."""
    found: dict[str, dict[str, Decimal]] = {}
    for kit in edges:
        try:
            found[kit] = kit_of(kit, lambda item: tuple(edges.get(item, {}).items()))
        except ValueError:
            continue
    return found


def _broken_down(
    side: Side, made_of: dict[str, list[BillLine]], path: tuple[str, ...]
) -> Iterator[tuple[str, Decimal]]:
    if side.item in path:
        raise ValueError(f"the bill of materials leads in a circle: {' > '.join((*path, side.item))}")
    lines = made_of.get(side.item)
    if not lines:
        yield side
        return
    for line in lines:
        part = Side(line.component, side.quantity * line.quantity)
        yield from _broken_down(part, made_of, (*path, side.item))


def difference(
    consumed: Iterable[Side], produced: Iterable[Side], bill: tuple[BillLine, ...]
) -> dict[str, tuple[Decimal, Decimal]]:
    """Item -> (went in, came out) where the two are not the same; empty when nothing was lost or won."""
    went_in, came_out = elements(consumed, bill), elements(produced, bill)
    nothing = Decimal(0)
    both = {item: (went_in.get(item, nothing), came_out.get(item, nothing)) for item in went_in | came_out}
    return {item: sides for item, sides in sorted(both.items()) if sides[0] != sides[1]}


def repacked(quantity: Decimal, item: str, into: str, bill: tuple[BillLine, ...]) -> Fraction:
    """How many of `into` so many of `item` make, exactly.

    Raises ValueError where the two do not consist of the same in the same proportions.
    """
    whole, part = elements([Side(item, quantity)], bill), elements([Side(into, Decimal(1))], bill)
    if whole.keys() != part.keys():
        raise ValueError(f"{item} consists of {', '.join(whole)}, {into} of {', '.join(part)}")
    ratios = {Fraction(whole[each]) / Fraction(part[each]) for each in whole}
    if len(ratios) != 1:
        raise ValueError(f"{item} and {into} consist of the same, but not in the same proportions")
    return ratios.pop()
