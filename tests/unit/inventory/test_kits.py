from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from crossdock.events.inventory import BackorderFilled, StockPromised
from crossdock.inventory.ledger.books import Books, Position, Supply
from crossdock.inventory.ledger.facts import move
from crossdock.inventory.ledger.filling import fill, fill_all
from crossdock.inventory.ledger.granting import Filled
from crossdock.inventory.ledger.pools import NO_POOLS, Pools
from crossdock.inventory.ledger.promising import decide
from crossdock.model.stock import MadeOf, MoveRequest, PromiseRequest, StockMoveLine, StockRequestLine
from crossdock.model.stock_policy import FillRule, Scope, StockPolicies
from tests.unit.inventory.shelves import entry, supply

COMPANY = "albion_uk"
SET = (MadeOf("CUP", Decimal(2)), MadeOf("PLATE", Decimal(1)))
ZERO = Decimal(0)


def shelves(pools: Pools = NO_POOLS, **stock: dict[str, int]) -> Books:
    """Positions by item, then location."""
    found = Books(pools)
    for item, places in stock.items():
        for location, quantity in places.items():
            key = (COMPANY, item, location, "")
            position = Position(key, len(found.positions) + 1, Decimal(quantity), ZERO, ZERO, ZERO, 0)
            found.load_position(position)
    return found


def kits(line: str, quantity: int, *locations: str, made_of: tuple[MadeOf, ...] = SET) -> StockRequestLine:
    return StockRequestLine(line, "SET", Decimal(quantity), locations or ("north",), made_of=made_of)


def plain(line: str, item: str, quantity: int, *locations: str) -> StockRequestLine:
    return StockRequestLine(line, item, Decimal(quantity), locations or ("north",))


def asked(books: Books, *lines: StockRequestLine, number: int = 1, **more: Any) -> StockPromised:
    kind = more.pop("kind", "asked")
    return decide(books, PromiseRequest(COMPANY, f"k{number}", f"c{number}", kind, lines, **more), entry(number))


def got(told: StockPromised) -> list[tuple[str, str, int]]:
    return [(each.item, each.location, int(each.quantity)) for each in told.promised]


def waits(told: StockPromised) -> list[tuple[str, int]]:
    return [(each.item, int(each.quantity)) for each in told.backordered]


def free(books: Books, item: str, location: str = "north") -> int:
    return int(books.positions[(COMPANY, item, location, "")].free)


def come(books: Books, item: str, quantity: int, location: str = "north") -> list[tuple[str, str, int]]:
    position = books.positions[(COMPANY, item, location, "")]
    books.book(position, "move", entry(9), on_hand=Decimal(quantity))
    filled: list[Filled] = fill(books, (COMPANY, item), entry(9))
    return [(piece.line.item, piece.line.location, int(piece.line.quantity)) for piece in filled]


def come_together(books: Books, *items: str, came: tuple[Supply, ...] = ()) -> list[tuple[str, str]]:
    """One of each of some items comes in one receipt: who gets what of them."""
    for item in items:
        books.book(books.positions[(COMPANY, item, "north", "")], "move", entry(9), on_hand=Decimal(1))
    for row in came:
        row.received += 1
    keys = {(COMPANY, item): [row.key for row in came if row.item == item] for item in items}
    return [(piece.waiting.subject, piece.line.item) for piece in fill_all(books, list(keys), entry(9), keys)]


def test_stocked_kits_go_first_and_the_rest_is_made_of_components() -> None:
    books = shelves(SET={"north": 2}, CUP={"north": 10}, PLATE={"north": 10})
    told = asked(books, kits("1", 5))
    assert got(told) == [("SET", "north", 2), ("CUP", "north", 6), ("PLATE", "north", 3)]
    assert {each.line for each in told.promised} == {"1"}


def test_the_components_of_one_kit_come_from_one_location_or_not_at_all() -> None:
    books = shelves(SET={"north": 0, "south": 0}, CUP={"north": 7, "south": 2}, PLATE={"north": 2, "south": 9})
    told = asked(books, kits("1", 4, "north", "south"))
    assert got(told) == [
        ("CUP", "north", 4), ("PLATE", "north", 2), ("CUP", "south", 2), ("PLATE", "south", 1),
    ]  # fmt: skip
    assert waits(told) == [("CUP", 2), ("PLATE", 1)]
    assert free(books, "PLATE", "south") == 8  # a kit that waits holds nothing


