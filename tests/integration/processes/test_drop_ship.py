"""Drop-ship through the real engine: a chain of documents from the order to the supplier's invoice, and empty books."""

from __future__ import annotations

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING
from tests.integration.engine.guarded import guard
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.integration.processes.test_order_to_cash import problems
from tests.unit.processes.drop_shipping import (
    INVOICE,
    NOTICE,
    NUMBER,
    PURCHASE_ORDER,
    SALES_ORDER,
    SHIPMENT,
    acknowledged,
    invoice,
    known,
    notice,
)
from tests.unit.processes.order_to_cash import ordered, placed
from tests.unit.processes.procure_to_pay import answer, functional
from tests.unit.processes.test_drop_ship import arrived


async def happen(store: Store, subject: str, body: msgspec.Struct) -> None:
    """A fact comes in, and everything that follows from it happens."""
    await say(store, NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=MORNING, source="test"))
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = {name: Peer() for name in ("erp", "shop", "carrier", "brightware")}
    engine.reads = known()
    await settle(engine)


async def test_from_the_customers_order_to_the_suppliers_invoice_without_any_stock(store: Store) -> None:
    await happen(store, SALES_ORDER, placed(ordered("1", "LAMP", "10", "30.00")))
    await happen(store, PURCHASE_ORDER, functional(number=NUMBER))
    await happen(store, PURCHASE_ORDER, acknowledged(answer("1", "accepted", "10", price="18.00")))
    await happen(store, NOTICE, notice())
    await happen(store, SHIPMENT, arrived())
    await happen(store, INVOICE, invoice())
    stand = dict(await rows(store, "select id, state from process_case"))
    assert stand == {
        SALES_ORDER: "delivered",
        PURCHASE_ORDER: "matched",
        NOTICE: "received",
        SHIPMENT: "delivered",
        INVOICE: "approved",
    }
    assert not await problems(store)
    assert await rows(store, "select count(*) from stock_movement") == [(0,)]
    assert await rows(store, "select count(*) from promise_position") == [(0,)]
    assert await rows(store, "select count(*) from expected_supply") == [(0,)]
    assert not (await guard(store, full=True)).findings
    links = await rows(store, "select subject, document from document_link where role = 'drop_ship' order by subject")
    assert links == [(PURCHASE_ORDER, SALES_ORDER), (SALES_ORDER, PURCHASE_ORDER)]
