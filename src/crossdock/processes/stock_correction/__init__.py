"""Making two systems agree on stock again."""

from crossdock.processes.stock_correction.v1 import CODES, LIFECYCLE, TABLE

__all__ = ["CODES", "LIFECYCLE", "TABLE"]
