"""The sandbox carrier joined to the port."""

from __future__ import annotations

from crossdock.connectors._kit import ConnectorType, HttpClient, HttpConnector, settings_of
from crossdock.connectors._kit.signatures import StandardWebhooks
from crossdock.connectors.sandbox_carrier import client, mapping
from crossdock.connectors.sandbox_carrier.settings import SandboxCarrierSettings
from crossdock.ports.connector import RawDocument, References, Translation
from crossdock.project.network import Network, System


class SandboxCarrier(HttpConnector):
    """Takes consignments and answers with a tracking number; tells progress by webhook."""

    events = frozenset(mapping.EVENTS)
    writers = mapping.WRITERS
    check_path = client.CONSIGNMENTS

    def translate(self, raw: RawDocument, references: References) -> Translation:
        """What a webhook says."""
        return mapping.webhook(raw, self.name)

    def reply(self, content: bytes) -> str:
        """The tracking number."""
        return client.tracking_number(content)


def connect(system: System, network: Network) -> SandboxCarrier:
    """A connection to the carrier that `system` describes."""
    settings = settings_of(system, SandboxCarrierSettings)
    http = HttpClient(
        settings.url,
        settings.token,
        timeout_seconds=system.limits.timeout_seconds,
        connections=system.limits.concurrency,
    )
    return SandboxCarrier(system.name, http, StandardWebhooks(settings.webhook_secrets))


SANDBOX_CARRIER = ConnectorType("crossdock.connectors.sandbox_carrier", SandboxCarrierSettings, connect)
