from __future__ import annotations

import datetime as dt

from crossdock.inventory.ledger.promising import decide
from tests.unit.inventory.shelves import ITEM, books, entry, free, request, supply


def test_asked_takes_locations_in_order_and_never_more_than_is_free() -> None:
    held = books(north=3, south=9)
    answer = decide(held, request(5, "north", "south"), entry(1))
    assert [(line.location, int(line.quantity)) for line in answer.promised] == [("north", 3), ("south", 2)]
    assert (free(held), free(held, "south")) == (0, 7)


def test_a_location_below_zero_gives_nothing_and_takes_nothing() -> None:
    held = books(north=-4, south=5)
    answer = decide(held, request(6, "north", "south", backorder=False), entry(1))
    assert [int(line.quantity) for line in answer.promised] == [5]
    assert [int(quantity) for _, quantity in answer.refused] == [1]
    assert free(held) == -4


def test_a_whole_line_that_does_not_fit_leaves_stock_for_others() -> None:
    held = books(north=3)
    answer = decide(held, request(5, partial=False), entry(1))
    assert answer.promised == ()
    assert [int(line.quantity) for line in answer.backordered] == [5]
    assert free(held) == 3


def test_a_told_line_takes_what_is_free_and_books_the_rest_at_its_first_location() -> None:
    held = books(north=2, south=1)
    answer = decide(held, request(6, "north", "south", kind="told"), entry(1))
    assert [(line.location, int(line.quantity)) for line in answer.promised] == [("north", 2), ("south", 1)]
    assert [int(quantity) for _, quantity in answer.shortage] == [3]
    assert (free(held), free(held, "south")) == (-3, 0)


def test_the_ids_of_promises_follow_from_the_entry_alone() -> None:
    first = decide(books(north=1), request(3), entry(7))
    again = decide(books(north=1), request(3), entry(7))
    assert first == again
    assert first.promised[0].reservation == f"{entry(7).hex()[:24]}-1"
    assert first.backordered[0].reservation == f"{entry(7).hex()[:24]}-2"


def test_a_backorder_is_pegged_to_the_earliest_then_the_surest_supply() -> None:
    held = books(north=0)
    ordered = supply(held, "a", 5, day=3)
    announced = supply(held, "b", 5, day=3, confidence="announced")
    late = supply(held, "c", 5, day=9)
    answer = decide(held, request(8), entry(1))
    assert [int(row.pegged) for row in (ordered, announced, late)] == [3, 5, 0]
    assert answer.backordered[0].expected_on == dt.date(2010, 12, 3)


def test_supply_is_pegged_only_once() -> None:
    held = books(north=0)
    supply(held, "a", 5, day=3)
    decide(held, request(4, case="a"), entry(1))
    answer = decide(held, request(4, case="b"), entry(2))
    assert int(answer.backordered[0].pegged) == 1


def test_every_change_is_journalled_with_what_was_free_after_it() -> None:
    held = books(north=5)
    decide(held, request(3, case="a"), entry(1))
    decide(held, request(4, kind="told", case="b"), entry(2))
    journal = [(m.number, m.kind, int(m.reserved), int(m.free_after)) for m in held.movements]
    assert journal == [(1, "asked", 3, 2), (2, "told", 2, 0), (3, "short", 2, -2)]
    assert held.positions[(*ITEM, "north", "")].counter == 3
