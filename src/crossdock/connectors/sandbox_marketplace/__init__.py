"""The sandbox's marketplace: polled for orders it has already promised, told stock and status."""

from crossdock.connectors.sandbox_marketplace.connector import SANDBOX_MARKETPLACE, SandboxMarketplace

__all__ = ["SANDBOX_MARKETPLACE", "SandboxMarketplace"]
