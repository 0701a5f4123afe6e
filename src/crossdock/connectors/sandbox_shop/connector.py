"""The sandbox shop joined to the port."""

from __future__ import annotations

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors.sandbox_shop import client, mapping
from crossdock.connectors.sandbox_shop.settings import SandboxShopSettings
from crossdock.ports.connector import Fault, RawDocument, References, Translation
from crossdock.project.network import Network, System


class SandboxShop(HttpConnector):
    """Told what may be promised and how its orders stand."""

    writers = mapping.WRITERS
    check_path = client.STOCK_LEVELS

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """Nothing is expected this way: the shop's orders are calls of our API."""
        return Translation(faults=(Fault("unexpected_document", f"{self.name} sends nothing by {raw.kind}"),))


def connect(system: System, network: Network) -> SandboxShop:
    """A connection to the shop that `system` describes."""
    settings = settings_of(system, SandboxShopSettings)
    http = HttpClient(
        settings.url,
        settings.token,
        timeout_seconds=system.limits.timeout_seconds,
        connections=system.limits.concurrency,
    )
    return SandboxShop(system.name, http)


SANDBOX_SHOP = ConnectorType("crossdock.connectors.sandbox_shop", SandboxShopSettings, connect)
