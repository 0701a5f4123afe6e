"""A goods receipt: booked as counted, whatever any order says."""

from decimal import Decimal
from typing import cast

from msgspec.structs import replace

from crossdock.events.purchase_order import PurchaseOrderLinesReceived
from crossdock.events.supplier_documents import ShipNoticeLinesReceived
from crossdock.model.quantity import Quantity
from crossdock.processes import goods_receipt as process
from crossdock.processes._kit import Emit, Move
from crossdock.testing.scenario import COMPANY, Scenario, StaticReads, case
from tests.unit.processes.procure_to_pay import counted, ea, goods_receipt, reads

ORDER_1, ORDER_2 = f"purchase_order/{COMPANY}/4500001", f"purchase_order/{COMPANY}/4500002"


def receipt(known: StaticReads | None = None) -> Scenario:
    return case(process.LIFECYCLE, f"goods_receipt/{COMPANY}/north/R1", reads=known or reads())


def told(scenario: Scenario) -> dict[str, object]:
    return {emit.subject: emit.body for emit in scenario.all(Emit)}


def test_good_goods_become_stock_as_the_supply_that_was_expected() -> None:
    scenario = (
        receipt()
        .when(goods_receipt(counted("1", "4500001", "10", "85123A", "100")))
        .then(
            sends="goods_receipt",
            emits=("PurchaseOrderLinesReceived", "ShipNoticeLinesReceived"),
            opens=(),
            line_state="booked",
            finished=True,
        )
    )
    (line,) = scenario.one(Move).lines
    assert (line.from_state, line.to_state, line.location, line.quantity) == ("supplier", "unrestricted", "north", 100)
    assert line.supply == (ORDER_1, "10")


def test_damaged_and_quarantined_goods_are_kept_apart() -> None:
    scenario = receipt().when(
        goods_receipt(
            counted("1", "4500001", "10", "85123A", "90"),
            counted("2", "4500001", "10", "85123A", "6", "damaged"),
            counted("3", "4500001", "10", "85123A", "4", "quarantined"),
        )
    )
    assert [line.to_state for line in scenario.one(Move).lines] == ["unrestricted", "damaged", "quarantined"]
    body = cast(PurchaseOrderLinesReceived, told(scenario)[ORDER_1])
    ((good, bad),) = [(line.good, line.bad) for line in body.lines]
    assert (good, bad) == (ea(90), ea(10))
    assert body.supplier == "brightware"


def test_goods_counted_in_another_unit_are_not_booked_and_asked_about() -> None:
    cases = replace(counted("2", "4500001", "10", "85123A", "10"), quantity=Quantity(Decimal(10), "CA"))
    scenario = receipt().when(goods_receipt(counted("1", "4500001", "10", "85123A", "90"), cases))
    scenario.then(opens="receipt_unknown_unit", line_state={"1": "booked", "2": "unexplained"})
    assert [line.line for line in scenario.one(Move).lines] == ["1"]
    assert [line.line for line in scenario.sent("goods_receipt").lines] == ["1"]
    assert [line.good for line in cast(PurchaseOrderLinesReceived, told(scenario)[ORDER_1]).lines] == [ea(90)]


def test_an_unknown_item_may_be_counted_in_two_units() -> None:
    pieces = counted("1", "4500001", "10", "NEW", "90")
    cases = replace(counted("2", "4500001", "10", "NEW", "1"), quantity=Quantity(Decimal(1), "CA"))
    scenario = receipt().when(goods_receipt(pieces, cases))
    body = cast(PurchaseOrderLinesReceived, told(scenario)[ORDER_1])
    assert [(line.good.amount, line.good.unit) for line in body.lines] == [(90, "EA"), (1, "CA")]


def test_one_receipt_over_two_orders_and_two_ship_notices_tells_each_of_its_own() -> None:
    scenario = receipt().when(
        goods_receipt(
            counted("1", "4500001", "10", "85123A", "60", notice="SN1"),
            counted("2", "4500001", "10", "85123A", "40", notice="SN2"),
            counted("3", "4500002", "20", "22423", "50", notice="SN2"),
            closes=("SN1",),
        )
    )
    bodies = told(scenario)
    assert sorted(bodies) == [
        ORDER_1,
        ORDER_2,
        f"ship_notice/{COMPANY}/brightware/SN1",
        f"ship_notice/{COMPANY}/brightware/SN2",
    ]
    first = cast(PurchaseOrderLinesReceived, bodies[ORDER_1])
    assert [(line.ship_notice, line.good) for line in first.lines] == [("SN1", ea(60)), ("SN2", ea(40))]
    assert (first.receipt, first.closes) == ("north/R1", ("SN1",))
    notices = [body for body in bodies.values() if isinstance(body, ShipNoticeLinesReceived)]
    assert [(len(body.lines), body.final) for body in notices] == [(1, True), (2, False)]
    assert notices[1].lines[1].line == "4500002/20"


def test_a_receipt_may_finish_a_notice_of_which_nothing_came() -> None:
    scenario = receipt().when(goods_receipt(counted("1", "4500001", "10", "85123A", "5"), closes=("SN1", "SN9")))
    body = told(scenario)[f"ship_notice/{COMPANY}/brightware/SN9"]
    assert body == ShipNoticeLinesReceived("north/R1", (), final=True)


def test_goods_without_an_order_are_moved_and_explained_by_a_person() -> None:
    scenario = (
        receipt()
        .when(goods_receipt(counted("1", "", "", "85123A", "5", notice=""), closes=()))
        .then(opens="receipt_unknown_order", sends="goods_receipt", emits=(), line_state="unexplained")
    )
    (line,) = scenario.one(Move).lines
    assert (line.supply, line.to_state) == (None, "unrestricted")


def test_goods_of_an_unknown_item_are_moved_and_explained_by_a_person() -> None:
    scenario = receipt().when(goods_receipt(counted("1", "4500001", "10", "99999", "5")))
    scenario.then(opens="receipt_unknown_item", emits=("PurchaseOrderLinesReceived", "ShipNoticeLinesReceived"))
    assert scenario.one(Move).lines[0].item == "99999"


def test_what_was_counted_too_much_is_taken_back() -> None:
    scenario = receipt().when(goods_receipt(counted("1", "4500001", "10", "85123A", "-5")))
    (line,) = scenario.one(Move).lines
    assert (line.from_state, line.to_state, line.quantity, line.supply) == ("unrestricted", "supplier", 5, None)


def test_a_receipt_of_an_unknown_supplier_cannot_tell_its_notices() -> None:
    event = goods_receipt(counted("1", "4500001", "10", "85123A", "5"), supplier="")
    receipt().when(event).then(opens="receipt_unknown_supplier", emits="PurchaseOrderLinesReceived")


def test_the_same_receipt_again_changes_nothing() -> None:
    event = goods_receipt(counted("1", "4500001", "10", "85123A", "100"))
    receipt().given(event).when(event).then(nothing=True)
