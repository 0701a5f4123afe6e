"""Settings of the sandbox marketplace."""

from __future__ import annotations

from typing import Annotated

import msgspec

from crossdock.connectors._kit import HttpSettings


class SandboxMarketplaceSettings(HttpSettings, frozen=True, kw_only=True):
    """Where the marketplace is and how much it is asked at once."""

    page_size: Annotated[int, msgspec.Meta(ge=1, le=500, description="Orders per poll", examples=[100])] = 100
