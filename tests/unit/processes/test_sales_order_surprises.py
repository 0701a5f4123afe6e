"""The specification of the sales order process: what nobody foresaw still moves goods, and a person hears of it."""

from __future__ import annotations

from decimal import Decimal

from crossdock.events.sales_order import SalesOrderCancelled
from crossdock.processes._kit import Release
from tests.unit.processes.order_to_cash import (
    granted,
    ordered,
    placed,
    promised,
    sales_order,
)

# --- cancelled before the ledger answered


def test_a_refusal_that_reaches_a_cancelled_line_leaves_the_promises_of_the_others() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)))
    order.when(promised(granted("1"), refused=(("2", Decimal(10)),)))
    order.then(
        line_state={"1": "released", "2": "cancelled"},
        sends=("sales_order", "warehouse_shipping_order", "order_status"),
    )
    assert (order.line("2").cancelled, order.line("2").refused) == (10, 0)


def test_a_line_cancelled_before_it_was_promised_in_part_gives_all_of_it_back() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)))
    order.when(promised(granted("1"), granted("2", "6"), refused=(("2", Decimal(4)),)))
    order.then(line_state={"1": "released", "2": "cancelled"})
    assert order.one(Release).reservations == ("r2-north",)
