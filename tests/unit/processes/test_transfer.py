"""Transfers between our own locations: promised once at any moment, and never lost without an owner."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import PromisedLine, StockPromised, StockWentNegative
from crossdock.events.transfer import (
    TransferCancelled,
    TransferOrdered,
    TransferReceived,
    TransferShipped,
    TransferWrittenOff,
)
from crossdock.model.masterdata import Item
from crossdock.model.quantity import Price, Quantity
from crossdock.model.transfer import (
    TransferAdvice,
    TransferLine,
    TransferOrder,
    TransferReceipt,
    TransferReceiptLine,
)
from crossdock.processes import transfer
from crossdock.processes._kit import ExpectSupply, Move, OpenExceptionCase, Release, Reserve
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case

FRIDAY = dt.date(2010, 12, 3)


def ea(quantity: str) -> Quantity:
    return Quantity(Decimal(quantity))


def reads(**others: Any) -> StaticReads:
    items = [Item(COMPANY, item, purchase_price=Price(Decimal(2), "GBP")) for item in ("HEART", "CARD")]
    return StaticReads(items=items, systems={("wms", "north"): "wms_north", ("wms", "south"): "wms_south"}, **others)


def ordered(*lines: tuple[str, str, str], arrives_on: dt.date | None = FRIDAY) -> TransferOrdered:
    asked = tuple(TransferLine(line, item, ea(quantity)) for line, item, quantity in lines or (("1", "HEART", "10"),))
    return TransferOrdered(TransferOrder(COMPANY, "T1", "north", "south", MORNING, asked, arrives_on))


def granted(quantity: str = "10", refused: str = "") -> StockPromised:
    promised = (PromisedLine("1", "HEART", "north", Decimal(quantity), "r1"),) if Decimal(quantity) else ()
    return StockPromised("transfer", promised, refused=(("1", Decimal(refused)),) if refused else ())


def shipped(quantity: str, number: str = "S1", *, final: bool = True, item: str = "HEART") -> TransferShipped:
    lines = (TransferLine("1", item, ea(quantity)),)
    return TransferShipped(TransferAdvice(COMPANY, "T1", number, "north", "south", MORNING, lines, final))


def received(
    quantity: str, number: str = "R1", *, final: bool = False, condition: Any = "good", item: str = "HEART"
) -> TransferReceived:
    lines = (TransferReceiptLine("1", item, ea(quantity), condition),)
    return TransferReceived(TransferReceipt(COMPANY, "T1", number, "south", MORNING, lines, final))


def a_transfer(**others: Any) -> Scenario:
    return case(transfer.LIFECYCLE, f"transfer/{COMPANY}/T1", reads=reads(**others))


def under_way(quantity: str = "10") -> Scenario:
    return a_transfer().given(ordered(), granted(), shipped(quantity))


def stock(scenario: Scenario) -> Counter[tuple[str, str]]:
    """What the moves of the last `when` leave, by place and state."""
    levels: Counter[tuple[str, str]] = Counter()
    for move in scenario.all(Move):
        for line in move.lines:
            levels[line.location, line.from_state] -= int(line.quantity)
            levels[line.to_location or line.location, line.to_state] += int(line.quantity)
    return Counter({where: level for where, level in levels.items() if level})


def test_stock_is_promised_at_the_origin_and_nowhere_else() -> None:
    scenario = a_transfer().when(ordered()).then(state="ordered", sends=(), opens=())
    (line,) = scenario.one(Reserve).lines
    assert (line.locations, line.quantity, scenario.one(Reserve).backorder) == (("north",), 10, False)


def test_the_sending_warehouse_is_asked_for_what_was_granted_and_a_person_owns_the_rest() -> None:
    scenario = a_transfer().given(ordered()).when(granted("7", refused="3"))
    scenario.then(sends="transfer_order", opens="transfer_not_backed", expects="shipment")
    assert scenario.sent("transfer_order").lines == (TransferLine("1", "HEART", ea("7")),)


def test_where_nothing_is_free_nothing_is_asked_for() -> None:
    scenario = a_transfer().given(ordered()).when(granted("0", refused="10"))
    scenario.then(sends=(), opens="transfer_not_backed", state="closed", finished=True)


def test_goods_that_left_end_their_promise_and_are_only_expected_where_they_go() -> None:
    scenario = a_transfer().given(ordered(), granted()).when(shipped("10"))
    scenario.then(state="in_transfer", sends="transfer_advice", expects="arrival", met="shipment")
    assert stock(scenario) == {("north", "unrestricted"): -10, ("north", "in_transfer"): 10}
    assert [line.reservation for line in scenario.one(Move).lines] == ["r1"]
    (supply,) = scenario.one(ExpectSupply).lines
    assert (supply.location, supply.quantity, supply.confidence, supply.expected_on) == (
        "south",
        10,
        "transfer",
        FRIDAY,
    )


def test_what_was_promised_and_stays_behind_is_free_again() -> None:
    scenario = a_transfer().given(ordered(), granted()).when(shipped("6"))
    assert scenario.one(Release).reservations == ("r1",)
    assert scenario.one(ExpectSupply).lines[0].quantity == 6


def test_goods_that_arrive_are_stock_of_the_destination() -> None:
    scenario = (
        under_way().when(received("10", final=True)).then(state="received", opens=(), met="arrival", finished=True)
    )
    assert stock(scenario) == {("north", "in_transfer"): -10, ("south", "unrestricted"): 10}
    assert scenario.one(Move).lines[0].supply == (scenario.subject, "1")


def test_goods_arrive_in_the_condition_in_which_they_were_counted() -> None:
    scenario = under_way().when(received("8"), received("2", "R2", condition="damaged")).then(state="received")
    assert stock(scenario)["south", "damaged"] == 2


def test_goods_that_do_not_arrive_by_their_day_are_a_shortage_with_money_at_risk() -> None:
    scenario = under_way().given(received("7")).when(ExpectationMissed("arrival", MORNING))
    scenario.then(opens="transfer_short", state="partly_received")
    assert scenario.one(OpenExceptionCase).money_at_risk.amount == Decimal(6)  # type: ignore[union-attr]


def test_a_receiver_that_expects_nothing_more_makes_the_shortage_known_at_once() -> None:
    under_way().when(received("7", final=True)).then(opens="transfer_short")


@pytest.mark.parametrize("account", ["scrap", "claim"])
def test_a_person_gives_up_what_did_not_arrive(account: Any) -> None:
    scenario = under_way().given(received("7", final=True)).when(TransferWrittenOff(account, "lorry was robbed"))
    scenario.then(closes="transfer_short", state="lost", finished=True, met="arrival")
    assert stock(scenario) == {("north", "in_transfer"): -3, ("north", account): 3}
    assert scenario.one(ExpectSupply).lines[0].quantity == 7


def test_goods_that_come_after_they_were_given_up_were_not_lost() -> None:
    scenario = under_way().given(received("7"), TransferWrittenOff("claim", "gone")).when(received("3", "R2"))
    scenario.then(state="received", opens=())
    assert stock(scenario) == {("north", "claim"): -3, ("south", "unrestricted"): 3}


def test_nothing_is_given_up_that_is_not_under_way() -> None:
    scenario = under_way().given(received("10")).when(TransferWrittenOff("scrap", "mistake", (("1", Decimal(4)),)))
    assert not scenario.all(Move)


def test_more_than_left_is_booked_as_counted_and_asked_about() -> None:
    scenario = under_way().when(received("12")).then(opens="transfer_over", state="received")
    assert stock(scenario) == {
        ("north", "in_transfer"): -10,
        ("south", "unrestricted"): 12,
        ("north", "adjustment"): -2,
    }


def test_other_goods_than_ordered_are_booked_and_asked_about() -> None:
    scenario = a_transfer().given(ordered(), granted()).when(shipped("10", item="CARD"))
    scenario.then(opens="transfer_line_unknown")
    assert stock(scenario) == {("north", "unrestricted"): -10, ("north", "in_transfer"): 10}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_the_warehouses_speak_the_books_end_the_same(order: tuple[int, ...]) -> None:
    messages = [shipped("4", "S1", final=False), shipped("5", "S2"), received("4", "R1"), received("4", "R2")]
    scenario = a_transfer().given(ordered(), granted()).when(*(messages[place] for place in order))
    assert stock(scenario) == {
        ("north", "unrestricted"): -9,
        ("north", "in_transfer"): 1,
        ("south", "unrestricted"): 8,
    }


def test_goods_that_arrived_before_the_ledger_refused_them_leave_once() -> None:
    scenario = a_transfer().when(ordered(), received("10"), granted("0", refused="10"), shipped("10"))
    levels = {level: quantity for level, quantity in stock(scenario).items() if quantity}
    assert levels == {("north", "unrestricted"): -10, ("south", "unrestricted"): 10}


def test_the_same_message_again_changes_nothing() -> None:
    scenario = under_way().given(received("4"))
    scenario.when(shipped("10"), received("4")).then(nothing=True)


def test_what_the_ledger_grants_after_all_goods_left_is_given_back() -> None:
    scenario = a_transfer().given(ordered(), shipped("10")).when(granted()).then(sends=())
    assert scenario.one(Release).reservations == ("r1",)


def test_goods_that_move_before_the_order_is_known_wait_for_it() -> None:
    scenario = a_transfer().given(shipped("10")).when(ordered())
    assert stock(scenario) == {("north", "unrestricted"): -10, ("north", "in_transfer"): 10}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (ordered(("1", "NOBODY", "1")), "no item NOBODY"),
        (ordered(("1", "HEART", "0")), "a quantity of 0"),
        (TransferOrdered(TransferOrder(COMPANY, "T1", "moon", "south", MORNING, ())), "no warehouse system of moon"),
        (TransferOrdered(TransferOrder(COMPANY, "T1", "north", "north", MORNING, ())), "the same place"),
    ],
)
def test_a_transfer_that_makes_no_sense_is_not_asked_for(order: TransferOrdered, words: str) -> None:
    scenario = a_transfer().when(order).then(opens="transfer_invalid", sends=(), state="invalid")
    assert words in scenario.one(OpenExceptionCase).detail
    assert not scenario.all(Reserve)


def test_goods_that_do_not_leave_are_a_question_for_the_sender_until_they_do() -> None:
    scenario = a_transfer().given(ordered(), granted()).when(ExpectationMissed("shipment", MORNING))
    scenario.then(opens="transfer_not_shipped")
    scenario.when(shipped("10")).then(closes="transfer_not_shipped")


def test_stock_that_went_below_zero_is_owned_by_the_warehouse() -> None:
    under_way().when(StockWentNegative("HEART", "north", Decimal(-2), "e")).then(opens="stock_negative")


def test_a_transfer_cancelled_before_the_ledger_could_answer_keeps_nothing_and_asks_nobody() -> None:
    scenario = a_transfer().given(ordered()).when(TransferCancelled("a mistake"))
    scenario.then(state="closed", finished=True, opens=(), sends=())
    scenario = a_transfer().given(ordered(), TransferCancelled("a mistake")).when(granted("7", refused="3"))
    scenario.then(state="closed", opens=(), sends=())
    assert scenario.one(Release).reservations == ("r1",)


def test_a_transfer_whose_order_a_person_skipped_is_cancelled_and_its_goods_are_free_again() -> None:
    asked = a_transfer().given(ordered(), granted())
    scenario = asked.when(TransferCancelled("the warehouse refuses it", order_skipped=True))
    scenario.then(state="closed", finished=True, met="shipment", opens=())
    assert scenario.one(Release).reservations == ("r1",)
    assert [line.quantity for line in scenario.one(ExpectSupply).lines] == [0]
    late = scenario.when(shipped("10")).then(state="in_transfer")
    assert stock(late) == {("north", "unrestricted"): -10, ("north", "in_transfer"): 10}
    assert [line.reservation for line in late.one(Move).lines] == [""], "it holds nothing any more"


def test_a_transfer_that_its_warehouse_has_goes_on_and_somebody_speaks_with_it() -> None:
    asked = a_transfer().given(ordered(), granted()).when(TransferCancelled("a mistake"))
    asked.then(state="ordered", opens="transfer_not_cancelled")
    assert not asked.all(Release)
    nothing = TransferShipped(TransferAdvice(COMPANY, "T1", "S1", "north", "south", MORNING, ()))
    scenario = asked.when(nothing).then(closes="transfer_not_cancelled", state="closed", finished=True)
    assert scenario.one(Release).reservations == ("r1",)


def test_goods_that_left_before_the_cancellation_came_are_told_of_until_they_have_arrived() -> None:
    scenario = (
        under_way().when(TransferCancelled("a mistake")).then(opens="transfer_not_cancelled", state="in_transfer")
    )
    scenario.when(received("10", final=True)).then(closes="transfer_not_cancelled", state="received", opens=())


def test_a_transfer_that_makes_no_sense_is_over_once_it_is_cancelled() -> None:
    scenario = a_transfer().given(ordered(("1", "NOBODY", "1"))).when(TransferCancelled("a typing error"))
    scenario.then(closes="transfer_invalid", state="closed", finished=True)
