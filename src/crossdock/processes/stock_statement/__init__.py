"""What a system says of its stock."""

from crossdock.processes.stock_statement.v1 import CODES, LIFECYCLE, TABLE

__all__ = ["CODES", "LIFECYCLE", "TABLE"]
