"""Connections to external systems, one folder per kind of system. `CONNECTORS` is what a network may name."""

from __future__ import annotations

from crossdock.connectors._kit.registry import ConnectorType
from crossdock.connectors.sandbox_carrier import SANDBOX_CARRIER
from crossdock.connectors.sandbox_erp import SANDBOX_ERP
from crossdock.connectors.sandbox_marketplace import SANDBOX_MARKETPLACE
from crossdock.connectors.sandbox_shop import SANDBOX_SHOP
from crossdock.connectors.sandbox_wms import SANDBOX_WMS

CONNECTORS: dict[str, ConnectorType] = {
    "sandbox_carrier": SANDBOX_CARRIER,
    "sandbox_erp": SANDBOX_ERP,
    "sandbox_marketplace": SANDBOX_MARKETPLACE,
    "sandbox_shop": SANDBOX_SHOP,
    "sandbox_wms": SANDBOX_WMS,
}
"""Connector code -> what makes it: `CONNECTORS[system.connector](system, network)`."""

__all__ = ["CONNECTORS", "ConnectorType"]
