"""Goods that a simulated warehouse is asked to keep apart, to let go, or to send away."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.intake import Refused, Taken, text
from crossdock.sandbox.wms_stock import Floor


class HeldLine(msgspec.Struct, frozen=True):
    """So much of one article."""

    line: str
    sku: str
    qty: Decimal
    stock_owner: str = "own"


class Hold(msgspec.Struct, frozen=True):
    """What is to be done with goods of a receipt."""

    owner: str
    hold: str
    receipt: str
    action: Literal["HOLD", "RELEASE", "REMOVE"]
    lines: tuple[HeldLine, ...]


def by_hold(body: Hold, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return body.hold, body.owner


class Holds:
    """Done at once: the label on the pallet is changed, the pallet stays where it is. What was given to an order in the
    meantime is missing from what can be sold until it is found."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def take(self, body: Hold, taken: Taken) -> Body:
        """Move it between the buckets, and tell."""
        floor, at = self._floor, self._floor.stage.clock.now()
        if not body.lines or any(line.qty <= 0 for line in body.lines):
            raise Refused(422, "a hold has lines with quantities above 0")
        floor.system.book.effect("inventory_hold", body.hold, body.owner, taken.raw, taken.idempotency_key)
        lines: list[Body] = []
        for line in body.lines:
            level = floor.stock.levels[body.owner, line.sku]
            held = line.qty if body.action == "HOLD" else -line.qty
            level.quarantined += held
            level.on_hand -= held if body.action != "REMOVE" else 0
            told: Body = {"line": line.line, "sku": line.sku, "qty": text(line.qty), "stock_owner": line.stock_owner}
            lines.append(told)
        data: Body = {"hold": body.hold, "receipt": body.receipt, "action": body.action, "lines": lines}
        floor.tell("stock.held", body.hold, body.owner, at, data, (body.receipt,))
        if body.action == "RELEASE":
            floor.goods_came(at)
        return {"id": floor.number("HD")}
