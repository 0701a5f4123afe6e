"""Callers whose request the ledger itself decides, as it decides those of orders: what may wait is pegged to expected
supply, and what must keep is promised from lots that do.

All other callers are answered by the desk's own statements, which look at no lots.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from crossdock.events.inventory import StockPromised
from crossdock.inventory.desk.batch import SQL
from crossdock.inventory.desk.endings import SQL as ENDINGS
from crossdock.inventory.desk.endings import claim_columns
from crossdock.inventory.desk.requests import (
    BESIDE,
    DeskLine,
    DeskRequest,
    Granted,
    Missing,
    ReservationAnswer,
    Waiting,
    decode,
    encode,
)
from crossdock.inventory.desk.rules import StockRules
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.model.stock import MadeOf, PromiseRequest, StockRequestLine
from crossdock.store import Connection
from crossdock.store.arrays import octets

ZERO = Decimal(0)


async def ask_ledger(
    tx: Connection, request: DeskRequest, rules: StockRules
) -> tuple[ReservationAnswer, list[LedgerOutcome]]:
    """Answer as the request's mode says. A repeated key gets the first answer; raises `LedgerConflict` for a key that
    was used for something else."""
    own = (request.digest, request.company_id, request.key, "reserve", request.reference, request.source)
    if not await tx.fetch(ENDINGS.claim, *claim_columns([(*own, request.content, "")])):
        (row,) = await tx.fetch(SQL.answers, octets([request.digest]))
        if row["content"] != request.content:
            raise LedgerConflict(request.company_id, request.key)
        return decode(row["answer"]), []
    answer, outcomes = await _Asking(tx, request, rules, await tx.fetchval("select business_now()")).run()
    await tx.execute(ENDINGS.answer, request.digest, encode(answer))
    return answer, outcomes


class _Told(NamedTuple):
    """What the ledger said, and what of the lines it did not grant."""

    batch: LedgerBatch
    promised: StockPromised
    missing: list[Missing]
    outcomes: list[LedgerOutcome]


class _Undone(Exception):
    """Rolls back what was only asked to see what would be granted."""

    def __init__(self, told: _Told) -> None:
        super().__init__("the ledger was asked what it would grant")
        self.told = told


class _Asking:
    """One request in one transaction."""

    def __init__(self, tx: Connection, request: DeskRequest, rules: StockRules, at: dt.datetime) -> None:
        self.tx = tx
        self.request = request
        self.rules = rules
        self.at = at

    async def run(self) -> tuple[ReservationAnswer, list[LedgerOutcome]]:
        if self.request.mode == "whole":
            told = await self._whole()
        else:
            told = await self._ask(self.request.lines, waits=self.request.mode == "backorder")
        return self._answer(told), told.outcomes

    async def _whole(self) -> _Told:
        """All of it or nothing. If not all is there, lines that may come from the fewest locations are tried first:
        what only they can use must not go to others."""
        lines = self.request.lines
        told = await self._all_or_none(lines)
        if told.missing and len(lines) > 1:
            again = await self._all_or_none(sorted(lines, key=lambda line: len(line.locations)))
            told = told if again.missing else again
        return told

    async def _all_or_none(self, lines: Sequence[DeskLine]) -> _Told:
        try:
            async with self.tx.transaction():
                told = await self._ask(lines)
                if told.missing:
                    raise _Undone(told)
        except _Undone as undone:
            nothing = StockPromised(self.request.reference, (), (), (), ())
            told = undone.told._replace(promised=nothing, outcomes=[])
        return told

    async def _ask(self, lines: Sequence[DeskLine], *, waits: bool = False) -> _Told:
        request = self.request
        promise = PromiseRequest(
            company_id=request.company_id,
            key=BESIDE + request.key,
            subject="",
            kind="asked",
            lines=tuple(self._line(line) for line in lines),
            source=request.channel or "api",
            request=request.reference,
            backorder=waits,
            expires_at=request.expires_at,
            customer=request.customer,
        )
        batch = self.rules.batch([promise], self.at, "api")
        await batch.claim(self.tx)
        outcomes = await batch.post(self.tx)
        promised = batch.answers[0].promised
        assert promised is not None, "a promise is always answered"
        missing = [] if waits else [short for line in request.lines if (short := _short(line, promised)).quantity]
        return _Told(batch, promised, missing, outcomes)

    def _line(self, line: DeskLine) -> StockRequestLine:
        """A line as the ledger is asked for it. What a kit is made of must keep as long as the kit."""
        until = self.rules.keeps_until(self.request, line.item)
        made_of = tuple(
            MadeOf(part.item, part.per, _later(until, self.rules.keeps_until(self.request, part.item)))
            for part in line.components
        )
        return StockRequestLine(
            line.line, line.item, line.quantity, line.locations, keeps_until=until, made_of=made_of
        )  # fmt: skip

    def _answer(self, told: _Told) -> ReservationAnswer:
        if told.missing and not self.request.several and not told.promised.promised:
            return ReservationAnswer(free=told.missing[0].free)
        granted = tuple(
            Granted(p.reservation, p.location, p.quantity, p.line, p.item, told.batch.pool_of(p.reservation))
            for p in told.promised.promised
        )
        waiting = tuple(
            Waiting(b.reservation, b.line, b.item, b.quantity, b.pegged, b.expected_on)
            for b in told.promised.backordered
        )
        return ReservationAnswer(granted, missing=tuple(told.missing), waiting=waiting)


def _short(line: DeskLine, promised: StockPromised) -> Missing:
    """What a line did not get, in its own item: kits that are stocked and those made of components count alike."""
    got = _got(promised, line.line, line.item)
    if line.components:
        got += min(_got(promised, line.line, part.item) // part.per for part in line.components)
    return Missing(line.line, line.item, line.quantity - got, got)


def _got(promised: StockPromised, line: str, item: str) -> Decimal:
    return sum((p.quantity for p in promised.promised if (p.line, p.item) == (line, item)), ZERO)


def _later(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max((day for day in (one, other) if day is not None), default=None)
