"""Business processes: state tables and pure handlers `(case, event) -> effects`.

`PROCESSES` is the table of contents: every process by its name, which is the first part of its cases' ids.
"""

from typing import Any

from crossdock.processes import (
    adjustment,
    assembly,
    consumption,
    goods_receipt,
    inventory_report,
    lot_expiry,
    purchase_order,
    return_,
    sales_order,
    ship_notice,
    shipment,
    stock_correction,
    stock_shortage,
    stock_statement,
    supplier_invoice,
    transfer,
)
from crossdock.processes._kit import Lifecycle

_ALL: tuple[Lifecycle[Any], ...] = (
    # order to cash
    sales_order.LIFECYCLE,
    shipment.LIFECYCLE,
    return_.LIFECYCLE,
    # procure to pay
    purchase_order.LIFECYCLE,
    ship_notice.LIFECYCLE,
    goods_receipt.LIFECYCLE,
    supplier_invoice.LIFECYCLE,
    # stock as its warehouses tell it
    inventory_report.LIFECYCLE,
    adjustment.LIFECYCLE,
    assembly.LIFECYCLE,
    transfer.LIFECYCLE,
    consumption.LIFECYCLE,
    stock_shortage.LIFECYCLE,
    lot_expiry.LIFECYCLE,
    stock_statement.LIFECYCLE,
    stock_correction.LIFECYCLE,
)

PROCESSES: dict[str, Lifecycle[Any]] = {process.name: process for process in _ALL}

__all__ = ["PROCESSES"]
