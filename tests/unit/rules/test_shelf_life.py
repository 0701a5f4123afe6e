from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.masterdata import Lot
from crossdock.rules.shelf_life import LotOnHand, first_expired_first_out, keeps, remaining_days, take

ON = dt.date(2026, 3, 9)


def lot(name: str, days: int | None, quantity: str = "10") -> LotOnHand:
    expires_on = None if days is None else ON + dt.timedelta(days=days)
    return LotOnHand(Lot("albion_uk", "CHEDDAR", name, expires_on), Decimal(quantity))


def test_shelf_life_is_counted_in_whole_days_after_the_day() -> None:
    assert remaining_days(lot("A", 5).lot, ON) == 5
    assert remaining_days(lot("A", None).lot, ON) is None
    assert keeps(lot("A", 0).lot, ON, 0)
    assert not keeps(lot("A", -1).lot, ON, 0)
    assert not keeps(lot("A", 29).lot, ON, 30)
    assert keeps(lot("A", None).lot, ON, 3650)


def test_what_expires_first_goes_first_if_it_keeps_long_enough_for_the_customer() -> None:
    lots = [lot("D", None), lot("C", 90), lot("B", 30), lot("A", 10), lot("X", -1)]

    assert [each.lot.lot for each in first_expired_first_out(lots, ON)] == ["A", "B", "C", "D"]
    assert [each.lot.lot for each in first_expired_first_out(lots, ON, 30)] == ["B", "C", "D"]


def test_an_order_takes_several_lots_and_says_what_none_can_give() -> None:
    found = take([lot("B", 90, "4"), lot("A", 60, "5"), lot("SOON", 10, "50")], Decimal(12), ON, 30)

    assert found.picks == (("A", Decimal(5)), ("B", Decimal(4)))
    assert found.missing == 3


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEFGH"), st.none() | st.integers(-5, 60), st.integers(0, 20)),
        max_size=8,
        unique_by=lambda row: row[0],
    ),
    st.integers(1, 100),
    st.integers(0, 40),
)
def test_nothing_is_taken_that_does_not_keep_and_the_order_of_asking_does_not_matter(
    rows: list[tuple[str, int | None, int]], wanted: int, days: int
) -> None:
    lots = [lot(name, left, str(quantity)) for name, left, quantity in rows]
    found = take(lots, Decimal(wanted), ON, days)
    by_name = {each.lot.lot: each for each in lots}

    assert sum((quantity for _, quantity in found.picks), found.missing) == wanted
    assert all(keeps(by_name[name].lot, ON, days) for name, _ in found.picks)
    assert all(quantity <= by_name[name].quantity for name, quantity in found.picks)
    assert take(reversed(lots), Decimal(wanted), ON, days) == found
