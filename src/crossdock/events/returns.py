"""Facts about returns."""

from __future__ import annotations

import msgspec

from crossdock.events.registry import event
from crossdock.model.fulfillment import ReturnProgress
from crossdock.model.sales_order import ReturnAuthorization


@event()
class ReturnAuthorized(msgspec.Struct, frozen=True):
    """A return was agreed to."""

    authorization: ReturnAuthorization


@event()
class ReturnProgressed(msgspec.Struct, frozen=True):
    """A warehouse received or inspected returned goods."""

    progress: ReturnProgress