def test_a_component_of_two_kits_and_of_a_plain_line_is_counted_once() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 6}, PLATE={"north": 9}, PAIR={"north": 0})
    pair = StockRequestLine("3", "PAIR", Decimal(2), ("north",), made_of=(MadeOf("CUP", Decimal(2)),))
    told = asked(books, kits("1", 1), plain("2", "CUP", 1), pair)
    assert [(each.line, each.item, int(each.quantity)) for each in told.promised] == [
        ("1", "CUP", 2), ("1", "PLATE", 1), ("2", "CUP", 1), ("3", "CUP", 2),
    ]  # fmt: skip
    assert waits(told) == [("CUP", 2)]
    assert free(books, "CUP") == 1


def test_kits_that_wait_are_filled_whole_from_one_location_when_the_last_of_their_components_comes() -> None:
    books = shelves(SET={"north": 0, "south": 0}, CUP={"north": 4, "south": 0}, PLATE={"north": 0, "south": 1})
    asked(books, kits("1", 2, "north", "south"))
    assert come(books, "CUP", 1, "south") == []
    assert come(books, "PLATE", 1) == [("CUP", "north", 2), ("PLATE", "north", 1)]
    assert come(books, "CUP", 1, "south") == [("CUP", "south", 2), ("PLATE", "south", 1)]
    assert [promise.remaining for promise in books.promises.values() if promise.waiting] == []


def test_a_kit_that_cannot_be_made_takes_nothing_from_those_behind_it() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    asked(books, kits("1", 2), number=1)
    asked(books, plain("1", "CUP", 3), number=2)
    assert come(books, "CUP", 3) == [("CUP", "north", 3)]
    assert free(books, "CUP") == 0


def test_without_partial_either_all_kits_are_granted_or_none() -> None:
    books = shelves(SET={"north": 1}, CUP={"north": 2}, PLATE={"north": 9})
    told = asked(books, kits("1", 3), partial=False)
    assert got(told) == []
    assert waits(told) == [("CUP", 6), ("PLATE", 3)]
    assert come(books, "CUP", 3) == []
    assert come(books, "CUP", 1) == [("CUP", "north", 6), ("PLATE", "north", 3)]


def test_without_backorder_what_is_refused_is_told_in_kits() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 5}, PLATE={"north": 9})
    told = asked(books, kits("1", 3), backorder=False)
    assert got(told) == [("CUP", "north", 4), ("PLATE", "north", 2)]
    assert told.refused == (("1", Decimal(1)),)


def test_kits_that_a_channel_promised_are_booked_whole_and_short_in_kits() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 5}, PLATE={"north": 1})
    told = asked(books, kits("1", 3), kind="told")
    assert got(told) == [("CUP", "north", 2), ("PLATE", "north", 1)]
    assert waits(told) == [("CUP", 4), ("PLATE", 2)]
    assert told.shortage == (("1", Decimal(2)),)
    assert (free(books, "CUP"), free(books, "PLATE")) == (-1, -2)
    assert come(books, "PLATE", 1) == [("CUP", "north", 2), ("PLATE", "north", 1)]
    assert come(books, "PLATE", 1) == []  # one cup is missing
    assert come(books, "CUP", 1) == [("CUP", "north", 2), ("PLATE", "north", 1)]
    assert (free(books, "CUP"), free(books, "PLATE")) == (0, 0)


def test_one_location_for_the_whole_order_is_sought_with_the_components_of_its_kits() -> None:
    books = shelves(SET={"north": 0, "south": 1}, CUP={"north": 9, "south": 2}, PLATE={"north": 1, "south": 1})
    line = StockRequestLine("1", "SET", Decimal(2), ("north", "south"), whole_first=True, made_of=SET)
    assert got(asked(books, line)) == [("SET", "south", 1), ("CUP", "south", 2), ("PLATE", "south", 1)]


