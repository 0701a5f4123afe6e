"""The sandbox shop joined to the port."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors._kit.levels import read_levels
from crossdock.connectors.sandbox_shop import client, mapping
from crossdock.connectors.sandbox_shop.settings import SandboxShopSettings
from crossdock.ports.connector import Fault, RawDocument, References, ShownLevel, Translation
from crossdock.project.network import Network, System


class SandboxShop(HttpConnector):
    """Told what may be promised and how its orders stand."""

    writers = mapping.WRITERS
    check_path = client.STOCK_LEVELS

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """Nothing is expected this way: the shop's orders are calls of our API."""
        return Translation(faults=(Fault("unexpected_document", f"{self.name} sends nothing by {raw.kind}"),))

    async def levels(self, company_id: str, items: Sequence[str] = ()) -> list[ShownLevel]:
        """What the shop shows."""
        return await read_levels(self.client, client.STOCK_LEVELS, company_id, items)


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
