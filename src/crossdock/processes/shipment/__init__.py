"""Shipment: goods on their way from a warehouse to a customer."""

from crossdock.processes.shipment.v1 import LIFECYCLE

__all__ = ["LIFECYCLE"]
