"""Lots that are over are promised no more, and somebody decides about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from crossdock.events.inventory import ExpiredLot, LotsExpired
from crossdock.model.quantity import Money
from crossdock.processes import lot_expiry
from crossdock.processes._kit import Move, OpenExceptionCase
from crossdock.testing.scenario import COMPANY, Scenario, case
from tests.unit.processes.procure_to_pay import reads

TODAY = dt.date(2010, 12, 10)


def expired(*lots: ExpiredLot) -> LotsExpired:
    return LotsExpired("north", TODAY, lots or (ExpiredLot("1", "85123A", "L1", D(4)),))


def a_day() -> Scenario:
    return case(lot_expiry.LIFECYCLE, f"lot_expiry/{COMPANY}/north/{TODAY}", reads=reads())


def test_an_expired_lot_is_still_there_and_promised_no_more() -> None:
    scenario = a_day().when(expired()).then(opens="lots_expired", line_state="expired", finished=True)
    (line,) = scenario.one(Move).lines
    assert (line.lot, line.quantity, line.from_state, line.to_state) == ("L1", D(4), "unrestricted", "expired")


def test_the_exception_names_the_lots_and_what_our_own_goods_cost() -> None:
    theirs = ExpiredLot("2", "85123A", "L2", D(9), "consignment_in:brightware")
    asked = a_day().when(expired(ExpiredLot("1", "85123A", "L1", D(4)), theirs)).one(OpenExceptionCase)
    price = reads().item(COMPANY, "85123A").purchase_price  # type: ignore[union-attr]
    assert price is not None
    assert asked.money_at_risk == Money(price.amount * 4, price.currency)
    assert "4 of 85123A lot L1, 9 of 85123A lot L2" in asked.detail


def test_a_day_is_booked_once() -> None:
    a_day().given(expired()).when(expired()).then(nothing=True)
