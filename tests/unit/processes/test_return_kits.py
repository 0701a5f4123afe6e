"""Kits that come back."""

from __future__ import annotations

from decimal import Decimal

from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.sales_order import SalesOrderLinesReturned
from crossdock.model.fulfillment import ReturnedLine, ReturnProgress
from crossdock.model.party import PartyRef
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.processes._kit import Emit
from crossdock.processes.return_ import LIFECYCLE
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, case
from tests.unit.processes.order_to_cash import item, moved, network, pieces, price

KITS = {"SET": {"CUP": Decimal(2), "PLATE": Decimal(1)}}


def agreed(*more: ReturnLine) -> Scenario:
    """Three kits may come back, and what is said beside them."""
    reads = network(kits=KITS, more=[item("SET", "9.00"), item("CUP"), item("PLATE")])
    line = ReturnLine("1", "SET", pieces("3"), price("9.00"), "536365", "2")
    told = ReturnAuthorization(COMPANY, "C1", PartyRef("17850"), "north", MORNING, "GBP", (line, *more), "shop")
    return case(LIFECYCLE, f"return/{COMPANY}/C1", reads=reads).when(ReturnAuthorized(told))


def told(step: str, *goods: tuple[str, str], sequence: int, verdict: str | None = None) -> ReturnProgressed:
    lines = tuple(ReturnedLine("1", item_id, pieces(quantity), verdict) for item_id, quantity in goods)  # type: ignore[arg-type]
    return ReturnProgressed(ReturnProgress(COMPANY, "north", "C1", step, MORNING, lines, sequence))  # type: ignore[arg-type]


def test_a_kit_is_announced_as_its_components() -> None:
    lines = agreed().sent("return_authorization").lines
    assert [(line.line, line.item, line.quantity.amount) for line in lines] == [
        ("1", "CUP", Decimal(6)), ("1", "PLATE", Decimal(3)),
    ]  # fmt: skip


def test_a_line_that_has_the_name_of_a_kits_component_stays_what_it_is() -> None:
    cups = ReturnLine("1:CUP", "CUP", pieces("4"), price("2.00"), "536365", "3")
    lines = agreed(cups).sent("return_authorization").lines
    assert [(line.line, line.item, line.quantity.amount) for line in lines] == [
        ("1", "SET", Decimal(3)), ("1:CUP", "CUP", Decimal(4)),
    ]  # fmt: skip


def test_components_that_came_back_are_booked_and_whole_kits_are_credited_and_told_to_the_order() -> None:
    scenario = agreed().when(told("received", ("CUP", "5"), ("PLATE", "3"), sequence=1))
    assert moved(scenario) == {("customer", "quarantined"): Decimal(8)}
    assert scenario.sent("credit_note").total == Decimal("18.00")
    assert scenario.one(Emit).body == SalesOrderLinesReturned("C1", (("2", Decimal(2)),))
    scenario.then(opens="return_quantity_differs", line_state={"1": "received"})
    scenario.when(told("received", ("CUP", "1"), sequence=2)).then(closes="return_quantity_differs")
    assert scenario.sent("credit_note").total == Decimal("9.00")
    goods = (("CUP", "6"), ("PLATE", "3"))
    scenario.when(told("inspected", *goods, sequence=3, verdict="restock"))
    scenario.then(state="inspected", line_state="inspected", finished=True)


def test_kits_that_the_warehouse_says_came_as_kits_are_booked_as_kits() -> None:
    scenario = agreed().when(told("received", ("SET", "3"), sequence=1)).then(opens=())
    assert scenario.sent("credit_note").total == Decimal("27.00")
    scenario.when(told("inspected", ("SET", "3"), sequence=2, verdict="restock"))
    scenario.then(state="inspected", line_state={"1": "inspected"}, finished=True)
