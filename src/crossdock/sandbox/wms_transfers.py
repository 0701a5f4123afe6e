"""Transfers in a simulated warehouse: what it sends to another site, and what it counts in from one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import instant
from crossdock.sandbox.intake import Refused, Taken, text
from crossdock.sandbox.wms_stock import Floor

_ARRIVES_AT = dt.time(9, 30)


class TransferLine(msgspec.Struct, frozen=True):
    """Line of a transfer order or advice."""

    line: str
    sku: str
    qty: Decimal


class TransferOrder(msgspec.Struct, frozen=True):
    """What is to go to another site."""

    owner: str
    transfer: str
    to_site: str
    lines: tuple[TransferLine, ...]


class TransferAdvice(msgspec.Struct, frozen=True):
    """What another site has sent here."""

    owner: str
    transfer: str
    shipment: str
    from_site: str
    lines: tuple[TransferLine, ...]
    eta: dt.date | None = None


def by_transfer(body: TransferOrder, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return body.transfer, body.owner


def by_shipment(body: TransferAdvice, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return f"{body.transfer}/{body.shipment}", body.owner


class Transfers:
    """From a transfer order to a lorry, and from a lorry to the shelf. What travels follows from the advice."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.lost: dict[tuple[str, str], Decimal] = {}
        """What does not arrive here, by transfer and line: set by whoever plays an accident."""

    def take(self, body: TransferOrder, taken: Taken) -> Body:
        """A transfer order arrives; the goods leave when they are picked."""
        floor, stage = self._floor, self._floor.stage
        if not body.lines or any(line.qty <= 0 for line in body.lines):
            raise Refused(422, "a transfer order has lines with quantities above 0")
        floor.system.book.effect("transfer_order", body.transfer, body.owner, taken.raw, taken.idempotency_key)
        minutes = stage.chance.minutes(*floor.settings.picks_minutes, "transfer", floor.site, body.transfer)
        when = stage.calendar.add(stage.clock.now(), minutes)
        floor.system.plan(when, f"transfer/{body.transfer}", partial(self._leave, body))
        return {"id": floor.number("TO")}

    def _leave(self, body: TransferOrder, at: dt.datetime) -> None:
        """What lies here and no order has been given leaves; the rest never does."""
        lines = []
        for line in body.lines:
            level = self._floor.stock.levels[body.owner, line.sku]
            quantity = min(line.qty, max(level.available, Decimal(0)))
            level.on_hand -= quantity
            if quantity:
                lines.append(_line(line, quantity))
        number = self._floor.number("TS")
        data: Body = {"transfer": body.transfer, "to_site": body.to_site, "shipment": number, "final": True}
        self._floor.tell("transfer.shipped", number, body.owner, at, data | {"lines": lines}, (body.transfer,))

    def advise(self, body: TransferAdvice, taken: Taken) -> Body:
        """A transfer advice arrives; the lorry follows."""
        floor, stage = self._floor, self._floor.stage
        key = f"{body.transfer}/{body.shipment}"
        floor.system.book.effect("transfer_advice", key, body.owner, taken.raw, taken.idempotency_key)
        now = stage.clock.now()
        day = body.eta or stage.calendar.next_working_day(now.date(), 1)
        when = max(now, instant(day, _ARRIVES_AT))
        floor.system.plan(when, f"transfer-in/{key}", partial(self._arrive, body))
        return {"id": floor.number("TA")}

    def _arrive(self, body: TransferAdvice, at: dt.datetime) -> None:
        lines = []
        for line in body.lines:
            quantity = line.qty - self.lost.get((body.transfer, line.line), Decimal(0))
            if quantity > 0:
                self._floor.stock.levels[body.owner, line.sku].on_hand += quantity
                lines.append(_line(line, quantity) | {"condition": "OK"})
        number = self._floor.number("TR")
        data: Body = {"transfer": body.transfer, "receipt": number, "final": True, "lines": lines}
        self._floor.tell("transfer.received", number, body.owner, at, data, (body.transfer,))
        self._floor.goods_came(at)


def _line(line: TransferLine, quantity: Decimal) -> Body:
    return {"line": line.line, "sku": line.sku, "qty": text(quantity)}
