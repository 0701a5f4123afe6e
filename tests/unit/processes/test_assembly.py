"""Goods made of goods: one movement, conserved by the bill of materials."""

from decimal import Decimal

from crossdock.events.assembly import GoodsAssembled
from crossdock.events.inventory import StockWentNegative
from crossdock.model.assembly import Assembly, AssemblyLine, BillLine
from crossdock.model.quantity import Quantity
from crossdock.processes import assembly
from crossdock.processes._kit import Move, OpenExceptionCase
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case

BILL = (BillLine("SET", "CARD", Decimal(1)), BillLine("SET", "CUP", Decimal(2)))


def line(name: str, item: str, quantity: str) -> AssemblyLine:
    return AssemblyLine(name, item, Quantity(Decimal(quantity)))


def made(cups: str = "10", broken: tuple[AssemblyLine, ...] = ()) -> GoodsAssembled:
    parts = (line("in-1", "CUP", cups), line("in-2", "CARD", "5"))
    kits = (line("out-1", "SET", "5"),)
    return GoodsAssembled(Assembly(COMPANY, "AS-1", "north", "assembly", MORNING, parts, kits, BILL, scrapped=broken))


def an_assembly() -> Scenario:
    reads = StaticReads(systems={("erp", ""): "erp"})
    return case(assembly.LIFECYCLE, f"assembly/{COMPANY}/north/AS-1", reads=reads)


def moves(scenario: Scenario) -> list[tuple[str, str, str, Decimal]]:
    return [(one.item, one.from_state, one.to_state, one.quantity) for one in scenario.one(Move).lines]


def test_components_leave_and_kits_enter_stock_in_one_movement_and_the_erp_is_told() -> None:
    scenario = an_assembly().when(made()).then(opens=(), sends="inventory_adjustment", state="booked", finished=True)
    assert moves(scenario) == [
        ("CUP", "unrestricted", "assembly", 10),
        ("CARD", "unrestricted", "assembly", 5),
        ("SET", "assembly", "unrestricted", 5),
    ]
    told = scenario.sent("inventory_adjustment").lines
    assert [(one.item, one.quantity.amount) for one in told] == [("CUP", -10), ("CARD", -5), ("SET", 5)]


def test_what_broke_on_the_way_is_scrap_and_keeps_the_balance() -> None:
    scenario = an_assembly().when(made("11", (line("scrap-1", "CUP", "1"),))).then(opens=())
    assert moves(scenario)[-1] == ("CUP", "assembly", "scrap", 1)


def test_goods_won_or_lost_by_an_assembly_are_booked_and_asked_about() -> None:
    scenario = an_assembly().when(made("9")).then(opens="assembly_unbalanced", state="booked")
    assert scenario.one(OpenExceptionCase).detail == "CUP: 9 went in, 10 came out"


def test_the_same_assembly_again_changes_nothing() -> None:
    an_assembly().given(made()).when(made()).then(nothing=True)


def test_components_that_the_books_do_not_have_are_a_question_for_the_warehouse() -> None:
    below = StockWentNegative("CUP", "north", Decimal("-1970.0"), "6d9e94e8275a2941")
    scenario = an_assembly().given(made()).when(below).then(opens="stock_negative")
    assert scenario.one(OpenExceptionCase).detail == "CUP in north stands at -1970"
