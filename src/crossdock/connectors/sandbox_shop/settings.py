"""Settings of the sandbox shop."""

from __future__ import annotations

from crossdock.connectors._kit import HttpSettings


class SandboxShopSettings(HttpSettings, frozen=True, kw_only=True):
    """Where the shop is."""
