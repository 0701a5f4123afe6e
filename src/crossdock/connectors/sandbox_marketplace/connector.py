"""The sandbox marketplace joined to the port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors._kit.levels import read_levels, refused_items
from crossdock.connectors.sandbox_marketplace import client, mapping
from crossdock.connectors.sandbox_marketplace.settings import SandboxMarketplaceSettings
from crossdock.ports.connector import RawDocument, RawPage, References, ShownLevel, Translation
from crossdock.project.network import Network, System


class SandboxMarketplace(HttpConnector):
    """Polled for orders; told what may be promised and how its orders stand."""

    polls: tuple[str, ...] = ("orders",)
    writers = mapping.WRITERS
    check_path = client.ORDERS + "?cursor=&limit=1"

    def __init__(self, http: HttpClient, source: mapping.Source, page_size: int = 100) -> None:
        super().__init__(source.system, http)
        self._source = source
        self._page_size = page_size

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """Orders behind `cursor`."""
        async for page in client.orders(self.client, cursor, self._page_size):
            yield page

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a page of orders says."""
        return mapping.to_canonical(raw, self._source)

    async def levels(self, company_id: str, items: Sequence[str] = ()) -> list[ShownLevel]:
        """What the marketplace shows."""
        return await read_levels(self.client, client.STOCK, company_id, items)

    def reply(self, content: bytes) -> str:
        """Which articles it did not take, as a JSON list; nothing if it took all."""
        refused = refused_items(content)
        return msgspec.json.encode(refused).decode() if refused else ""

    def conflicts(self, reply: str) -> tuple[str, ...]:
        """The articles in such a reply."""
        return tuple(msgspec.json.decode(reply, type=list[str])) if reply else ()


def connect(system: System, network: Network) -> SandboxMarketplace:
    """A connection to the marketplace that `system` describes; `of` is its channel."""
    settings = settings_of(system, SandboxMarketplaceSettings)
    http = HttpClient(
        settings.url,
        settings.token,
        timeout_seconds=system.limits.timeout_seconds,
        connections=system.limits.concurrency,
    )
    source = mapping.Source(system.name, system.of or system.name, system.companies)
    return SandboxMarketplace(http, source, settings.page_size)


SANDBOX_MARKETPLACE = ConnectorType("crossdock.connectors.sandbox_marketplace", SandboxMarketplaceSettings, connect)
