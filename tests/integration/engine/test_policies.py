"""Stock policies are applied to all positions, whatever happens beside."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal as D
from typing import Any

import msgspec
import pytest

from crossdock.engine import recomputation
from crossdock.engine.clock import set_clock
from crossdock.engine.context import Keeping
from crossdock.engine.policies import Memory, run_policies, task_name
from crossdock.engine.recomputation import Progress
from crossdock.engine.tasks import Task, claim_tasks, ensure_tasks
from crossdock.events.inventory import BackorderFilled
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.model.stock_policy import HaircutRule, PoolRule, SafetyRule, Scope, StockPolicies
from crossdock.operations.doctor import examine
from crossdock.store import Store
from tests.integration.engine.harness import context, rows
from tests.integration.inventory.helpers import (
    AT,
    COMPANY,
    MUG,
    Levels,
    answer,
    ask,
    book,
    holds,
    levels,
    receive,
)

HERE = Keeping(COMPANY, ("north", "south"), {})
MONDAY = dt.datetime(2010, 12, 6, 9, tzinfo=dt.UTC)


def safety(quantity: int, name: str = "usual", scope: Scope | None = None, **more: object) -> StockPolicies:
    rule = SafetyRule(name=name, quantity=D(quantity), scope=scope or Scope(), **more)  # type: ignore[arg-type]
    return StockPolicies(safety=(rule,))


async def claimed(store: Store, keeping: Keeping = HERE) -> Task:
    name = task_name(keeping)
    async with store.transaction() as tx:
        await ensure_tasks(tx, [name])
        await tx.execute("update task set next_at = clock_timestamp(), worker = '' where name = $1", name)
        (task,) = await claim_tasks(tx, "w", [name], 1)
    return task


async def turn(store: Store, policies: StockPolicies, keeping: Keeping = HERE, version: int = 0) -> int:
    """One turn of the task, in a network of this version."""
    async with store.transaction() as tx:
        await tx.execute("delete from network_version")
        if version:
            await tx.execute(
                "insert into network_version (version, name, digest, content) values ($1, 'n', $2, '')",
                version,
                bytes([version]),
            )
    task = await claimed(store, keeping)
    engine = context(store, network_version=version, stock_policies=policies, keepings=[keeping])
    return await run_policies(engine, "w", keeping, task)


async def kept(store: Store) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in await rows(
            store,
            "select item, location, reason, source, quantity, rule from kept_back"
            " order by item, location, reason, source",
        )
    ]


async def test_what_a_rule_keeps_back_is_not_promised(store: Store) -> None:
    await book(store, receive(10), receive(3, "south"))
    assert await turn(store, safety(4), version=7) == 2
    assert await levels(store) == Levels(D(10), D(0), D(6))
    assert await levels(store, "south") == Levels(D(3), D(0), D(-1))
    assert await kept(store) == [
        (MUG, "north", "safety", "usual", D(4), "usual@7"),
        (MUG, "south", "safety", "usual", D(4), "usual@7"),
    ]
    journal = await rows(store, "select number, kind, safety, free_after, rule from promise_movement where safety <> 0")
    assert sorted(journal) == [(2, "safety", D(4), D(-1), "usual@7"), (2, "safety", D(4), D(6), "usual@7")]
    entry = await rows(store, "select what, document, actor from ledger_entry where what = 'policy'")
    assert entry == [("policy", "network@7", "policies")]
    await holds(store)


async def test_rules_that_say_the_same_again_change_nothing(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(4), version=7)
    before = await rows(store, "select counter from promise_position")
    assert await turn(store, safety(4), version=8) == 0
    assert await rows(store, "select counter from promise_position") == before
    assert (await kept(store))[0][-1] == "usual@7", "the quantity is as version 7 made it"


async def test_a_rule_that_ends_gives_back_what_it_kept(store: Store) -> None:
    await book(store, receive(10))
    async with store.transaction() as tx:
        await set_clock(tx, MONDAY, 0.001)
    rules = safety(4, until_on=MONDAY.date())
    await turn(store, rules, version=7)
    assert (await levels(store)).free == D(6)
    async with store.transaction() as tx:
        await set_clock(tx, MONDAY + dt.timedelta(days=1), 0.001)
    assert await turn(store, rules, version=7) == 1
    assert (await levels(store)).free == D(10)
    assert await kept(store) == []
    await holds(store)


async def test_one_rule_takes_the_place_of_another_without_a_moment_between(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(4), version=7)
    assert await turn(store, safety(6, "more"), version=8) == 1
    assert await kept(store) == [(MUG, "north", "safety", "more", D(6), "more@8")]
    assert await rows(store, "select safety, rule from promise_movement where safety <> 0 order by number") == [
        (D(4), "usual@7"),
        (D(2), "more@8"),
    ]
    await holds(store)


async def test_what_becomes_free_goes_to_those_who_wait(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(10), version=7)
    await answer(store, ask(3, case="sales_order/albion_uk/shop/1"))
    assert await turn(store, safety(8, "less"), version=8) == 1
    assert await levels(store) == Levels(D(10), D(2), D(0))
    told = await rows(store, "select subject, type from event")
    assert told == [("sales_order/albion_uk/shop/1", BackorderFilled.__name__)]
    await holds(store)


async def test_what_a_person_keeps_back_is_left_alone(store: Store) -> None:
    from crossdock.inventory.ledger.outcomes import SafetyRequest

    await book(store, receive(10), SafetyRequest(COMPANY, "k", MUG, "north", D(1), source="anna"))
    await turn(store, safety(4), version=7)
    await turn(store, StockPolicies(), version=8)
    assert await kept(store) == [(MUG, "north", "safety", "anna", D(1), "")]
    assert (await levels(store)).free == D(9)
    await holds(store)


async def test_a_position_made_later_is_kept_back_of_soon(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(4))
    await book(store, receive(5, item="TEAPOT"))
    assert await turn(store, safety(4)) == 1
    assert (await levels(store, item="TEAPOT")).free == D(1)
    assert await turn(store, safety(4)) == 0


async def test_something_is_kept_back_of_a_named_item_before_it_was_ever_there(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.execute("insert into item values ($1, 'TEAPOT', '{}', 1)", COMPANY)
    scope = Scope(items=("TEAPOT", "MISSPELT"), locations=("north",))
    assert await turn(store, safety(2, scope=scope)) == 1
    await book(store, receive(5, item="TEAPOT"))
    assert (await levels(store, item="TEAPOT")).free == D(3)
    assert await turn(store, safety(2, scope=scope)) == 0
    await holds(store)


async def test_a_silent_source_costs_a_part_of_what_is_believed_to_be_there(store: Store) -> None:
    keeping = Keeping(COMPANY, ("north", "south"), {"north": "wms_north"})
    rules = StockPolicies(haircuts=(HaircutRule(name="silent", percent=D(5), after_minutes=60),))
    await book(store, receive(30), receive(30, "south"))
    async with store.transaction() as tx:
        await set_clock(tx, MONDAY, 0.001)
    await _heard(store, "wms_north", MONDAY - dt.timedelta(minutes=61))
    assert await turn(store, rules, keeping, 7) == 1
    assert await kept(store) == [(MUG, "north", "haircut", "wms_north", D(2), "silent@7")]
    assert (await levels(store)).free == D(28)
    await _heard(store, "wms_north", MONDAY)
    assert await turn(store, rules, keeping, 7) == 1
    assert await kept(store) == []
    await holds(store)


async def _heard(store: Store, source: str, at: dt.datetime) -> None:
    from crossdock.log import uuid7

    async with store.transaction() as tx:
        await tx.execute(
            "insert into raw_document (id, source, kind, content_type, name, sha256, size, received_at)"
            " values ($1, $2, 'webhook', 'application/json', '', '', 0, $3)",
            uuid7(),
            source,
            at,
        )


async def test_pools_are_made_what_the_rules_say(store: Store) -> None:
    await book(store, receive(10))
    scope = Scope(channels=("homestead",))
    rules = StockPolicies(pools=(PoolRule(name="retail", pool="retail", floor=D(6), scope=scope),))
    await turn(store, rules, version=7)
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    assert await levels(store) == Levels(D(4), D(0), D(4))
    await turn(store, StockPolicies(), version=8)
    assert await levels(store) == Levels(D(10), D(0), D(10))
    await holds(store)


async def test_a_worker_of_another_version_of_the_network_changes_nothing(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(4), version=7)
    task = await claimed(store)
    old = context(store, network_version=6, stock_policies=StockPolicies(), keepings=[HERE])
    assert await run_policies(old, "w", HERE, task) == 0
    assert (await levels(store)).free == D(6)


async def test_a_run_that_was_ended_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputation, "PAGE", 4)
    monkeypatch.setattr(recomputation, "ROUND", 1)
    await book(store, *(receive(9, item=f"I{n:02}") for n in range(12)))
    task = await claimed(store)
    engine = context(store, stock_policies=safety(4), keepings=[HERE])
    real, times = recomputation.Recomputation._take, 0

    async def killed(self: recomputation.Recomputation, *arguments: object) -> None:
        nonlocal times
        times += 1
        if times == 3:
            raise KeyboardInterrupt
        await real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recomputation.Recomputation, "_take", killed)
    with pytest.raises(KeyboardInterrupt):
        await run_policies(engine, "w", HERE, task)
    monkeypatch.undo()
    ((cursor,),) = await rows(store, "select cursor from task")
    half = msgspec.json.decode(cursor, type=Progress)
    assert 0 < half.looked_at < 12
    await run_policies(engine, "w", HERE, await claimed(store))
    ((state,),) = await rows(store, "select state from task")
    done = msgspec.json.decode(state, type=Memory).last
    assert (done.looked_at, done.changed) == (12, 12), "what was done before counts, and is not done again"
    assert await rows(store, "select count(*) from promise_movement where kind = 'safety'") == [(12,)]
    await holds(store)


async def test_two_runs_and_many_promises_at_once_leave_sound_books(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recomputation, "CHUNK", 5)
    items = [f"I{n:02}" for n in range(40)]
    await book(store, *(receive(9, item=item) for item in items))
    await turn(store, safety(9), version=1)

    async def run(policies: StockPolicies, version: int) -> None:
        async with store.transaction() as tx:
            keeper = await _keeper(tx, policies, version)
        await recomputation.Recomputation(store, keeper, ("north",)).run(_silently)

    async def promises() -> None:
        for item in items:
            await book(store, ask(2, item=item, backorder=True))

    await asyncio.gather(run(safety(4), 2), run(safety(4), 2), promises())
    await run(safety(4), 2)
    assert await rows(store, "select distinct safety, reserved from promise_position") == [(D(4), D(2))]
    assert await rows(store, "select count(*) from reservation where waiting") == [(0,)]
    await holds(store)


async def _silently(progress: Progress) -> None:
    return


async def _keeper(tx: object, policies: StockPolicies, version: int) -> recomputation.Keeper:
    from crossdock.engine.policies import keeper_of

    return await keeper_of(tx, HERE, policies, version)  # type: ignore[arg-type]


async def test_a_position_that_was_made_before_another_and_committed_after_it_is_not_forgotten(store: Store) -> None:
    await book(store, receive(10))
    await turn(store, safety(4))
    late = LedgerBatch([receive(5, item="TEAPOT")], AT)
    async with store.transaction() as tx:
        await late.claim(tx)
        await late.post(tx)
        await book(store, receive(5, item="ZEBRA"))
        await turn(store, safety(4))
    await turn(store, safety(4))
    assert [(await levels(store, item=item)).free for item in ("TEAPOT", "ZEBRA")] == [D(1), D(1)]


async def test_an_item_that_cannot_be_made_right_stops_no_other_and_is_tried_again(store: Store) -> None:
    await book(store, *(receive(10, item=item) for item in ("A", "B", "Z")))
    async with store.transaction() as tx:
        await tx.execute("alter table kept_back add constraint broken check (item <> 'A')")
    assert await turn(store, safety(4)) == 2
    assert [row[0] for row in await kept(store)] == ["B", "Z"]
    ((state,),) = await rows(store, "select state from task")
    assert "CheckViolationError" in msgspec.json.decode(state, type=Memory).last.failed["A"]
    async with store.transaction(readonly=True) as tx:
        (check,) = [one for one in await examine(tx) if one.name == f"stock policies of {COMPANY}"]
    assert (check.status, "the first is A" in check.detail) == ("fault", True)
    async with store.transaction() as tx:
        await tx.execute("alter table kept_back drop constraint broken")
    await turn(store, safety(4))
    assert [row[0] for row in await kept(store)] == ["A", "B", "Z"]
    ((state,),) = await rows(store, "select state from task")
    assert msgspec.json.decode(state, type=Memory).last.failed == {}


async def test_what_is_kept_back_before_it_was_ever_there_is_kept_back_though_somebody_was_quicker(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with store.transaction() as tx:
        await tx.execute("insert into item values ($1, 'TEAPOT', '{}', 1)", COMPANY)
    write, tries = recomputation.kept_pages.write_changes, iter((1,))

    async def quicker_once(*anything: Any) -> None:
        if next(tries, None):
            raise LedgerMoved("somebody was quicker")
        await write(*anything)

    monkeypatch.setattr(recomputation.kept_pages, "write_changes", quicker_once)
    assert await turn(store, safety(2, scope=Scope(items=("TEAPOT",), locations=("north",)))) == 1
    assert [row[:2] for row in await kept(store)] == [("TEAPOT", "north")]
