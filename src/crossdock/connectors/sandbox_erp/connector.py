"""The sandbox ERP joined to the port."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors.sandbox_erp import client, mapping
from crossdock.connectors.sandbox_erp.settings import SandboxErpSettings
from crossdock.ports.connector import RawDocument, RawPage, References, Translation
from crossdock.project.network import Network, System


class SandboxErp(HttpConnector):
    """Polled for master data, purchase orders, returns and stock; takes postings."""

    polls: tuple[str, ...] = ("items", "customers", "purchase_orders", "returns", "stock")
    writers = mapping.WRITERS
    check_path = client.CHANGES + "?object=items&cursor=&limit=1"

    def __init__(self, name: str, http: HttpClient, companies: tuple[str, ...], page_size: int = 200) -> None:
        super().__init__(name, http)
        self._companies = companies
        self._page_size = page_size

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        """Changes of one kind of object behind `cursor`; or the stock as it is now, with what was posted since."""
        if kind == "stock":
            async for page in client.stock(self.client, cursor):
                yield page
            return
        async for page in client.changes(self.client, kind, cursor, self._page_size):
            yield page

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a page of changes says."""
        return mapping.to_canonical(raw, self.name, self._companies)

    def reply(self, content: bytes) -> str:
        """The ERP's posting number."""
        return client.posting_number(content)


def connect(system: System, network: Network) -> SandboxErp:
    """A connection to the ERP that `system` describes."""
    settings = settings_of(system, SandboxErpSettings)
    http = HttpClient(
        settings.url,
        settings.token,
        timeout_seconds=system.limits.timeout_seconds,
        connections=system.limits.concurrency,
    )
    return SandboxErp(system.name, http, system.companies, settings.page_size)


SANDBOX_ERP = ConnectorType("crossdock.connectors.sandbox_erp", SandboxErpSettings, connect)
