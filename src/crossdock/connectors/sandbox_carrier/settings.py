"""Settings of the sandbox carrier."""

from __future__ import annotations

from crossdock.connectors._kit.settings import WebhookSettings


class SandboxCarrierSettings(WebhookSettings, frozen=True, kw_only=True):
    """Where the carrier is and how its webhooks are signed."""
