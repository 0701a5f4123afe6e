"""Supplier invoice: what a supplier asks for, until it is approved or a person looks at it."""

from crossdock.processes.supplier_invoice.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
