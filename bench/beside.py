"""Reservations beside the order flow: one API process, and two workers on the same stock with orders waiting for them.

Part of `bench.reserve`.
"""

from __future__ import annotations

import asyncio
import random
import statistics

from bench.flow import Workers, at_rest, warm
from bench.flow_world import AT, COMPANY, ITEMS, network_for_bench, order_call, stock_up, webhook_calls
from bench.reserve import CALLERS, ONE, SECONDS, Cell, load, publish
from crossdock.app import prepare
from crossdock.engine.clock import set_clock
from crossdock.engine.context import BATCH
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.requests import ReservationAnswer
from crossdock.operations.order_desk import OrderDesk
from crossdock.operations.webhook_desk import WebhookDesk
from crossdock.store import Store

# More than the workers get done in a round, so that they are busy through all of it.
ORDERS, ROUNDS = 1500, 3


async def beside_flow(url: str) -> tuple[Cell, float]:
    """What the callers got, and the events a second that cases handled meanwhile."""
    await prepare(url, network_for_bench())
    store = await Store.connect(url, min_size=4, max_size=8)
    await stock_up(store)
    async with store.transaction() as tx:
        await set_clock(tx, AT, 1)
    async with store.connection() as connection:
        await connection.execute("vacuum analyze")
    desk = ReservationDesk(store, publish)
    chooser = random.Random(5)

    async def reserve(key: str, item: str) -> ReservationAnswer:
        return await desk.reserve(COMPANY, key, item, (("north", "south")[int(item[1:]) % 2],), ONE)

    def anything() -> str:
        return f"I{chooser.randrange(ITEMS)}"

    cell, handled = Cell(), []
    for number in range(ROUNDS):
        await wait_in_line(store, number * ORDERS)
        with Workers(url, BATCH):
            await warm(store)
            before, _ = await handled_and_left(store)
            cell.add(await load(reserve, anything, CALLERS, SECONDS, f"beside-{number}"), SECONDS)
            after, waiting = await handled_and_left(store)
            await at_rest(store)
        assert waiting, "the workers had nothing to do in the end"
        handled.append((after - before) / SECONDS)
    await store.close()
    return cell, statistics.median(handled)


async def wait_in_line(store: Store, first: int) -> None:
    """Orders and all that the warehouse tells of them, before any worker is there."""
    orders, webhooks = OrderDesk(store), WebhookDesk(store)
    numbers = range(first, first + ORDERS)
    await asyncio.gather(*(orders.place(order_call(number)) for number in numbers))
    await asyncio.gather(*(webhooks.receive(call) for number in numbers for call in webhook_calls(number)))


async def handled_and_left(store: Store) -> tuple[int, int]:
    """Events that cases have read, and that wait for them."""
    async with store.transaction() as tx:
        row = await tx.fetchrow(
            "select coalesce(sum(c.position), 0)::bigint, sum(h.position - coalesce(c.position, 0))::bigint "
            "from log_head h left join checkpoint c on c.slot = h.slot and c.consumer = 'cases'"
        )
    return row[0], row[1]
