"""Return: a customer sends goods back."""

from crossdock.processes.return_.v1 import LIFECYCLE

__all__ = ["LIFECYCLE"]
