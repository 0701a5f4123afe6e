"""The sandbox's carrier: takes consignments, tells of their progress."""

from crossdock.connectors.sandbox_carrier.connector import SANDBOX_CARRIER, SandboxCarrier

__all__ = ["SANDBOX_CARRIER", "SandboxCarrier"]
