"""Returns in a simulated warehouse: they arrive a day or two after they were announced, and are judged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import msgspec

from crossdock.sandbox.books import Body
from crossdock.sandbox.clock import instant
from crossdock.sandbox.intake import Taken, text
from crossdock.sandbox.wms_stock import Floor


class ReturnedLine(msgspec.Struct, frozen=True):
    """Line of a return advice."""

    line: str
    sku: str
    qty: Decimal


class ReturnAdvice(msgspec.Struct, frozen=True):
    """A return that was agreed to."""

    owner: str
    rma: str
    lines: tuple[ReturnedLine, ...]
    customer: str = ""


def by_rma(body: ReturnAdvice, parameters: tuple[str, ...]) -> tuple[str, str]:
    """The business key in the books, and the owner."""
    return body.rma, body.owner


class Returns:
    """From return advice to shelf or scrap."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._advices = 0

    def advise(self, body: ReturnAdvice, taken: Taken) -> Body:
        """A return advice arrives; the goods follow."""
        floor, stage = self._floor, self._floor.stage
        floor.system.book.effect("return_advice", body.rma, body.owner, taken.raw, taken.idempotency_key)
        self._advices += 1
        days = stage.chance.between(1, 2, "return-days", floor.site, body.rma)
        day = stage.calendar.next_working_day(stage.clock.now().date(), days)
        when = instant(day, dt.time(9)) + stage.chance.minutes(0, 300, "return-at", floor.site, body.rma)
        floor.system.plan(when, f"return/{body.rma}/{self._advices}", partial(self._receive, body))
        return {"id": f"RA{floor.settings.letter}{self._advices:06d}"}

    def _receive(self, body: ReturnAdvice, at: dt.datetime) -> None:
        stage = self._floor.stage
        for line in body.lines:
            self._floor.stock.levels[body.owner, line.sku].quarantined += line.qty
        self._tell(body, "received", at, [_line(line) for line in body.lines])
        later = stage.calendar.add(at, stage.chance.minutes(60, 240, "inspect", self._floor.site, body.rma))
        self._floor.system.plan(later, f"inspect/{body.rma}", partial(self._inspect, body))

    def _inspect(self, body: ReturnAdvice, at: dt.datetime) -> None:
        lines = []
        for line in body.lines:
            level = self._floor.stock.levels[body.owner, line.sku]
            key = ("verdict", self._floor.site, body.rma, line.line)
            scrapped = self._floor.stage.chance.happens(self._floor.settings.scrapped, *key)
            level.quarantined -= line.qty
            if not scrapped:
                level.on_hand += line.qty
            self._floor.stage.situations.lines["return_scrapped" if scrapped else "return_restocked"] += 1
            lines.append(_line(line) | {"verdict": "SCRAP" if scrapped else "RESTOCK"})
        self._tell(body, "inspected", at, lines)
        self._floor.goods_came(at)

    def _tell(self, body: ReturnAdvice, step: str, at: dt.datetime, lines: list[Body]) -> None:
        data: Body = {"rma": body.rma, "sequence": {"received": 1, "inspected": 2}[step], "lines": lines}
        self._floor.tell(f"return.{step}", body.rma, body.owner, at, data, (f"return {body.rma}",))


def _line(line: ReturnedLine) -> Body:
    return {"line": line.line, "sku": line.sku, "qty": text(line.qty)}
