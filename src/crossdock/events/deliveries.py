"""Facts about outgoing documents, told to the case that sent them."""

from __future__ import annotations

from uuid import UUID

import msgspec

from crossdock.events.registry import event


@event()
class DocumentDelivered(msgspec.Struct, frozen=True, omit_defaults=True):
    """The receiver has it. `reply` is the receiver's own reference, such as a tracking number."""

    delivery_id: UUID
    document: str
    system: str
    number: str
    reply: str = ""


@event()
class DocumentUndeliverable(msgspec.Struct, frozen=True, omit_defaults=True):
    """It will not be tried again by itself: refused, unknown outcome, or given up. It is a dead letter."""

    delivery_id: UUID
    document: str
    system: str
    number: str
    code: str
    detail: str
