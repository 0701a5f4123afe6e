"""Facts about transfers between our own locations."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from crossdock.events.registry import event
from crossdock.model.transfer import LossAccount, TransferAdvice, TransferOrder, TransferReceipt


@event()
class TransferOrdered(msgspec.Struct, frozen=True):
    """Goods are to go from one of our locations to another."""

    order: TransferOrder


@event()
class TransferShipped(msgspec.Struct, frozen=True):
    """The sending warehouse let goods of a transfer go."""

    advice: TransferAdvice


@event()
class TransferReceived(msgspec.Struct, frozen=True):
    """The receiving warehouse counted goods of a transfer in."""

    receipt: TransferReceipt


@event()
class TransferWrittenOff(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person gave up what did not arrive: (line, quantity) each, or all that is still under way."""

    account: LossAccount
    reason: str
    lines: tuple[tuple[str, Decimal], ...] = ()


@event()
class TransferCancelled(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person takes back a transfer of which nothing has left. `order_skipped`: its transfer order went to the sending
    warehouse no more, a person had decided so."""

    reason: str
    order_skipped: bool = False
