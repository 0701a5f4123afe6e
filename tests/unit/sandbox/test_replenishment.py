from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.sandbox.clock import Calendar
from crossdock.sandbox.plan import Item, StockPoint
from crossdock.sandbox.replenishment import OrderedLine, Replenishment, in_packs

UK = "albion_uk"
KEY = (UK, "10002")
WEDNESDAY = dt.date(2010, 12, 1)
FRIDAY = dt.date(2010, 12, 3)
MONDAY = dt.date(2010, 12, 6)


def purchasing(opening: int = 20, point: int = 4, target: int = 30) -> Replenishment:
    item = Item(UK, "10002", "THING", False, "brightware", "B-10002", Decimal("1.02"), Decimal("2.55"), "north")
    stock = StockPoint({"north": Decimal(opening)}, Decimal(point), Decimal(target))
    return Replenishment({KEY: item}, {KEY: stock}, Calendar(), grace_days=1)


def needed(desk: Replenishment, today: dt.date = WEDNESDAY) -> list[Decimal]:
    return [need.quantity for needs in desk.needs(today).values() for need in needs]


def ordered(desk: Replenishment, quantity: int) -> None:
    desk.place(UK, "4500001", [OrderedLine(KEY, "10", Decimal(quantity), Decimal("1.02"), FRIDAY)])


def test_nothing_is_ordered_above_the_point_and_up_to_cover_below_it() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-16))
    assert needed(desk) == []
    desk.change(UK, "10002", Decimal(-1))
    assert needed(desk) == [30]
    assert not desk.satisfied(WEDNESDAY)


def test_backorders_are_covered_too() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-50))
    assert needed(desk) == [60]


def test_what_is_on_order_is_not_ordered_again_and_what_came_short_is() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-50))
    ordered(desk, 60)
    assert needed(desk) == []
    desk.receive(UK, "4500001", "10", Decimal(32), FRIDAY)
    desk.change(UK, "10002", Decimal(32))
    assert needed(desk, FRIDAY) == [30]
    desk.change(UK, "10002", Decimal(28))
    assert desk.satisfied(FRIDAY)


def test_a_part_promised_for_later_still_counts_after_the_first_part_came() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-50))
    ordered(desk, 60)
    desk.confirm(UK, "4500001", "10", Decimal(60), MONDAY)
    desk.receive(UK, "4500001", "10", Decimal(30), FRIDAY)
    desk.change(UK, "10002", Decimal(30))
    assert needed(desk, FRIDAY) == []


def test_a_rejected_line_is_ordered_again_at_once() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-50))
    ordered(desk, 60)
    desk.confirm(UK, "4500001", "10", Decimal(0), None)
    assert needed(desk) == [60]


def test_goods_that_nobody_delivers_or_promises_anew_stop_counting() -> None:
    desk = purchasing()
    desk.change(UK, "10002", Decimal(-50))
    ordered(desk, 60)
    assert needed(desk, dt.date(2010, 12, 4)) == []
    assert needed(desk, MONDAY) == [60]


@pytest.mark.parametrize(("quantity", "packed"), [(5, 5), (6, 6), (7, 12), (48, 48), (49, 60), (121, 132)])
def test_small_quantities_are_exact_and_larger_ones_whole_packs(quantity: int, packed: int) -> None:
    assert in_packs(Decimal(quantity)) == packed
