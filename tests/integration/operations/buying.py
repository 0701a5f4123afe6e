"""Situations of buyers: an answer outside the terms, an invoice that does not match."""

from __future__ import annotations

import msgspec

from crossdock.engine.clock import set_clock
from crossdock.events.envelope import NewEvent
from crossdock.events.purchase_order import PurchaseOrderAcknowledged
from crossdock.log import BusinessKey, append, write_keys
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.engine.harness import NOW, Peer, context, settle
from tests.unit.processes.procure_to_pay import (
    INVOICE,
    ORDER,
    SUBJECT,
    acknowledged,
    announced,
    answer,
    charged,
    counted,
    delivered,
    functional,
    goods_receipt,
    one_line,
    reads,
    received,
    supplier_invoice,
)

UK = "albion_uk"
PRICIER = acknowledged(answer("10", "changed", "100", price="1.50"))


async def say(store: Store, *told: tuple[str, msgspec.Struct]) -> None:
    """Documents come in, and a worker does all there is to do."""
    events = [
        NewEvent(body=body, subject=subject, company_id=UK, occurred_at=NOW, source="test") for subject, body in told
    ]
    async with store.transaction() as tx:
        # It is the morning of the documents: nothing is overdue yet.
        await set_clock(tx, NOW, 1.0)
        await write_keys(tx, [BusinessKey(UK, "purchase_order", UK, ORDER, SUBJECT)])
        await write_keys(tx, [BusinessKey(UK, "goods_receipt", "north", "R1", f"goods_receipt/{UK}/north/R1")])
        await write_keys(tx, [BusinessKey(UK, "supplier_invoice", "brightware", "INV1", INVOICE)])
        await append(tx, events)
    await work(store)


RECEIPT = f"goods_receipt/{UK}/north/R1"


async def surplus(store: Store, quantity: str = "120", line: str = "10", item: str = "85123A") -> None:
    """More came than the order and its tolerance take: 100, and 5 per cent."""
    await answered(store, acknowledged(answer("10", "accepted", "100")))
    await say(store, (SUBJECT, announced("100")), (RECEIPT, goods_receipt(counted("1", ORDER, line, item, quantity))))


async def work(store: Store) -> None:
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = {name: Peer() for name in ("erp", "brightware", "wms_north")}  # type: ignore[dict-item]
    engine.reads = reads()
    await settle(engine)


async def answered(store: Store, reply: PurchaseOrderAcknowledged = PRICIER) -> None:
    await say(store, (SUBJECT, one_line()), (SUBJECT, delivered()), (SUBJECT, functional()), (SUBJECT, reply))


async def mismatched(store: Store) -> None:
    """Goods came, and the invoice asks for more than was agreed."""
    await answered(store, acknowledged(answer("10", "accepted", "100")))
    await say(store, (SUBJECT, announced("100")), (SUBJECT, received("100")))
    bill = supplier_invoice(charged("1", ORDER, "10", "100", "1.50"), total="150.00")
    await say(store, (INVOICE, bill))
