"""Sales order: from a customer's order to delivered and invoiced goods."""

from crossdock.processes.sales_order.v1 import LIFECYCLE

__all__ = ["LIFECYCLE"]
