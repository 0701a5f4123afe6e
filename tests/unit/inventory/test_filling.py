from __future__ import annotations

from decimal import Decimal

from crossdock.events.inventory import BackorderExpected, BackorderFilled
from crossdock.inventory.ledger.filling import fill, news, outlook, repeg
from crossdock.inventory.ledger.granting import Filled
from crossdock.inventory.ledger.promising import decide
from tests.unit.inventory.shelves import ENTRY, ITEM, books, come, entry, free, request, supply


def served(filled: list[Filled]) -> list[tuple[str, str, int]]:
    return [(piece.waiting.subject, piece.line.location, int(piece.line.quantity)) for piece in filled]


def test_first_come_first_served() -> None:
    held = books(north=0)
    decide(held, request(3, case="a"), entry(1))
    decide(held, request(3, case="b"), entry(2))
    come(held, 5)
    assert served(fill(held, ITEM, ENTRY)) == [("a", "north", 3), ("b", "north", 2)]
    assert free(held) == 0


def test_told_shortages_come_first_and_do_not_raise_what_is_reserved() -> None:
    held = books(north=0)
    decide(held, request(3, case="asked"), entry(1))
    decide(held, request(3, case="told", kind="told"), entry(2))
    come(held, 4)
    assert served(fill(held, ITEM, ENTRY)) == [("told", "north", 3), ("asked", "north", 1)]
    assert free(held) == 0


def test_stock_that_only_backs_granted_promises_fills_nothing() -> None:
    held = books(north=5)
    decide(held, request(5, case="granted"), entry(1))
    come(held, -5)  # lost: the granted promise is not backed any more
    decide(held, request(2, case="told", kind="told"), entry(2))
    come(held, 5)
    assert fill(held, ITEM, ENTRY) == []
    come(held, 1)
    assert served(fill(held, ITEM, ENTRY)) == [("told", "north", 1)]


def test_who_must_be_served_whole_is_skipped_until_it_can_be() -> None:
    held = books(north=0, south=0)
    decide(held, request(5, "north", "south", case="whole", partial=False), entry(1))
    decide(held, request(1, case="small"), entry(2))
    come(held, 3)
    assert served(fill(held, ITEM, ENTRY)) == [("small", "north", 1)]
    come(held, 3, "south")
    assert served(fill(held, ITEM, ENTRY)) == [("whole", "north", 2), ("whole", "south", 3)]


def test_each_filling_is_a_reservation_named_after_what_waited() -> None:
    held = books(north=0)
    name = decide(held, request(5), entry(1)).backordered[0].reservation
    come(held, 2)
    fill(held, ITEM, ENTRY)
    come(held, 3)
    fill(held, ITEM, ENTRY)
    assert held.promises[name].state == "filled"
    assert [(p.id, int(p.quantity), p.state) for p in held.promises.values() if p.backorder] == [
        (f"{name}.1", 2, "reserved"),
        (f"{name}.2", 3, "reserved"),
    ]


def test_the_supply_that_came_serves_its_own_pegs_before_the_queue() -> None:
    held = books(north=0)
    decide(held, request(4, case="unpegged"), entry(1))
    row = supply(held, "a", 4, day=3)
    decide(held, request(4, case="pegged"), entry(2))
    row.received = Decimal(4)
    come(held, 4)
    assert served(fill(held, ITEM, ENTRY, [row.key])) == [("pegged", "north", 4)]
    assert row.pegged == 0


def test_supply_that_shrinks_leaves_the_youngest_without() -> None:
    held = books(north=0)
    row = supply(held, "a", 10, day=3)
    old = decide(held, request(4, case="old"), entry(1)).backordered[0].reservation
    young = decide(held, request(4, case="young"), entry(2)).backordered[0].reservation
    before = outlook(held, [ITEM])
    row.quantity = Decimal(5)
    repeg(held, ITEM)
    assert (held.pegged(held.promises[old]), held.pegged(held.promises[young])) == (4, 1)
    told = news(held, [ITEM], before, (), "")
    assert [(outcome.subject, type(outcome.body)) for outcome in told] == [("young", BackorderExpected)]


def test_freed_supply_goes_to_shortages_before_backorders() -> None:
    held = books(north=0)
    asked = decide(held, request(4, case="asked"), entry(1)).backordered[0].reservation
    told = decide(held, request(4, case="told", kind="told"), entry(2)).backordered[0].reservation
    supply(held, "a", 5, day=3)
    repeg(held, ITEM)
    assert (held.pegged(held.promises[asked]), held.pegged(held.promises[told])) == (1, 4)


def test_a_case_hears_of_all_its_filled_lines_at_once() -> None:
    held = books(north=0)
    decide(held, request(2, case="a"), entry(1))
    decide(held, request(2, case="a"), entry(2))
    before = outlook(held, [ITEM])
    come(held, 4)
    told = news(held, [ITEM], before, fill(held, ITEM, ENTRY), "RCN1")
    assert len(told) == 1
    assert isinstance(told[0].body, BackorderFilled)
    assert (told[0].body.receipt, len(told[0].body.lines)) == ("RCN1", 2)
