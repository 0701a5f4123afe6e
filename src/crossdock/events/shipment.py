"""Facts about shipments to customers."""

from __future__ import annotations

import msgspec

from crossdock.events.registry import event
from crossdock.model.fulfillment import Milestone, WarehouseShippingAdvice


@event()
class ShipmentDispatched(msgspec.Struct, frozen=True):
    """A warehouse handed goods of one or more orders to the carrier."""

    advice: WarehouseShippingAdvice


@event()
class MilestoneReached(msgspec.Struct, frozen=True):
    """The carrier told of progress."""

    milestone: Milestone
