from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.inventory.availability import (
    AvailableOn,
    AvailableToPromise,
    LocationTerms,
    SupplyTerms,
    by_date,
)

TODAY = dt.date(2010, 12, 1)


def place(on_hand: int, reserved: int = 0, shortage: int = 0, location: str = "north") -> LocationTerms:
    zero = Decimal(0)
    free = Decimal(on_hand - reserved)
    return LocationTerms(location, Decimal(on_hand), zero, Decimal(reserved), zero, free, Decimal(shortage), 1)


def supply(day: int, quantity: int, pegged: int = 0, received: int = 0, location: str = "north") -> SupplyTerms:
    on = dt.date(2010, 12, day)
    return SupplyTerms("po", "1", location, Decimal(quantity), Decimal(received), Decimal(pegged), on, "ordered")


def steps(*found: AvailableOn) -> list[tuple[int, int]]:
    return [(step.on.day, int(step.quantity)) for step in found]


def test_supply_that_nobody_is_tied_to_adds_up_by_date() -> None:
    found = by_date([place(5, 2)], [supply(9, 10), supply(3, 4, pegged=1), supply(3, 1)])
    assert steps(*found) == [(3, 7), (9, 17)]


def test_a_shortage_is_made_good_by_its_pegs_not_by_what_others_may_have() -> None:
    found = by_date([place(0, 6, shortage=6)], [supply(3, 10, pegged=6)])
    assert steps(*found) == [(3, 4)]


def test_stock_below_zero_eats_what_comes_first() -> None:
    assert steps(*by_date([place(-5)], [supply(3, 4), supply(4, 4)])) == [(3, 0), (4, 3)]


def test_a_location_below_zero_takes_nothing_from_another() -> None:
    found = by_date([place(-5), place(3, location="south")], [supply(3, 4)])
    assert steps(*found) == [(3, 3)]


def test_when_is_today_if_stock_covers_it_else_the_first_date_that_does() -> None:
    answer = AvailableToPromise("c", "i", Decimal(3), by_date([place(3)], [supply(3, 4), supply(9, 4)]), (), (), ())
    assert answer.when(Decimal(3), TODAY) == TODAY
    assert answer.when(Decimal(7), TODAY) == dt.date(2010, 12, 3)
    assert answer.when(Decimal(7), dt.date(2010, 12, 5)) == dt.date(2010, 12, 5)
    assert answer.when(Decimal(12), TODAY) is None
    assert answer.on(TODAY) == 3
    assert answer.on(dt.date(2010, 12, 8)) == 7
