"""What warehouses say of their own stock: adjustments and reports."""

from decimal import Decimal

from crossdock.events.inventory import InventoryAdjusted, InventoryReported, StockWentNegative
from crossdock.model.fulfillment import InventoryAdjustment, InventoryAdjustmentLine, InventoryReport, StockLevel
from crossdock.processes import adjustment, inventory_report
from crossdock.processes._kit import Move, OpenExceptionCase
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, case
from tests.unit.processes.procure_to_pay import ea, reads


def adjusted(*changes: tuple[str, str]) -> InventoryAdjusted:
    lines = tuple(
        InventoryAdjustmentLine(str(n), item, ea(quantity), "count") for n, (item, quantity) in enumerate(changes, 1)
    )
    return InventoryAdjusted(InventoryAdjustment(COMPANY, "north", "ADJ1", MORNING, lines))


def reported(*levels: tuple[str, str], opening: bool = True) -> InventoryReported:
    rows = tuple(StockLevel(item, ea(quantity)) for item, quantity in levels)
    return InventoryReported(InventoryReport(COMPANY, "north", "OPEN-north", MORNING, rows, opening))


def an_adjustment() -> Scenario:
    return case(adjustment.LIFECYCLE, f"adjustment/{COMPANY}/north/ADJ1", reads=reads())


def a_report() -> Scenario:
    return case(inventory_report.LIFECYCLE, f"inventory_report/{COMPANY}/north/OPEN-north", reads=reads())


def states(scenario: Scenario) -> list[tuple[str, str, str, Decimal]]:
    return [(line.item, line.from_state, line.to_state, line.quantity) for line in scenario.one(Move).lines]


def test_what_was_lost_leaves_the_stock_and_what_was_found_enters_it() -> None:
    scenario = (
        an_adjustment()
        .when(adjusted(("85123A", "-3"), ("22423", "5")))
        .then(sends="inventory_adjustment", opens=(), line_state="booked", finished=True)
    )
    assert states(scenario) == [("85123A", "unrestricted", "adjustment", 3), ("22423", "adjustment", "unrestricted", 5)]


def test_an_adjustment_of_nothing_moves_nothing() -> None:
    assert not an_adjustment().when(adjusted(("85123A", "0"))).all(Move)


def test_an_unknown_item_is_adjusted_all_the_same() -> None:
    scenario = (
        an_adjustment().when(adjusted(("99999", "-1"))).then(opens="adjustment_unknown_item", line_state="unknown_item")
    )
    assert len(scenario.one(Move).lines) == 1


def test_the_same_adjustment_again_changes_nothing() -> None:
    an_adjustment().given(adjusted(("85123A", "-3"))).when(adjusted(("85123A", "-3"))).then(nothing=True)


def test_stock_below_zero_stands_and_is_owned_by_the_warehouse() -> None:
    event = StockWentNegative("85123A", "north", Decimal(-4), "entry")
    scenario = an_adjustment().given(adjusted(("85123A", "-10"))).when(event).then(opens="stock_negative")
    problem = scenario.one(OpenExceptionCase)
    assert problem.owner == "warehouse"
    assert problem.money_at_risk is not None
    assert problem.money_at_risk.amount == Decimal("4.00")


def test_an_opening_report_makes_the_first_balance() -> None:
    scenario = (
        a_report()
        .when(reported(("85123A", "10"), ("22423", "0"), ("47566", "-2")))
        .then(state="booked", opens=(), finished=True)
    )
    assert states(scenario) == [("85123A", "opening", "unrestricted", 10), ("47566", "unrestricted", "opening", 2)]


def test_any_other_report_is_kept_and_moves_nothing() -> None:
    a_report().when(reported(("85123A", "10"), opening=False)).then(nothing=True, state="recorded", finished=True)


def test_reported_items_that_we_do_not_know_are_told_once() -> None:
    scenario = a_report().when(reported(*[(f"X{n}", "1") for n in range(12)])).then(opens="report_unknown_item")
    assert scenario.one(OpenExceptionCase).detail.startswith("12 items: X0, X1")
    assert len(scenario.one(Move).lines) == 12


def test_the_same_report_again_changes_nothing() -> None:
    a_report().given(reported(("85123A", "10"))).when(reported(("85123A", "10"))).then(nothing=True)
