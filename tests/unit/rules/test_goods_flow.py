"""What must be booked follows from all that was said, in whatever order it was said."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossdock.rules.goods_flow import draw, inbound, outbound

ZERO = Decimal(0)
quantities = st.integers(0, 20).map(Decimal)


def test_shipped_goods_were_packed_and_packed_goods_were_picked() -> None:
    assert outbound(ZERO, ZERO, Decimal(5)) == (5, 5, 5)
    assert outbound(ZERO, Decimal(3), Decimal(1)) == (3, 3, 1)
    assert outbound(Decimal(9), Decimal(3), Decimal(1)) == (9, 3, 1)


def test_inspected_goods_were_received() -> None:
    assert inbound(ZERO, Decimal(2), Decimal(1)) == (3, 2, 1)
    assert inbound(Decimal(9), Decimal(2), Decimal(1)) == (9, 2, 1)


def test_only_what_is_new_is_booked() -> None:
    before, after = outbound(Decimal(5), ZERO, ZERO), outbound(Decimal(5), Decimal(5), Decimal(2))
    assert list(after.steps(before)) == [("picked", "packed", Decimal(5)), ("packed", "customer", Decimal(2))]
    assert list(after.steps(after)) == []


def test_a_pick_ends_promises_in_the_order_they_were_made_and_goes_on_without_one() -> None:
    grants = [("a", Decimal(4)), ("b", Decimal(3))]
    assert list(draw(grants, ZERO, Decimal(5))) == [("a", Decimal(4)), ("b", Decimal(1))]
    assert list(draw(grants, Decimal(5), Decimal(4))) == [("b", Decimal(2)), ("", Decimal(2))]
    assert list(draw(grants, Decimal(9), Decimal(1))) == [("", Decimal(1))]


@given(st.lists(quantities, max_size=4), st.lists(quantities.filter(bool), max_size=6))
def test_however_a_pick_is_split_every_promise_ends_once_and_nothing_is_lost(
    granted: list[Decimal], picks: list[Decimal]
) -> None:
    grants = [(str(n), quantity) for n, quantity in enumerate(granted)]
    taken: dict[str, Decimal] = {}
    drawn = ZERO
    for quantity in picks:
        for name, part in draw(grants, drawn, quantity):
            taken[name] = taken.get(name, ZERO) + part
        drawn += quantity
    assert sum(taken.values(), ZERO) == drawn
    assert all(taken.get(name, ZERO) <= quantity for name, quantity in grants)
    assert taken.get("", ZERO) == max(ZERO, drawn - sum(granted, ZERO))


@given(st.lists(st.tuples(st.sampled_from(["picked", "packed", "shipped"]), quantities), max_size=8))
def test_the_sum_of_all_bookings_is_what_all_facts_together_ask_for(facts: list[tuple[str, Decimal]]) -> None:
    said = {"picked": ZERO, "packed": ZERO, "shipped": ZERO}
    booked = {"unrestricted": ZERO, "picked": ZERO, "packed": ZERO}
    for step, quantity in facts:
        before = outbound(**said)
        said[step] += quantity
        for from_state, _, amount in outbound(**said).steps(before):
            assert amount > 0
            booked[from_state] += amount
    assert tuple(booked.values()) == outbound(**said)
