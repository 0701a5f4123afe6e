"""The sandbox's warehouse system: told what comes and what to ship, tells what it did."""

from crossdock.connectors.sandbox_wms.connector import SANDBOX_WMS, SandboxWms

__all__ = ["SANDBOX_WMS", "SandboxWms"]
