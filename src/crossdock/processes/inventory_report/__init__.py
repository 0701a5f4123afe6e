"""Inventory report: a warehouse stated its stock."""

from crossdock.processes.inventory_report.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
