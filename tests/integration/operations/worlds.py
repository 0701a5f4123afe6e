"""Situations for tests of what people do: an order under way, systems that refuse, documents nobody understands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from crossdock.engine.clock import read_clock
from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.identity import Actor
from crossdock.identity.actor import operator
from crossdock.log import uuid7
from crossdock.model.sales_order import SalesOrder
from crossdock.operations.context import Context
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.order_desk import OrderCall, OrderDesk
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.engine.harness import Peer, context, settle
from tests.unit.processes.order_to_cash import network, ordered, placed

ANNA: Actor = operator("anna")
ORDER = "sales_order/albion_uk/shop/536365"
SYSTEMS = ("erp", "wms_north", "wms_south", "carrier", "shop", "marketplace", "homestead")


async def at_work(store: Store) -> Context:
    async with store.transaction() as tx:
        now = (await read_clock(tx)).at(dt.datetime.now(dt.UTC))
    return Context(store, lambda: now)


async def order(store: Store, placed_order: SalesOrderPlaced | None = None) -> None:
    """An order comes in."""
    body: SalesOrder = (placed_order or placed(ordered("1"), reference="PO-77")).order
    await OrderDesk(store).place(
        OrderCall(
            use=KeyUse("shop", str(uuid4()), b"x" * 32),
            order=body,
            content=b'{"raw":"as it came"}',
            received_at=body.ordered_at,
            actor="shop",
            correlation_id=uuid7(),
        )
    )


async def work(
    store: Store,
    answers: Callable[[str], Callable[[Outgoing], Outcome]] = lambda _: lambda _: Delivered("ok"),
    **others: Peer,
) -> dict[str, Peer]:
    """A worker does all there is to do; each system answers as scripted, `others` are put in the place of some."""
    peers: Any = {name: Peer(answers(name)) for name in SYSTEMS} | others
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = peers
    engine.reads = network()
    await settle(engine)
    found: dict[str, Peer] = peers
    return found
