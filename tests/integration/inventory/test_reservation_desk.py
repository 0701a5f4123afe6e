from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import asyncpg
import pytest

from crossdock.events.inventory import BackorderFilled
from crossdock.inventory.desk.desk import ReservationDesk, desk_request
from crossdock.inventory.ledger.expiry import expire_due
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome
from crossdock.store import Connection, Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, holds, levels, receive


@pytest.fixture
def published() -> list[LedgerOutcome]:
    return []


@pytest.fixture
def desk(store: Store, published: list[LedgerOutcome]) -> ReservationDesk:
    async def publish(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
        published.extend(outcomes)

    return ReservationDesk(store, publish)


async def test_a_lone_caller_reserves_and_a_repeated_key_gets_the_first_answer(
    desk: ReservationDesk, store: Store
) -> None:
    await book(store, receive(10))
    first = await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(4))
    assert [(piece.location, piece.quantity) for piece in first.granted] == [("north", Decimal(4))]
    assert await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(4)) == first
    assert (await levels(store)).free == 6
    await holds(store)


async def test_what_is_not_there_is_refused_with_what_is_free_and_stays_refused(
    desk: ReservationDesk, store: Store
) -> None:
    await book(store, receive(3))
    refused = await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(4))
    assert (refused.granted, refused.free) == ((), Decimal(3))
    unknown = await desk.reserve(COMPANY, "k2", "NOWHERE", ["north"], Decimal(1))
    assert (unknown.granted, unknown.free) == ((), Decimal(0))
    await book(store, receive(10))
    assert await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(4)) == refused
    await holds(store)


async def test_several_locations_are_taken_in_their_order(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(3), receive(5, "south"))
    got = await desk.reserve(COMPANY, "k1", MUG, ["north", "south"], Decimal(6))
    assert [(piece.location, piece.quantity) for piece in got.granted] == [("north", Decimal(3)), ("south", Decimal(3))]
    await holds(store)


async def test_the_same_key_for_something_else_is_a_conflict_for_that_caller_alone(
    desk: ReservationDesk, store: Store
) -> None:
    await book(store, receive(10))
    await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(4))
    answers = await asyncio.gather(
        desk.reserve(COMPANY, "k2", MUG, ["north"], Decimal(1)),
        desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(5)),
        desk.reserve(COMPANY, "k3", MUG, ["north"], Decimal(1)),
        return_exceptions=True,
    )
    assert isinstance(answers[1], LedgerConflict)
    assert (await levels(store)).free == 4
    await holds(store)


async def test_callers_that_come_together_get_exactly_what_is_there(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(50))
    answers = await asyncio.gather(
        *(desk.reserve(COMPANY, f"k{n}", MUG, ["north"], Decimal(1)) for n in range(80)),
        *(desk.reserve(COMPANY, f"k{n}", MUG, ["north"], Decimal(1)) for n in range(80)),
    )
    assert sum(1 for answer in answers[:80] if answer.granted) == 50
    assert answers[:80] == answers[80:]
    found = await holds(store)
    assert found.compared["asked_grants_are_backed"] == 50


async def test_a_release_ends_the_reservation_once_and_serves_who_waits(
    desk: ReservationDesk, store: Store, published: list[LedgerOutcome]
) -> None:
    await book(store, receive(5))
    got = await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(5))
    await book(store, ask(3, case="sales_order/a"))
    names = [piece.reservation for piece in got.granted]
    together = await asyncio.gather(*(desk.give_back(COMPANY, names, "cancelled") for _ in range(3)))
    assert sorted(together) == [0, 0, 5]
    assert await desk.give_back(COMPANY, names, "for another reason") == 0
    assert [(outcome.subject, type(outcome.body)) for outcome in published] == [("sales_order/a", BackorderFilled)]
    await holds(store)


async def test_a_reservation_of_an_api_caller_expires(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(5))
    await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(5), expires_at=AT)
    async with store.transaction() as tx:
        assert await expire_due(tx, AT + dt.timedelta(seconds=1)) == (1, [])
    assert (await levels(store)).free == 5
    await holds(store)


async def test_a_reservation_that_the_database_refuses_fails_and_does_not_try_for_ever(
    desk: ReservationDesk, store: Store
) -> None:
    await book(store, receive(5))
    asked = desk_request(COMPANY, "k1", MUG, ["north"], Decimal(1))
    namesake = (
        "insert into reservation (id, company_id, kind, item, location, quantity, remaining, state, candidates, entry)"
        " values ($1, 'c', 'asked', 'i', 'l', 1, 1, 'reserved', '{}', '')"
    )
    async with store.transaction() as tx:
        await tx.execute(namesake, asked.name(1))
    with pytest.raises(asyncpg.UniqueViolationError, match="reservation_pkey"):
        await asyncio.wait_for(desk.grant(asked), 10)


async def test_nothing_or_nowhere_cannot_be_reserved(desk: ReservationDesk) -> None:
    with pytest.raises(ValueError, match="cannot be reserved"):
        await desk.reserve(COMPANY, "k1", MUG, ["north"], Decimal(0))
    with pytest.raises(ValueError, match="cannot be reserved"):
        await desk.reserve(COMPANY, "k1", MUG, [], Decimal(1))


async def test_what_a_worker_holds_for_a_moment_keeps_only_those_waiting_who_want_it(
    desk: ReservationDesk, store: Store
) -> None:
    others = [f"item-{n}" for n in range(8)]
    await book(store, receive(1), *(receive(1, item=item) for item in others))
    async with store.transaction() as tx:
        await tx.execute("select from promise_position where item = $1 for update", MUG)
        waiting = [
            asyncio.create_task(desk.reserve(COMPANY, key, item, ["north"], Decimal(1)))
            for key, item in (
                (others[0], others[0]),
                ("first", MUG),
                ("second", MUG),
                *((each, each) for each in others[1:]),
            )
        ]
        first, second = waiting.pop(1), waiting.pop(1)
        assert all([(await asyncio.wait_for(each, 5)).granted for each in waiting])
        assert not first.done()
        assert not second.done()
    assert ((await first).free, (await second).free) == (None, Decimal(0)), "who came first is served first"
    await holds(store)


async def test_positions_that_are_not_there_are_not_waited_for(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(1))
    keys = [("k1", MUG), *((f"none-{n}", f"none-{n}") for n in range(4))]
    answers = await asyncio.gather(*(desk.reserve(COMPANY, key, item, ["north"], Decimal(1)) for key, item in keys))
    assert [answer.free for answer in answers] == [None, *[Decimal(0)] * 4]