def test_the_last_of_a_kits_components_waits_as_a_kit_though_less_than_one_kits_worth_is_missing() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    asked(books, kits("1", 1))
    for item in ("CUP", "PLATE"):  # a warehouse found one of each and picked it unasked
        (waiting,) = books.waiting[(COMPANY, item)]
        books.end(waiting, Decimal(1), "fulfilled")
    assert come(books, "CUP", 10) == [("CUP", "north", 1)]


ONE_EACH = (MadeOf("CUP", Decimal(1)), MadeOf("PLATE", Decimal(1)))


def test_a_kit_takes_nothing_of_what_came_for_an_earlier_order() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    plates = supply(books, "P", 1, day=5, item="PLATE")
    asked(books, plain("1", "PLATE", 1), number=1)
    asked(books, kits("1", 1, made_of=ONE_EACH), number=2)
    assert come_together(books, "CUP", "PLATE", came=(plates,)) == [("c1", "PLATE")]
    assert come_together(books, "PLATE") == [("c2", "CUP"), ("c2", "PLATE")]


def test_a_kit_that_was_promised_later_waits_behind_whoever_was_promised_one_of_its_components() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    asked(books, plain("1", "PLATE", 1), number=1, kind="told")
    asked(books, kits("1", 1, made_of=ONE_EACH), number=2, kind="told")
    assert come_together(books, "CUP", "PLATE") == [("c1", "PLATE")]


def test_a_kit_waits_behind_whoever_had_been_promised_one_of_its_components_before() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 1})
    (piece,) = asked(books, plain("1", "PLATE", 1), number=1).promised
    granted = books.promises[piece.reservation]
    asked(books, kits("1", 1, made_of=ONE_EACH), number=2)
    books.book(books.positions[granted.at], "withdraw", entry(8), on_hand=Decimal(-1), reserved=Decimal(-1))
    books.end(granted, Decimal(1), "withdrawn")
    books.add_promise(granted.wait_again(Decimal(1)))
    assert come_together(books, "CUP", "PLATE") == [("c1", "PLATE")]


def test_what_came_for_one_component_of_a_kit_gives_it_no_right_to_another_that_an_earlier_order_waits_for() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    cups = supply(books, "C", 1, day=5, item="CUP")
    asked(books, plain("1", "PLATE", 1), number=1)
    asked(books, kits("1", 1, made_of=ONE_EACH), number=2)
    assert come_together(books, "CUP", "PLATE", came=(cups,)) == [("c1", "PLATE")]
    assert come_together(books, "PLATE") == [("c2", "CUP"), ("c2", "PLATE")]


def test_what_a_told_kit_leaves_where_it_waited_goes_to_who_waits_there() -> None:
    books = shelves(SET={"north": 0, "south": 0}, CUP={"north": 1, "south": 1}, PLATE={"north": 0, "south": 0})
    asked(books, kits("1", 1, "south", "north", made_of=ONE_EACH), number=1, kind="told")
    asked(books, plain("1", "CUP", 1, "south"), number=2)
    asked(books, plain("1", "CUP", 1, "south"), number=3)
    assert come_together(books, "PLATE") == [("c1", "CUP"), ("c1", "PLATE"), ("c2", "CUP")]


def test_a_kit_is_not_made_of_what_a_told_kit_left_while_its_other_components_are_not_held() -> None:
    books = shelves(SET={"north": 0, "south": 0}, CUP={"north": 1, "south": 1}, PLATE={"north": 0, "south": 0})
    spoons = Position((COMPANY, "SPOON", "south", ""), 99, Decimal(0), ZERO, ZERO, ZERO, 0)
    books.load_position(spoons)
    asked(books, kits("1", 1, "south", "north", made_of=ONE_EACH), number=1, kind="told")
    asked(books, kits("1", 1, "south", made_of=(ONE_EACH[0], MadeOf("SPOON", Decimal(1)))), number=2)
    del books.waiting[(COMPANY, "SPOON")]  # as a batch sees it that brings plates
    assert come_together(books, "PLATE") == [("c1", "CUP"), ("c1", "PLATE")]


