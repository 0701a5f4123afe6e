"""Facts about goods of ours that lie with customers on consignment."""

from __future__ import annotations

import msgspec

from crossdock.events.registry import event
from crossdock.model.consumption import Consumption


@event()
class GoodsConsumed(msgspec.Struct, frozen=True):
    """A customer used goods of ours that lay with it: from then on they are its own, and it owes for them."""

    consumption: Consumption
