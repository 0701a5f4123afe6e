"""Every number that was told to a channel, or answered to a caller, is derived again from the movements alone, byte for
byte, by code that shares nothing with what gave it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import msgspec

from crossdock.engine.housekeeping import forget_numbers
from crossdock.inventory.availability import Question, available_to_promise
from crossdock.store import Store
from tests.integration.engine.harness import context, rows
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


async def test_old_numbers_are_forgotten_once_the_guard_has_derived_them_and_the_last_of_each_item_is_kept(
    store: Store,
) -> None:
    engine = context(store, Channel())
    for requests in DAY:
        await book(store, *requests)
        await publish(engine, BOTH)
    told = await rows(store, "select item, version from published_number order by item, version")
    last = sorted(dict(told).items())
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert await _forget(store, later) == 0  # no round has ended
    await rows(store, "insert into guard_round values ('all', 1, 1, now() + interval '1 hour', now()) returning 1")
    assert await _forget(store, later - dt.timedelta(days=2)) == 0  # they are not old
    first = await rows(store, "select item, version from published_number where version = (select min(version) from"
                              " published_number where item = $1) and item = $1", MUG)  # fmt: skip
    place = f"{COMPANY}/shop/{MUG}/{first[0][1]}"
    await rows(
        store,
        "insert into guard_violation (unit, place, law, spot, company_id, expected, found)"
        " values ('published', $1, 'published_is_derived', 'x', 'c', '1', '2') returning 1",
        place,
    )
    assert await _forget(store, later) == len(told) - len(last) - 1
    kept = await rows(store, "select item, version from published_number order by item, version")
    assert kept == sorted([*last, *first])
    await rows(store, "delete from guard_violation returning 1")
    assert await _forget(store, later) == 1
    assert await publish(engine, BOTH) == 0


async def _forget(store: Store, before: dt.datetime) -> int:
    async with store.transaction() as tx:
        return await forget_numbers(tx, before)
