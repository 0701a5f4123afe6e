"""Kits in the ledger of a real store: what waits of them waits as one."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from crossdock.events.inventory import BackorderExpected, BackorderFilled, StockPromised
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.model.stock import MadeOf, PromiseRequest, StockRequestLine
from crossdock.store import Store
from tests.integration.inventory.helpers import COMPANY, answer, book, expect, holds, levels, receive, release

SET = (MadeOf("CUP", Decimal(2)), MadeOf("PLATE", Decimal(1)))


def kits(quantity: int, case: str, *locations: str, **more: object) -> PromiseRequest:
    line = StockRequestLine("1", "SET", Decimal(quantity), locations or ("north",), made_of=SET)
    return PromiseRequest(COMPANY, f"{case}:order", case, "asked", (line,), **more)  # type: ignore[arg-type]


def filled(outcomes: list[LedgerOutcome]) -> list[tuple[str, str, str, int]]:
    return [
        (outcome.subject, line.item, line.location, int(line.quantity))
        for outcome in outcomes
        if isinstance(outcome.body, BackorderFilled)
        for line in outcome.body.lines
    ]


async def sets(store: Store) -> int:
    async with store.transaction() as tx:
        return int(await tx.fetchval("select count(*) from waiting_set"))


async def test_what_waits_of_a_kit_is_filled_whole_by_whoever_brings_the_last_component(store: Store) -> None:
    await book(store, receive(1, item="SET"), receive(2, item="CUP"), receive(9, item="PLATE"))
    told = await answer(store, kits(4, "a", "north", "south"))
    assert isinstance(told, StockPromised)
    assert [(line.item, int(line.quantity)) for line in told.promised] == [("SET", 1), ("CUP", 2), ("PLATE", 1)]
    assert [(line.item, int(line.quantity)) for line in told.backordered] == [("CUP", 4), ("PLATE", 2)]
    assert (await levels(store, item="PLATE")).free == 8
    (news,) = await book(store, expect(4, 6, item="CUP"))
    assert isinstance(news.body, BackorderExpected)
    assert filled(await book(store, receive(3, item="CUP"))) == [("a", "CUP", "north", 2), ("a", "PLATE", "north", 1)]
    assert filled(await book(store, receive(2, "south", item="CUP"))) == []
    assert filled(await book(store, receive(1, "south", item="PLATE"))) == [
        ("a", "CUP", "south", 2), ("a", "PLATE", "south", 1),
    ]  # fmt: skip
    assert await sets(store) == 0
    await holds(store)


async def test_kits_given_back_wait_no_more(store: Store) -> None:
    told = await answer(store, kits(2, "a"))
    assert isinstance(told, StockPromised)
    assert await sets(store) == 2
    await book(store, release(case="a", reservations=[line.reservation for line in told.backordered]))
    assert await sets(store) == 0
    assert await book(store, receive(4, item="CUP"), receive(2, item="PLATE")) == []
    await holds(store)


async def test_an_order_takes_over_the_components_that_its_customer_held(store: Store) -> None:
    await book(store, receive(4, item="CUP"), receive(2, item="PLATE"))
    await book(store, kits(2, ""))
    async with store.transaction() as tx:
        names = tuple(row["id"] for row in await tx.fetch("select id from reservation"))
    told = await answer(store, kits(2, "a", adopts=names))
    assert isinstance(told, StockPromised)
    assert [(line.item, int(line.quantity)) for line in told.promised] == [("CUP", 4), ("PLATE", 2)]
    assert (await levels(store, item="CUP")).free == 0
    await holds(store)


async def test_components_that_come_at_the_same_time_from_many_sides_fill_each_kit_once(store: Store) -> None:
    for n in range(6):
        await book(store, kits(1, f"case{n}", "north", "south"))
    coming = [receive(1, item=item) for item in ("CUP", "CUP", "PLATE") for _ in range(6)]
    outcomes = await asyncio.gather(*(book(store, each) for each in coming))
    got = [line for each in outcomes for line in filled(each)]
    assert sorted(got) == sorted(
        line for n in range(6) for line in ((f"case{n}", "CUP", "north", 2), (f"case{n}", "PLATE", "north", 1))
    )
    await holds(store)
