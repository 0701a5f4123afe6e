"""What a channel shows against what it was told: does it, and if not, why?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import asyncpg
import msgspec

from crossdock.model.quantity import ZERO
from crossdock.ports.connector import ShownLevel

LOST, OLD, SOLD, INACTIVE, UNKNOWN = "lost write", "old version", "sold since", "listing inactive", "unknown"
PATIENCE = 3
"""So often a number is told again before a person is told that this does not help; and so many times in a row goods
that a channel sold may be unknown to us before that is a problem."""
_CLOCKS_DIFFER = dt.timedelta(minutes=5)


class Seen(msgspec.Struct, frozen=True):
    """One item looked at: what it should show, what it shows, and why that differs."""

    item: str
    told: Decimal
    version: int
    level: ShownLevel | None
    cause: str
    tries: int
    told_at: dt.datetime | None = None
    sold: Decimal = ZERO
    """What we know that the channel sold since it was told: promised, or in orders that a person must look at first."""

    @property
    def is_problem(self) -> bool:
        """Sales that we do not know yet are on their way to us as orders: only when they stay unknown, a problem."""
        return bool(self.cause) and (self.cause != SOLD or self.tries >= PATIENCE)


def judge(told: Mapping[str, object] | asyncpg.Record, level: ShownLevel | None, sold: Decimal) -> Seen:
    """What a channel shows of an item against what it was told; `sold` is what we know it sold since."""
    quantity, version = Decimal(str(told["quantity"])), int(str(told["version"]))
    cause = _cause(quantity, version, told["told_at"], level, sold)
    tries = int(str(told["tries"])) + 1 if cause else 0
    told_at = told["told_at"]
    at = told_at if isinstance(told_at, dt.datetime) else None
    return Seen(str(told["item"]), quantity, version, level, cause, tries, at, sold)


def _cause(told: Decimal, version: int, told_at: object, level: ShownLevel | None, sold: Decimal) -> str:
    if level is None:
        return LOST
    if not level.active:
        return INACTIVE
    if level.version is not None and level.version > version:
        return OLD  # somebody else told it a newer one
    if level.version is not None and level.version < version:
        return OLD if _written_after(level, told_at) else LOST
    if level.quantity != max(told - level.sold, ZERO):
        return "" if level.quantity == max(told - sold, ZERO) else UNKNOWN
    if level.sold > sold:  # where somebody else wrote under the number of our version before it came, that is not ours
        return LOST if _written_before(level, told_at) else SOLD
    return ""


def _written_before(level: ShownLevel, told_at: object) -> bool:
    """Was it written before we told it, by more than clocks differ?"""
    if level.changed_at is None or not isinstance(told_at, dt.datetime):
        return False
    return level.changed_at < told_at - _CLOCKS_DIFFER


def _written_after(level: ShownLevel, told_at: object) -> bool:
    """Did the older number come over the newer one? Channels tell the time in whole seconds."""
    if level.changed_at is None or not isinstance(told_at, dt.datetime):
        return False
    return level.changed_at >= told_at.replace(microsecond=0)
