"""Every number that was told to a channel, or answered to a caller, is derived again from the movements alone, byte for
byte, by code that shares nothing with what gave it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import msgspec

from crossdock.inventory.availability import Question, available_to_promise
from crossdock.store import Store
from tests.integration.engine.harness import context
from tests.integration.engine.test_publications import BOTH, Channel, publish
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, move, receive, release, tell

POT = "TEAPOT"
DAY = (
    (receive(10), receive(4, "south"), receive(7, item=POT)),
    (ask(3, "north", case="sales_order/1"), ask(6, "south", "north", case="sales_order/2"), tell(9, item=POT)),
    (move(2, "unrestricted", "damaged"), release("sales_order/1")),
    (move(1, "unrestricted", "unrestricted", to_location="south"), receive(5, item=POT)),
)


async def derived(store: Store, until: dt.datetime) -> dict[str, Decimal]:
    """What may be promised of each item: plain sums over rows of the journal."""
    free: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    query = (
        "select p.item, p.location, m.* from promise_movement as m join promise_position as p on p.id = m.position_id"
        " where m.recorded_at <= $1"
    )
    async with store.connection() as connection:
        for row in await connection.fetch(query, until):
            change = row["on_hand"] - row["safety"] - row["reserved"] - row["allocated"]
            free[row["item"], row["location"]] += change
    found: dict[str, Decimal] = defaultdict(Decimal)
    for (item, _), quantity in free.items():
        found[item] += max(quantity, Decimal(0))
    return found


async def answered(store: Store, item: str, at: dt.datetime | None = None) -> Decimal:
    question = Question(company_id=COMPANY, item=item, locations=BOTH.locations, channel=BOTH.channel, on=AT.date())
    async with store.transaction(readonly=True) as tx:
        return (await available_to_promise(tx, question, at=at)).now


def said(quantities: dict[str, Decimal]) -> bytes:
    exact = {item: quantity.normalize() + 0 for item, quantity in quantities.items()}
    return msgspec.json.encode(exact, order="sorted")


async def test_every_number_that_was_told_or_answered_is_derived_again_byte_for_byte(store: Store) -> None:
    channel = Channel()
    engine = context(store, channel)
    moments: list[tuple[dt.datetime, bytes, bytes]] = []
    for requests in DAY:
        await book(store, *requests)
        assert await publish(engine, BOTH)
        told = said({item: quantity for item, (_, quantity) in channel.levels.items()})
        answers = said({item: await answered(store, item) for item in (MUG, POT)})
        async with store.connection() as connection:
            moments.append((await connection.fetchval("select clock_timestamp()"), told, answers))
    for moment, told, answers in moments:
        again = said(await derived(store, moment))
        assert told == again
        assert answers == again
        assert said({item: await answered(store, item, moment) for item in (MUG, POT)}) == again
    assert len({told for _, told, _ in moments}) == len(DAY)
