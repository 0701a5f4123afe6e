"""Consumption: a customer used goods of ours that lay with it on consignment."""

from crossdock.processes.consumption.v1 import CODES, LIFECYCLE

__all__ = ["CODES", "LIFECYCLE"]
