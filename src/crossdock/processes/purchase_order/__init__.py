"""Purchase order: what we ordered from a supplier, from the ERP's order to the matched invoice."""

from crossdock.processes.purchase_order.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
