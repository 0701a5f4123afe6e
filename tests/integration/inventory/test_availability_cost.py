"""What a question costs does not grow with history: neither now nor about a past moment, once balances were proved."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from uuid import UUID

from crossdock.inventory.availability.reading import SQL
from crossdock.store import Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, expect, pick, receive

_PROVED = """
insert into position_checkpoint (book, position_id, number, on_hand, reserved, allocated, safety, recorded_at)
select 'promise', position_id, number, on_hand, reserved, allocated, safety, recorded_at
from (
    select position_id, number, recorded_at, sum(on_hand) over w as on_hand, sum(reserved) over w as reserved,
        sum(allocated) over w as allocated, sum(safety) over w as safety
    from promise_movement window w as (partition by position_id order by number)
) as folded
where number % 100 = 0
on conflict do nothing;
insert into position_checkpoint (book, position_id, number, unrestricted, recorded_at)
select 'physical', position_id, number, unrestricted, recorded_at
from (
    select position_id, number, recorded_at, sum(case when to_state = 'unrestricted' then quantity else 0 end
        - case when from_state = 'unrestricted' then quantity else 0 end) over w as unrestricted
    from stock_movement window w as (partition by position_id order by number)
) as folded
where number % 100 = 0
on conflict do nothing
"""


async def touched(store: Store, statement: str, *values: object) -> int:
    """Pages read."""
    async with store.transaction() as tx:
        plan = await tx.fetchval("explain (analyze, buffers, format json) " + statement, *values)
    top = json.loads(plan)[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


async def history(store: Store, rounds: int) -> None:
    for _ in range(rounds):
        outcomes = await book(store, *(ask(1) for _ in range(100)))
        await book(store, *(pick(1, o.body.promised[0].reservation) for o in outcomes))  # type: ignore[attr-defined]
    async with store.connection() as connection:
        await connection.execute(_PROVED)
        await connection.execute("analyze")


async def test_a_question_about_now_or_a_past_moment_costs_the_same_after_a_long_history(store: Store) -> None:
    items, places = [MUG], ["north", "south"]

    async def costs(moments: Sequence[dt.datetime]) -> list[int]:
        common = (COMPANY, items, places, 3, AT.date())
        now = await touched(store, SQL.now, *common, True, [])
        return [now, *[await then(common, moment) for moment in moments]]

    async def then(common: Sequence[object], moment: dt.datetime) -> int:
        lots = await touched(store, SQL.lots_then, COMPANY, items, places, moment)
        return lots + await touched(store, SQL.then, *common, moment, [], moment, UUID(int=0))

    await book(store, receive(10_000), expect(20, 6))
    await history(store, 1)
    async with store.connection() as connection:
        early = await connection.fetchval("select clock_timestamp()")
    few = await costs([early])
    await history(store, 6)
    async with store.connection() as connection:
        middle = await connection.fetchval("select recorded_at from promise_movement where number = 777")
        late = await connection.fetchval("select clock_timestamp()")
    now, *past = await costs([early, middle, late])
    assert now <= few[0] + 40
    # A few more steps of halving, and at most the movements between two proved balances.
    assert max(past) <= few[1] + 120, (few, past)
