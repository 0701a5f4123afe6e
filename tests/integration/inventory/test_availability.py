from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

from crossdock.inventory.availability import AvailableToPromise, Detail, Question, available_to_promise
from crossdock.inventory.availability.reading import SQL
from crossdock.store import Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, expect, pick, receive, tell


async def atp(store: Store, *locations: str, item: str = MUG) -> AvailableToPromise:
    async with store.transaction() as tx:
        question = Question(company_id=COMPANY, item=item, locations=locations or ("north",), on=AT.date())
        return await available_to_promise(tx, question, Detail(3))


async def test_the_answer_names_its_terms(store: Store) -> None:
    await book(store, receive(10, document="RCN1"), receive(5, "south"), expect(20, 6), ask(4, case="sales_order/a"))
    found = await atp(store, "north", "south")
    assert found.now == 11
    assert [(step.on, step.quantity) for step in found.by_date] == [(dt.date(2010, 12, 6), Decimal(31))]
    north = found.positions[0]
    assert (north.on_hand, north.reserved, north.free, north.version) == (Decimal(10), Decimal(4), Decimal(6), 2)
    assert [(row.quantity, row.pegged) for row in found.supply] == [(Decimal(20), Decimal(0))]
    last = found.movements[0]
    assert (last.location, last.number, last.kind, last.free_after) == ("north", 2, "asked", Decimal(6))
    assert (last.key, last.occurred_at.year) == ("sales_order/a:order", 2010)


async def test_what_is_pegged_cannot_be_promised_again(store: Store) -> None:
    await book(store, expect(20, 6), tell(8, case="sales_order/told"), ask(5, case="sales_order/asked"))
    found = await atp(store)
    assert found.now == 0
    assert found.positions[0].shortage == 8
    assert found.when(Decimal(7), dt.date(2010, 12, 1)) == dt.date(2010, 12, 6)
    assert found.when(Decimal(8), dt.date(2010, 12, 1)) is None


async def test_an_item_nobody_ever_had_is_answered_with_zeros(store: Store) -> None:
    found = await atp(store, item="NOTHING")
    assert (found.now, found.by_date, found.movements) == (Decimal(0), (), ())
    assert [place.free for place in found.positions] == [Decimal(0)]


async def test_the_answer_costs_the_same_after_a_long_history(store: Store) -> None:
    async def touched() -> int:
        explain = "explain (analyze, buffers, format json) " + SQL.now
        async with store.transaction() as tx:
            plan = await tx.fetchval(explain, COMPANY, [MUG], ["north", "south"], 3, AT.date(), True, [])
        top = json.loads(plan)[0]["Plan"]
        return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])

    await book(store, receive(10_000), expect(20, 6))
    few = await touched()
    for _ in range(4):
        asked = [ask(1) for _ in range(100)]
        outcomes = await book(store, *asked)
        await book(store, *(pick(1, o.body.promised[0].reservation) for o in outcomes))  # type: ignore[attr-defined]
    async with store.connection() as connection:
        await connection.execute("analyze")
    assert await touched() <= few + 40
