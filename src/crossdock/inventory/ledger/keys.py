"""What rows of the books are known by."""

from __future__ import annotations

PositionKey = tuple[str, str, str, str]
"""Company, item, location, pool."""
ItemKey = tuple[str, str]
"""Company, item."""
SupplyKey = tuple[str, str, str]
"""Company, source, line."""
KeptKey = tuple[PositionKey, str, str]
"""Position, reason, source."""
