"""The sandbox's web shop: places orders through our API, is told stock levels and how its orders stand."""

from crossdock.connectors.sandbox_shop.connector import SANDBOX_SHOP, SandboxShop

__all__ = ["SANDBOX_SHOP", "SandboxShop"]
