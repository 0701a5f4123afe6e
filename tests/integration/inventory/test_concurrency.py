"""Many writers at once: engine batches and desks of several processes, on the same few items."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import asyncpg
import pytest

from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.expiry import expire_due
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.inventory.ledger.plan import Request
from crossdock.inventory.ledger.reading import SQL, LedgerMoved
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.store import Connection, Store
from tests.integration.inventory.helpers import (
    AT,
    COMPANY,
    MUG,
    ask,
    book,
    expect,
    holds,
    levels,
    pick,
    receive,
    release,
    tell,
)

ITEMS = [f"ITEM-{number}" for number in range(6)]


async def ignore(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    """The log is not this room's business."""


@pytest.fixture
async def other_store(database: str) -> AsyncIterator[Store]:
    """The pool of another process."""
    opened = await Store.connect(database, min_size=2, max_size=10)
    yield opened
    await opened.close()


def some_requests(chance: random.Random, cases: list[str]) -> list[Request]:
    requests: list[Request] = []
    for _ in range(chance.randint(2, 8)):
        item, places = chance.choice(ITEMS), chance.sample(["north", "south"], chance.randint(1, 2))
        quantity = chance.randint(1, 5)
        kind = chance.choice(["ask", "ask", "ask", "tell", "receive", "receive", "expect", "release"])
        if kind in ("ask", "tell"):
            request = (ask if kind == "ask" else tell)(quantity, *places, item=item)
            cases.append(request.subject)
        elif kind == "receive":
            request = receive(quantity * 3, places[0], item=item)  # type: ignore[assignment]
        elif kind == "expect":
            request = expect(quantity, chance.randint(1, 9), places[0], item=item, order=str(chance.randint(1, 9)))  # type: ignore[assignment]
        else:
            request = release(chance.choice(cases)) if cases else release("nobody")  # type: ignore[assignment]
        requests.append(request)
    return requests


async def batches(store: Store, seed: int, rounds: int, seen: Counter[str]) -> None:
    """One worker: batch after batch."""
    chance, cases = random.Random(seed), list[str]()
    for _ in range(rounds):
        try:
            await book(store, *some_requests(chance, cases))
            seen["batches"] += 1
        except asyncpg.DeadlockDetectedError as error:
            seen["deadlocks"] += 1
            seen[str(error.detail)] += 1


async def callers(desk: ReservationDesk, name: str, rounds: int, seen: Counter[str]) -> None:
    """One API process with several callers."""

    async def caller(number: int) -> None:
        chance = random.Random(f"{name}-{number}")
        for turn in range(rounds):
            key, item = f"{name}-{number}-{turn}", chance.choice(ITEMS)
            got = await desk.reserve(COMPANY, key, item, chance.sample(["north", "south"], 2), Decimal(1))
            seen["granted" if got.granted else "refused"] += 1
            if got.granted and chance.random() < 0.3:
                await desk.give_back(COMPANY, [piece.reservation for piece in got.granted], "cancelled")

    await asyncio.gather(*(caller(number) for number in range(6)))


async def test_many_writers_of_both_kinds_never_deadlock_and_every_law_holds(store: Store, other_store: Store) -> None:
    seen: Counter[str] = Counter()
    await book(store, *(receive(10, item=item) for item in ITEMS))
    await asyncio.gather(
        *(batches(store, seed, 25, seen) for seed in range(5)),
        callers(ReservationDesk(store, ignore), "one", 12, seen),
        callers(ReservationDesk(other_store, ignore, lanes=2), "two", 12, seen),
    )
    assert seen["deadlocks"] == 0, seen
    assert seen["batches"] == 5 * 25
    assert seen["granted"]
    assert seen["refused"]
    found = await holds(store)
    assert found.compared["asked_grants_are_backed"] >= seen["granted"]


