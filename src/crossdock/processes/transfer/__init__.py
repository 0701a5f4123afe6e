"""Transfer: goods that go from one of our locations to another."""

from crossdock.processes.transfer.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
