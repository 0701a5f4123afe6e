"""Stock shortage: a location has less than was promised from it."""

from crossdock.processes.stock_shortage.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
