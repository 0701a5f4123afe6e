"""Settings of the sandbox WMS."""

from __future__ import annotations

from crossdock.connectors._kit.settings import WebhookSettings


class SandboxWmsSettings(WebhookSettings, frozen=True, kw_only=True):
    """Where the WMS is and how its webhooks are signed."""
