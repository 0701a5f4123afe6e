"""Facts about goods that are made of other goods."""

from __future__ import annotations

import msgspec

from crossdock.events.registry import event
from crossdock.model.assembly import Assembly


@event()
class GoodsAssembled(msgspec.Struct, frozen=True):
    """Kits were assembled or taken apart, or goods were packed anew."""

    assembly: Assembly
