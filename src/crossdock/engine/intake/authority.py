"""Facts that their source may not state: held, and the stock they speak of marked as doubtful until a person decides.

The rule that holds a fact is named in the document's fault and beside what is kept back. Once a person released the
document, its facts count; once it is dismissed, they never will; either way nothing is kept back any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import msgspec

from crossdock.engine.context import EngineContext
from crossdock.engine.writes import Writes
from crossdock.events.envelope import Envelope
from crossdock.events.inventory import InventoryAdjusted, InventoryReported
from crossdock.events.reconciliation import StockCounted
from crossdock.events.returns import ReturnProgressed
from crossdock.events.sales_order import SalesOrderPlaced, WarehouseProgressed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted, InventoryHoldCarriedOut
from crossdock.events.transfer import TransferOrdered, TransferReceived, TransferShipped
from crossdock.inventory.keeping.keeper import share_of
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.model.quantity import ZERO
from crossdock.rules.stock_policy import Subject, first
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import identifiers, literals

SQL = load_queries(Path(__file__).with_name("authority.sql"))
HELD_FACT = "held_fact"


class SpokenOf(NamedTuple):
    """What a fact is about: the warehouse or channel that narrows who may state it, and the items it changes there."""

    of: str = ""
    items: tuple[str, ...] = ()


class HeldGoods(NamedTuple):
    """Items at a location that a held document speaks of, and the rule that holds it."""

    document: UUID
    portion: int
    company_id: str
    location: str
    items: tuple[str, ...]
    rule: str
    cause: Envelope


def spoken_of(body: msgspec.Struct) -> SpokenOf:
    """Where a fact plays, and of which stock it speaks. A fact that narrows to nothing speaks of no stock."""
    match body:
        case GoodsReceiptPosted(receipt=receipt):
            return SpokenOf(receipt.warehouse, _items(receipt.lines))
        case InventoryHoldCarriedOut(hold=hold):
            return SpokenOf(hold.warehouse)
        case InventoryAdjusted(adjustment=adjustment):
            return SpokenOf(adjustment.warehouse, _items(adjustment.lines))
        case InventoryReported(report=report):
            return SpokenOf(report.warehouse, _items(report.levels))
        case WarehouseProgressed(progress=progress):
            return SpokenOf(progress.warehouse, _items(progress.lines))
        case ShipmentDispatched(advice=advice):
            return SpokenOf(advice.warehouse, _items(line for order in advice.orders for line in order.lines))
        case ReturnProgressed(progress=returned):
            return SpokenOf(returned.warehouse, _items(returned.lines))
        case TransferShipped(advice=sent):
            return SpokenOf(sent.from_location, _items(sent.lines))
        case TransferReceived(receipt=arrived):
            return SpokenOf(arrived.warehouse, _items(arrived.lines))
        case SalesOrderPlaced(order=order):
            return SpokenOf(order.channel)
        case StockCounted(statement=counted):
            return SpokenOf(counted.location, _items(counted.levels))
        case TransferOrdered():
            return SpokenOf()
    return SpokenOf()


def _items(lines: Iterable[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(sorted({line.item for line in lines}))  # type: ignore[attr-defined]


async def vouched_for(tx: Connection, documents: Sequence[UUID]) -> dict[UUID, UUID]:
    """Document -> the one whose held facts a person let count by releasing it."""
    return {row[0]: row[1] for row in await tx.fetch(SQL.vouched_for, identifiers(documents))}


async def mark_doubtful(tx: Connection, context: EngineContext, held: Sequence[HeldGoods], writes: Writes) -> None:
    """Keep back what the haircut for held facts says of every position that held documents speak of; where no haircut
    says anything, nothing is kept back and the position is marked all the same."""
    rows = sorted({(one.company_id, item, one.location) for one in held for item in one.items})
    if not rows:
        return
    on_hand: dict[tuple[str, str, str], list[tuple[str, Decimal]]] = {}
    for company, item, location, pool, quantity in await tx.fetch(SQL.on_hand, *literals(rows)):
        on_hand.setdefault((company, item, location), []).append((pool, quantity))
    for one in held:
        on = context.reads.date_at(one.company_id, one.cause.occurred_at)
        for item in one.items:
            cut = first(context.stock_policies.haircuts, Subject(one.company_id, item, one.location), on)
            for pool, quantity in on_hand.get((one.company_id, item, one.location), [("", ZERO)]):
                key = f"held/{one.document}/{one.portion}/{item}/{one.location}/{pool}"
                kept = share_of(quantity, cut.percent) if cut else ZERO
                writes.ledger.append(
                    SafetyRequest(
                        one.company_id, key, item, one.location, kept, pool, "", HELD_FACT,
                        f"raw/{one.document}", one.rule, marked=True,
                    )
                )  # fmt: skip


async def let_go(tx: Connection, documents: Iterable[UUID], writes: Writes) -> None:
    """A person decided about held documents: nothing is kept back because of them any more."""
    sources = [f"raw/{document}" for document in documents]
    if not sources:
        return
    for company, item, location, pool, source in await tx.fetch(SQL.kept_back_of, sources):
        key = f"decided/{source}/{item}/{location}/{pool}"
        writes.ledger.append(
            SafetyRequest(company, key, item, location, ZERO, pool, reason=HELD_FACT, source=source, rule="decided")
        )
