"""Our goods at a customer's: sent there, never promised, paid for when used, and taken back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from crossdock.events.consumption import GoodsConsumed
from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import PromisedLine, StockPromised, StockWentNegative
from crossdock.events.transfer import TransferCancelled, TransferOrdered, TransferReceived, TransferShipped
from crossdock.model.consumption import Consumption, ConsumptionLine
from crossdock.model.masterdata import Item
from crossdock.model.quantity import Money, Price, Quantity
from crossdock.model.transfer import TransferAdvice, TransferLine, TransferOrder, TransferReceipt, TransferReceiptLine
from crossdock.processes import consumption, transfer
from crossdock.processes._kit import ExpectSupply, Move, OpenExceptionCase, Reserve, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case

FRIDAY = dt.date(2010, 12, 3)
HARBOUR = "consignment_out:17850"


def ea(quantity: str) -> Quantity:
    return Quantity(Decimal(quantity))


def reads(**others: Any) -> StaticReads:
    items = [
        Item(COMPANY, "HEART", purchase_price=Price(Decimal(2), "GBP"), sales_price=Price(Decimal("2.55"), "GBP")),
        Item(COMPANY, "LAMP", sales_price=Price(Decimal("4.00"), "EUR")),
        Item(COMPANY, "CHEESE", sales_price=Price(Decimal(9), "GBP", Quantity(Decimal(1), "KGM"))),
    ]
    systems = {("wms", "north"): "wms_north", ("erp", ""): "erp"}
    return StaticReads(items=items, systems=systems, consignees={"harbour": "17850"}, **others)


def ordered(origin: str, destination: str) -> TransferOrdered:
    lines = (TransferLine("1", "HEART", ea("10")),)
    return TransferOrdered(TransferOrder(COMPANY, "T1", origin, destination, MORNING, lines, FRIDAY))


def granted() -> StockPromised:
    return StockPromised("transfer", (PromisedLine("1", "HEART", "north", Decimal(10), "r1"),))


def shipped() -> TransferShipped:
    lines = (TransferLine("1", "HEART", ea("10")),)
    return TransferShipped(TransferAdvice(COMPANY, "T1", "S1", "north", "harbour", MORNING, lines))


def received(quantity: str, at: str, number: str = "R1") -> TransferReceived:
    lines = (TransferReceiptLine("1", "HEART", ea(quantity)),)
    return TransferReceived(TransferReceipt(COMPANY, "T1", number, at, MORNING, lines))


def a_transfer() -> Scenario:
    return case(transfer.LIFECYCLE, f"transfer/{COMPANY}/T1", reads=reads())


def stock(scenario: Scenario) -> Counter[tuple[str, str, str]]:
    """What the moves of the last `when` change, by place, owner and state."""
    levels: Counter[tuple[str, str, str]] = Counter()
    for move in scenario.all(Move):
        for line in move.lines:
            levels[line.location, line.owner, line.from_state] -= int(line.quantity)
            levels[line.arrives_at, line.belongs_to, line.to_state] += int(line.quantity)
    return Counter({where: level for where, level in levels.items() if level})


def used(*lines: tuple[str, str], unit: str = "EA") -> GoodsConsumed:
    asked = lines or (("HEART", "4"),)
    taken = tuple(
        ConsumptionLine(str(n), item, Quantity(Decimal(quantity), unit)) for n, (item, quantity) in enumerate(asked, 1)
    )
    return GoodsConsumed(Consumption(COMPANY, "harbour", "17850", "W48", MORNING, taken))


def a_consumption() -> Scenario:
    return case(consumption.LIFECYCLE, f"consumption/{COMPANY}/harbour/W48", reads=reads(sends=("goods_movement",)))


def test_goods_that_arrive_at_a_customers_stay_ours_and_nobody_counts_on_them() -> None:
    under_way = a_transfer().given(ordered("north", "harbour"), granted(), shipped())
    scenario = under_way.when(received("10", "harbour")).then(state="received", finished=True)
    assert stock(scenario) == {("north", "own", "in_transfer"): -10, ("harbour", HARBOUR, "unrestricted"): 10}
    assert scenario.one(Move).lines[0].supply is None
    assert not a_transfer().given(ordered("north", "harbour")).when(granted()).all(ExpectSupply)


def test_what_comes_back_is_promised_to_nobody_and_moves_when_it_arrives() -> None:
    asked = a_transfer().when(ordered("harbour", "north")).then(state="ordered", sends=(), opens=(), expects="shipment")
    assert not asked.all(Reserve)
    scenario = asked.when(received("8", "north")).then(state="received")
    assert stock(scenario) == {("harbour", HARBOUR, "unrestricted"): -8, ("north", "own", "unrestricted"): 8}
    later = scenario.when(received("2", "north", "R2"))
    assert stock(later) == {("harbour", HARBOUR, "unrestricted"): -2, ("north", "own", "unrestricted"): 2}


def test_what_does_not_come_back_in_time_is_asked_about() -> None:
    asked = a_transfer().given(ordered("harbour", "north"))
    late = asked.when(ExpectationMissed("shipment", MORNING)).then(opens="transfer_not_shipped")
    assert late.one(OpenExceptionCase).detail == "harbour has not shipped transfer T1"
    late.when(received("10", "north")).then(closes="transfer_not_shipped", state="received")


def test_what_comes_back_although_the_customer_wanted_to_keep_it_is_no_longer_with_it() -> None:
    late = a_transfer().given(ordered("harbour", "north"), ExpectationMissed("shipment", MORNING))
    kept = late.when(TransferCancelled("the customer keeps them"))
    kept.then(closes="transfer_not_shipped", met="shipment", state="closed", finished=True)
    scenario = kept.when(received("10", "north")).then(state="received", opens=(), finished=True)
    assert stock(scenario) == {("harbour", HARBOUR, "unrestricted"): -10, ("north", "own", "unrestricted"): 10}


def test_what_a_customer_used_becomes_its_own_and_is_invoiced() -> None:
    scenario = (
        a_consumption()
        .when(used())
        .then(state="invoiced", finished=True, opens=(), sends=("goods_movement", "invoice"))
    )
    assert stock(scenario) == {("harbour", HARBOUR, "unrestricted"): -4, ("harbour", HARBOUR, "customer"): 4}
    invoice = scenario.sent("invoice")
    assert (invoice.number, invoice.recipient.id, invoice.total) == ("CONS-harbour.W48", "17850", Decimal("10.20"))
    (line,) = invoice.lines
    assert (line.item, line.quantity, line.price.amount) == ("HEART", ea("4"), Decimal("2.55"))


def test_prices_of_two_currencies_make_two_invoices() -> None:
    scenario = a_consumption().when(used(("HEART", "4"), ("LAMP", "1")))
    invoices = [sent.body for sent in scenario.all(Send) if sent.document == "invoice"]
    assert [(each.number, each.currency, each.total) for each in invoices] == [
        ("CONS-harbour.W48.EUR", "EUR", Decimal("4.00")),
        ("CONS-harbour.W48.GBP", "GBP", Decimal("10.20")),
    ]


def test_goods_without_a_price_for_their_unit_are_booked_and_asked_about() -> None:
    scenario = a_consumption().when(used(("CHEESE", "2"), ("HEART", "4")))
    scenario.then(state="unpriced", line_state={"1": "unpriced", "2": "invoiced"}, opens="consumption_not_priced")
    assert len(scenario.one(Move).lines) == 2
    assert [line.item for line in scenario.sent("invoice").lines] == ["HEART"]


def test_the_same_consumption_again_changes_nothing() -> None:
    a_consumption().given(used()).when(used()).then(nothing=True)


def test_more_used_than_lies_there_stands_and_is_asked_about() -> None:
    negative = StockWentNegative("HEART", "harbour", Decimal(-3), "e1")
    scenario = a_consumption().given(used()).when(negative).then(opens="stock_negative")
    assert scenario.one(OpenExceptionCase).money_at_risk == Money(Decimal("6.00"), "GBP")