async def test_a_random_lock_order_does_deadlock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: it would notice."""
    unsorted = SQL.lock_positions.replace("order by company_id, item, location, pool\n", "order by random()\n")
    assert unsorted != SQL.lock_positions
    monkeypatch.setitem(SQL._statements, "lock_positions", unsorted)
    async with store.connection() as connection:
        await connection.execute(
            "do $$ begin execute format('alter database %I set deadlock_timeout = 20', current_database()); end $$"
        )
        url = store.url
    seen: Counter[str] = Counter()
    hurried = await Store.connect(url, min_size=6, max_size=6)
    for turn in range(20):
        await asyncio.gather(*(batches(hurried, 100 * turn + seed, 10, seen) for seed in range(6)))
        if seen["deadlocks"]:
            break
    await hurried.close()
    assert seen["deadlocks"] > 0
    await holds(store)


async def test_desks_of_two_processes_grant_exactly_what_is_there(store: Store, other_store: Store) -> None:
    await book(store, receive(40), receive(20, "south"))
    desks = [ReservationDesk(store, ignore), ReservationDesk(other_store, ignore)]
    answers = await asyncio.gather(
        *(desks[n % 2].reserve(COMPANY, f"k{n}", MUG, ["north", "south"], Decimal(1)) for n in range(100))
    )
    assert sum(1 for answer in answers if answer.granted) == 60
    await holds(store)


async def test_the_same_key_at_two_processes_at_once_books_once(store: Store, other_store: Store) -> None:
    await book(store, receive(100))
    desks = [ReservationDesk(store, ignore), ReservationDesk(other_store, ignore)]
    for turn in range(10):
        keys = [f"{turn}-{n}" for n in range(5)]
        answers = await asyncio.gather(
            *(desk.reserve(COMPANY, key, MUG, ["north"], Decimal(1)) for key in keys for desk in desks)
        )
        assert answers[::2] == answers[1::2]
    assert await levels(store) == type(await levels(store))(Decimal(100), Decimal(50), Decimal(50))
    await holds(store)


Ending = Callable[[Store, str], Awaitable[object]]


async def by_release(store: Store, name: str) -> object:
    return await book(store, release("", [name]))


async def by_pick(store: Store, name: str) -> object:
    return await book(store, pick(5, name))


async def by_expiry(store: Store, name: str) -> object:
    while True:
        try:
            async with store.transaction() as tx:
                return await expire_due(tx, AT)
        except LedgerMoved:
            continue


@pytest.mark.parametrize("turn", range(3))
async def test_a_reservation_has_exactly_one_end_whoever_ends_it_at_once(store: Store, turn: int) -> None:
    await book(store, receive(100))
    for _ in range(5):
        outcomes = await book(store, ask(5, expires_at=AT))
        name = outcomes[0].body.promised[0].reservation  # type: ignore[attr-defined]
        endings: list[Ending] = [by_release, by_pick, by_expiry, by_release]
        random.Random(turn).shuffle(endings)
        await asyncio.gather(*(ending(store, name) for ending in endings))
        async with store.transaction() as tx:
            ends = await tx.fetchval(
                "select sum(reserved) from promise_movement where reservation = $1 and reserved < 0", name
            )
        assert ends == -5
    assert (await levels(store)).reserved == 0
    await holds(store)


async def test_what_was_filled_after_a_release_looked_at_it_is_noticed(store: Store) -> None:
    await book(store, ask(5, case="sales_order/a"), ask(5, case="sales_order/b"))
    again = release("sales_order/a")

    async def slow() -> None:
        async with store.transaction() as tx:
            batch = LedgerBatch([again], AT)
            await batch.claim(tx)
            await book(store, receive(3))
            await batch.post(tx)

    with pytest.raises(LedgerMoved):
        await slow()
    outcomes = await book(store, again)
    released = [outcome.body.quantity for outcome in outcomes if outcome.subject == "sales_order/a"]  # type: ignore[attr-defined]
    assert sum(released) == 5
    assert (await levels(store)).reserved == 3
    await holds(store)


async def test_a_batch_that_fails_leaves_nothing_behind(store: Store) -> None:
    await book(store, receive(5))
    nowhere = ask(1)
    broken = type(nowhere)(
        COMPANY, "broken", "sales_order/x", "asked", (nowhere.lines[0].__class__("1", MUG, Decimal(0), ()),)
    )
    with pytest.raises(ValueError, match="asks for 0"):
        await book(store, receive(7), nowhere, broken)
    assert (await levels(store)).on_hand == 5
    await holds(store)


async def test_a_shortage_that_was_filled_after_it_was_looked_at_counts_no_more(store: Store) -> None:
    lines = (StockRequestLine("1", MUG, Decimal(5), ("north",)), StockRequestLine("2", MUG, Decimal(5), ("north",)))
    await book(store, PromiseRequest(COMPANY, "sales_order/a:order", "sales_order/a", "told", lines), tell(5))
    async with store.transaction() as tx:
        batch = LedgerBatch([release("sales_order/a", lines=("2",))], AT)
        await batch.claim(tx)
        await book(store, receive(5))
        with pytest.raises(LedgerMoved):
            await batch.post(tx)
    await holds(store)
