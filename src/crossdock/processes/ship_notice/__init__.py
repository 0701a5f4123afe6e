"""Ship notice: goods a supplier sent, from its announcement to the last receipt."""

from crossdock.processes.ship_notice.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
