"""Business processes: state tables and pure handlers `(case, event) -> effects`.

`PROCESSES` is the table of contents: every process by its name, which is the first part of its cases' ids.
"""

from typing import Any

from crossdock.processes import return_, sales_order, shipment
from crossdock.processes._kit import Lifecycle

_ALL: tuple[Lifecycle[Any], ...] = (
    # order to cash
    sales_order.LIFECYCLE,
    shipment.LIFECYCLE,
    return_.LIFECYCLE,
)

PROCESSES: dict[str, Lifecycle[Any]] = {process.name: process for process in _ALL}

__all__ = ["PROCESSES"]
