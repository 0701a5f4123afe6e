"""Inventory adjustment: a warehouse corrected its stock."""

from crossdock.processes.adjustment.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
