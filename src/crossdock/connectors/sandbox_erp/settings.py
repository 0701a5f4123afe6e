"""Settings of the sandbox ERP."""

from __future__ import annotations

from typing import Annotated

import msgspec

from crossdock.connectors._kit import HttpSettings


class SandboxErpSettings(HttpSettings, frozen=True, kw_only=True):
    """Where the ERP is and how much it is asked at once."""

    page_size: Annotated[int, msgspec.Meta(ge=1, le=1000, description="Changes per poll", examples=[200])] = 200