def test_kits_that_must_be_served_whole_are_not_served_in_part_when_a_part_of_what_they_are_pegged_to_comes() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 2})
    early, late = (supply(books, name, 1, day, item="CUP") for name, day in (("C1", 5), ("C2", 9)))
    asked(books, kits("1", 2, made_of=ONE_EACH), number=1, partial=False)
    early.quantity = Decimal(2)
    asked(books, plain("1", "CUP", 1), number=2)
    books.book(books.positions[(COMPANY, "CUP", "north", "")], "move", entry(9), on_hand=Decimal(2))
    early.received = Decimal(2)
    filled = fill(books, (COMPANY, "CUP"), entry(9), [early.key])
    assert [(piece.waiting.subject, piece.line.item, int(piece.line.quantity)) for piece in filled] == [
        ("c1", "CUP", 2), ("c1", "PLATE", 2),
    ]  # fmt: skip
    assert late.pegged == 0


@pytest.mark.parametrize("partial", [True, False])
def test_a_component_that_was_picked_unasked_spares_one_kit_its_own_and_not_one_at_each_location(partial: bool) -> None:
    books = shelves(**{item: {"north": 0, "south": 0} for item in ("SET", "CUP", "PLATE")})
    asked(books, kits("1", 2, "north", "south", made_of=ONE_EACH), partial=partial)
    (cup,) = books.waiting[(COMPANY, "CUP")]
    books.end(cup, Decimal(1), "fulfilled")
    books.book(books.positions[(COMPANY, "PLATE", "south", "")], "move", entry(9), on_hand=Decimal(1))
    assert come(books, "PLATE", 1) == ([("PLATE", "north", 1)] if partial else [])
    assert free(books, "PLATE", "south") == 1


def test_what_was_picked_unasked_for_one_part_of_a_kit_spares_nothing_of_another_part_of_the_same_item() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 2})
    asked(books, kits("1", 2, made_of=(MadeOf("CUP", Decimal(2)), MadeOf("CUP", Decimal(1)), SET[1])))
    books.end(books.waiting[(COMPANY, "CUP")][0], Decimal(3), "fulfilled")  # of two kits' worth one is left to come
    assert come(books, "PLATE", 1) == []
    assert come(books, "CUP", 1) == [("CUP", "north", 1), ("PLATE", "north", 1)]
    assert come(books, "CUP", 2) == [("CUP", "north", 1), ("CUP", "north", 1), ("PLATE", "north", 1)]


def test_all_goods_of_a_receipt_are_given_out_along_one_queue() -> None:
    books = shelves(SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    asked(books, plain("1", "PLATE", 1), number=1)
    asked(books, kits("1", 1, made_of=ONE_EACH), number=2)
    lines = tuple(
        StockMoveLine(item, item, "north", Decimal(1), "supplier", "unrestricted") for item in ("CUP", "PLATE")
    )
    receipt = MoveRequest(COMPANY, "r", "goods_receipt/r", "r", lines, dt.datetime(2010, 12, 1, tzinfo=dt.UTC))
    told = move(books, receipt, entry(9), 0, frozenset((COMPANY, item) for item in ("CUP", "PLATE")))
    assert [outcome.subject for outcome in told if isinstance(outcome.body, BackorderFilled)] == ["c1"]


@pytest.mark.parametrize("items", [(), ("PLATE",)])
def test_a_kit_waits_behind_who_comes_first_by_the_rule_for_one_of_its_components(items: tuple[str, ...]) -> None:
    rule = FillRule(name="due", order="due_date", scope=Scope(items=items))
    pools = Pools(StockPolicies(filling=(rule,)), dt.date(2010, 12, 1))
    books = shelves(pools, SET={"north": 0}, CUP={"north": 0}, PLATE={"north": 0})
    asked(books, replace(kits("1", 1, made_of=ONE_EACH), due_on=dt.date(2010, 12, 9)), number=1)
    asked(books, replace(plain("1", "PLATE", 1), due_on=dt.date(2010, 12, 5)), number=2)
    assert come_together(books, "CUP", "PLATE") == [("c2", "PLATE")]
    assert come_together(books, "PLATE") == [("c1", "CUP"), ("c1", "PLATE")]
