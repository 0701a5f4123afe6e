"""The sandbox WMS joined to the port."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors._kit.signatures import StandardWebhooks
from crossdock.connectors.sandbox_wms import client, mapping
from crossdock.connectors.sandbox_wms.parts.site import Site
from crossdock.connectors.sandbox_wms.settings import SandboxWmsSettings
from crossdock.ports.connector import RawDocument, RawPage, References, Translation
from crossdock.project.network import Network, System


class SandboxWms(HttpConnector):
    """Takes advices and shipping orders; tells by webhook what the warehouse did."""

    polls: tuple[str, ...] = ("messages", "opening_stock", "stock")
    events = frozenset(mapping.READERS)
    writers = mapping.WRITERS
    check_path = client.STOCK

    def __init__(self, http: HttpClient, site: Site, webhooks: StandardWebhooks | None = None) -> None:
        super().__init__(site.system, http, webhooks)
        self._site = site

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """The opening stock, once; the stock as it is now; messages it told before."""
        fetched = {"messages": client.messages, "stock": client.stock}.get(kind, client.opening_stock)
        async for page in fetched(self.client, cursor):
            yield page

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a webhook or a polled report says."""
        return mapping.to_canonical(raw, self._site)

    def reply(self, content: bytes) -> str:
        """The WMS's own id."""
        return client.order_id(content)


def connect(system: System, network: Network) -> SandboxWms:
    """A connection to the WMS that `system` describes; whose warehouse is whose is the network's."""
    settings = settings_of(system, SandboxWmsSettings)
    http = HttpClient(
        settings.url,
        settings.token,
        timeout_seconds=system.limits.timeout_seconds,
        connections=system.limits.concurrency,
    )
    site = Site(system.name, (system.of, *network.locations), system.companies)
    return SandboxWms(http, site, StandardWebhooks(settings.webhook_secrets))


SANDBOX_WMS = ConnectorType("crossdock.connectors.sandbox_wms", SandboxWmsSettings, connect)
