"""Less is there than was promised: who waits, what it is worth, and when it is over."""

from __future__ import annotations

from decimal import Decimal as D

from crossdock.events.inventory import (
    BackorderFilled,
    PromisedLine,
    PromisesWithdrawn,
    PromiseWithdrawn,
    WithdrawnPiece,
    WithdrawnPromisesServed,
)
from crossdock.model.quantity import Money
from crossdock.processes import stock_shortage
from crossdock.processes._kit import Move, OpenExceptionCase, Release, Send
from crossdock.testing.scenario import COMPANY, Scenario, case
from tests.unit.processes.order_to_cash import granted, network, ordered, placed, progress, promised, sales_order

ORDER = f"sales_order/{COMPANY}/shop/536365"


def shortage() -> Scenario:
    return case(stock_shortage.LIFECYCLE, f"stock_shortage/{COMPANY}/north/HEART", reads=network())


def withdrawn(*pieces: WithdrawnPiece) -> PromisesWithdrawn:
    return PromisesWithdrawn("HEART", "north", f"adjustment/{COMPANY}/north/ADJ1", pieces)


def piece(name: str = "r1~1", quantity: str = "3") -> WithdrawnPiece:
    return WithdrawnPiece(name.partition("~")[0], D(quantity), ORDER, "1", name, "shop")


def served(name: str = "r1~1", quantity: str = "3") -> WithdrawnPromisesServed:
    return WithdrawnPromisesServed("HEART", "north", ((name, D(quantity)),))


def test_one_exception_names_the_orders_and_what_they_are_worth() -> None:
    scenario = shortage().when(withdrawn(piece(), piece("r2~1", "2"))).then(opens="promises_withdrawn", state="waiting")
    asked = scenario.one(OpenExceptionCase)
    assert asked.money_at_risk == Money(D("10.00"), "GBP")
    assert "5 of HEART promised from north are not there" in asked.detail
    assert f"{ORDER} line 1: 3" in asked.detail
    assert f"adjustment/{COMPANY}/north/ADJ1" in asked.detail


def test_it_is_over_when_goods_came_for_all() -> None:
    shortage().given(withdrawn(piece(), piece("r2~1", "2"))).when(served()).then(opens="promises_withdrawn")
    scenario = shortage().given(withdrawn(piece(), piece("r2~1", "2")), served())
    scenario.when(served("r2~1", "2")).then(closes="promises_withdrawn", state="over", finished=True)


def test_the_next_shortage_of_the_same_item_begins_it_anew() -> None:
    over = shortage().given(withdrawn(piece()), served())
    over.when(withdrawn(piece("r3~1"))).then(opens="promises_withdrawn", state="waiting", finished=False)


def test_a_withdrawal_told_twice_counts_once() -> None:
    scenario = shortage().given(withdrawn(piece())).when(withdrawn(piece()))
    assert scenario.one(OpenExceptionCase).detail.startswith("3 of HEART")


def test_the_reservation_of_a_caller_is_over_and_nobody_waits_for_it() -> None:
    cart = WithdrawnPiece("c1", D(4), source="storefront")
    shortage().when(withdrawn(cart)).then(opens=(), state="over")


def an_order() -> Scenario:
    return sales_order().given(placed(ordered("1")), promised(granted("1", "10")))


WITHDRAWN = PromiseWithdrawn("r1-north", "1", "HEART", "north", D(4), "r1-north~1")


def came(name: str = "r1-north~1.1", quantity: str = "4") -> BackorderFilled:
    return BackorderFilled("RCN1", (PromisedLine("1", "HEART", "north", D(quantity), name, "r1-north~1"),))


def test_a_shipping_order_stands_while_part_of_its_promise_waits_again() -> None:
    an_order().when(WITHDRAWN).then(sends=(), opens=(), line_state={"1": "released"})


def test_goods_that_come_again_need_no_second_shipping_order() -> None:
    order = an_order().given(WITHDRAWN).when(came())
    assert not order.all(Send)
    assert not order.all(Release)


def test_a_pick_ends_what_is_promised_and_what_waits_again() -> None:
    order = an_order().given(WITHDRAWN, came(quantity="1")).when(progress("picked"))
    pieces = [(line.reservation, line.quantity) for line in order.one(Move).lines]
    assert pieces == [("r1-north", D(6)), ("r1-north~1", D(3)), ("r1-north~1.1", D(1))]


def test_what_the_order_no_longer_wants_is_given_back() -> None:
    unknown = PromiseWithdrawn("gone", "1", "HEART", "north", D(4), "gone~1")
    assert an_order().when(unknown).one(Release).reservations == ("gone~1",)
