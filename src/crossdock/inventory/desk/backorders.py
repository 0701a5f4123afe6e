"""Callers whose request may wait: what stock does not cover is pegged to expected supply, as orders' backorders are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from crossdock.inventory.desk.batch import SQL
from crossdock.inventory.desk.endings import SQL as ENDINGS
from crossdock.inventory.desk.endings import claim_columns
from crossdock.inventory.desk.requests import (
    BACKORDER,
    DeskLine,
    DeskRequest,
    Granted,
    ReservationAnswer,
    Waiting,
    decode,
    encode,
)
from crossdock.inventory.desk.rules import StockRules
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.store import Connection
from crossdock.store.arrays import octets, texts


async def backorder(
    tx: Connection, request: DeskRequest, rules: StockRules
) -> tuple[ReservationAnswer, list[LedgerOutcome]]:
    """Promise what is there, and let the rest wait. A repeated key gets the first answer; raises `LedgerConflict` for
    a key that was used for something else."""
    own = (request.digest, request.company_id, request.key, "reserve", request.reference, request.source)
    if not await tx.fetch(ENDINGS.claim, *claim_columns([(*own, request.content, "")])):
        (row,) = await tx.fetch(SQL.answers, octets([request.digest]))
        if row["content"] != request.content:
            raise LedgerConflict(request.company_id, request.key)
        return decode(row["answer"]), []
    at: dt.datetime = await tx.fetchval("select business_now()")
    lines = [part for line in request.lines for part in await _parts(tx, request, line)]
    batch = rules.batch([_promise(request, lines)], at, "api")
    await batch.claim(tx)
    outcomes = await batch.post(tx)
    promised = batch.answers[0].promised
    assert promised is not None, "a promise is always answered"
    answer = ReservationAnswer(
        tuple(Granted(p.reservation, p.location, p.quantity, p.line, p.item) for p in promised.promised),
        waiting=tuple(
            Waiting(b.reservation, b.line, b.item, b.quantity, b.pegged, b.expected_on) for b in promised.backordered
        ),
    )
    await tx.execute(ENDINGS.answer, request.digest, encode(answer))
    return answer, outcomes


def _promise(request: DeskRequest, lines: Sequence[StockRequestLine]) -> PromiseRequest:
    return PromiseRequest(
        company_id=request.company_id,
        key=BACKORDER + request.key,
        subject="",
        kind="asked",
        lines=tuple(lines),
        source=request.channel or "api",
        request=request.reference,
        expires_at=request.expires_at,
        customer=request.customer,
    )


async def _parts(tx: Connection, request: DeskRequest, line: DeskLine) -> list[StockRequestLine]:
    """A line as the ledger is asked for it: of a kit, what is stocked at this moment, and sets of components for the
    rest. What is stocked is looked at without a lock: if it is gone by then, that part waits for kits."""
    if not line.components:
        return [StockRequestLine(line.line, line.item, line.quantity, line.locations)]
    free = await tx.fetchval(ENDINGS.free, request.company_id, line.item, texts(line.locations))
    kits = min(line.quantity, Decimal(free).to_integral_value(ROUND_FLOOR))
    parts = [StockRequestLine(line.line, line.item, kits, line.locations)] if kits else []
    if rest := line.quantity - kits:
        parts += [
            StockRequestLine(line.line, part.item, rest * part.per, line.locations, together=line.line, per=part.per)
            for part in line.components
        ]
    return parts
