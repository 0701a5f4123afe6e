"""One piece of work that fails for good waits, and is done once its cause is gone; the others go on meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from crossdock.engine import repromising
from crossdock.engine.context import EngineContext
from crossdock.engine.housekeeping import EXPIRY, run_expiry
from crossdock.engine.repromising import promise_again
from crossdock.engine.tasks import Task, ensure_tasks
from crossdock.inventory.ledger.expiry import forget_put_off
from crossdock.model.stock_policy import DriftRule
from crossdock.operations.doctor import Check, examine
from crossdock.processes import PROCESSES
from crossdock.store import Connection, Store
from tests.integration.engine.harness import context, rows
from tests.integration.inventory.helpers import AT, COMPANY, MUG, Levels, ask, book, holds, levels, move, receive
from tests.integration.reconciliation.world import World, minute

CAKE_STAND = "22423"
DUE = "select item, attempts, wait_until - clock_timestamp() < '600 s' from repromise_due"
STATED = "select number, compared_at is not null from stock_statement order by stated_at"


async def doctor(store: Store, name: str) -> Check:
    async with store.transaction(readonly=True) as tx:
        (check,) = [check for check in await examine(tx) if check.name == name]
    return check


async def execute(store: Store, *statements: str) -> None:
    async with store.transaction() as tx:
        for statement in statements:
            await tx.execute(statement)


async def test_promises_of_one_item_that_cannot_be_made_again_keep_no_other_waiting(store: Store) -> None:
    engine = context(store)
    engine.processes = PROCESSES
    for item in (CAKE_STAND, MUG):
        await book(store, receive(4, item=item), ask(4, item=item))
        await book(store, move(3, "unrestricted", "scrap", item=item))
    planted = "alter table ledger_entry add constraint planted check (key not like 'repromise/north/22423/%') not valid"
    await execute(store, planted)
    assert (await doctor(store, "promises to make again")).status == "ok"

    with capture_logs() as told:
        while await promise_again(engine):
            continue
    assert await levels(store, item=MUG) == Levels(1, 1, 0)
    assert await rows(store, DUE) == [(CAKE_STAND, 1, True)]
    assert [(one["event"], one["item"], one["exc_info"]) for one in told] == [("repromise_put_off", CAKE_STAND, True)]
    check = await doctor(store, "promises to make again")
    assert check.status == "fault"
    assert check.detail == (
        f"1 waiting after a failure; the first is {CAKE_STAND} of {COMPANY} at north, tried once: CheckViolationError:"
        ' new row for relation "ledger_entry" violates check constraint "planted"'
    )
    assert "(repromise_put_off): mend its cause" in check.advice

    await execute(store, "alter table ledger_entry drop constraint planted")
    await execute(store, "update repromise_due set wait_until = clock_timestamp()")
    assert await promise_again(engine)
    assert await levels(store, item=CAKE_STAND) == Levels(1, 1, 0)
    assert await rows(store, DUE) == []
    assert (await doctor(store, "promises to make again")).status == "ok"
    await holds(store)


async def test_a_reservation_that_cannot_end_keeps_no_other_from_ending(store: Store) -> None:
    engine = context(store)
    await book(store, receive(10), receive(10, item=CAKE_STAND))
    wanted = [ask(1, expires_at=AT) for _ in range(5)]
    await book(store, *wanted, ask(4, item=CAKE_STAND, expires_at=AT))
    ((bad,),) = await rows(store, "select id from reservation where item = $1", CAKE_STAND)
    planted = f"add constraint planted check (not (reservation = '{bad}' and reserved < 0)) not valid"
    await execute(store, f"alter table promise_movement {planted}")
    async with store.transaction() as tx:
        await ensure_tasks(tx, [EXPIRY])
        await tx.execute("update task set worker = 'me'")
    with capture_logs() as told:
        assert await run_expiry(engine, "me", Task(EXPIRY, "", "")) == 5
    assert await rows(store, "select id, remaining from reservation where remaining > 0") == [(bad, 4)]
    assert [one["reservation"] for one in told if one["event"] == "expiry_put_off"] == [bad]
    check = await doctor(store, "reservations to end")
    assert (check.status, check.detail.partition(": ")[0]) == (
        "fault", f"1 waiting after a failure; the first is {bad} of {CAKE_STAND} of {COMPANY} at north, tried once",
    )  # fmt: skip
    await execute(store, "alter table promise_movement drop constraint planted")
    await execute(store, "update expiry_put_off set wait_until = clock_timestamp()", "update task set worker = 'me'")
    assert await run_expiry(engine, "me", Task(EXPIRY, "", "")) == 1
    assert (await doctor(store, "reservations to end")).status == "ok"
    async with store.transaction() as tx:
        await forget_put_off(tx)
    assert await rows(store, "select * from expiry_put_off") == []
    await holds(store)


async def test_a_statement_that_cannot_be_compared_holds_back_later_ones_of_its_place_and_no_others(
    store: Store,
) -> None:
    world = World(store)
    await world.opened(50)
    owns = world.engine.owns_stock
    world.engine.owns_stock = lambda system, *_: system == "wms_north" and 1 // 0 == 0
    with capture_logs() as told:
        await world.states(10, unrestricted=47)
        await world.states(20, unrestricted=46)
        await world.erp_states(30, 50)
    assert await rows(store, STATED) == [("S1", False), ("S2", False), ("S3", True)]
    failures = [one for one in told if one["event"] == "statement_put_off"]
    assert {one["statement"] for one in failures} == {f"stock_statement/{COMPANY}/wms_north.north/S1"}
    assert all(one["exc_info"] for one in failures)
    check = await doctor(store, "stock statements")
    assert (check.status, check.detail.partition(", tried ")[0], check.detail.partition(": ")[2]) == (
        "fault",
        f"1 waiting after a failure, 1 more behind; the first is S1 of wms_north about north ({COMPANY})",
        "ZeroDivisionError: integer division or modulo by zero",
    )
    assert check.advice.startswith("Nothing later of that system and place is compared before it.")

    world.engine.owns_stock = owns
    await execute(store, "update stock_statement set wait_until = clock_timestamp()")
    await world.reconcile()
    assert await rows(store, STATED) == [("S1", True), ("S2", True), ("S3", True)]
    drift = await world.drift()
    assert (drift.first_seen_at, drift.last_seen_at, drift.units) == (minute(10), minute(20), 4)
    assert (await doctor(store, "stock statements")).status == "ok"


async def test_what_passes_by_itself_is_no_failure_of_a_statement(store: Store) -> None:
    world = World(store)
    await world.opened(50)

    def lost(*_: str) -> bool:
        raise asyncpg.SerializationError("somebody else was first")

    world.engine.owns_stock = lost
    with pytest.raises(asyncpg.SerializationError):
        await world.states(10, unrestricted=47)
    assert await rows(store, "select attempts, failure from stock_statement") == [(0, "")]


async def test_a_statement_that_takes_too_long_again_and_again_is_put_off(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    owns = world.engine.owns_stock

    def slow(system: str, *_: str) -> bool:
        if system == "wms_north":
            raise TimeoutError  # what the driver raises when the database has not answered for a minute
        return owns(system, *_)

    world.engine.owns_stock = slow
    with pytest.raises(TimeoutError):
        await world.states(10, unrestricted=47)
    with pytest.raises(TimeoutError):
        await world.erp_states(30, 50)
    await world.reconcile()
    assert await rows(store, STATED) == [("S1", False), ("S2", True)]
    failed = "select attempts, failure, wait_until > clock_timestamp() from stock_statement where number = 'S1'"
    assert await rows(store, failed) == [(1, "TimeoutError: ", True)]
    assert (await doctor(store, "stock statements")).status == "fault"


async def test_promises_that_take_too_long_to_make_again_keep_no_other_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = context(store)
    engine.processes = PROCESSES
    for item in (CAKE_STAND, MUG):
        await book(store, receive(4, item=item), ask(4, item=item))
        await book(store, move(3, "unrestricted", "scrap", item=item))
    real = repromising._withdraw

    async def slow(tx: Connection, given: EngineContext, due: Any) -> None:
        if due.item == CAKE_STAND:
            raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")
        await real(tx, given, due)

    monkeypatch.setattr(repromising, "_withdraw", slow)
    for _ in range(2):
        with pytest.raises(asyncpg.QueryCanceledError):
            await promise_again(engine)
    while await promise_again(engine):
        continue
    assert await levels(store, item=MUG) == Levels(1, 1, 0)
    assert await rows(store, DUE) == [(CAKE_STAND, 1, True)]


async def test_a_correction_that_cannot_be_told_what_came_late_keeps_no_other_waiting_and_hears_of_all_of_it_later(
    store: Store,
) -> None:
    small = DriftRule(name="small", window_minutes=60, apply_units=Decimal(9), apply_money=Decimal(1000))
    world = World(store, small)
    await world.opened(50)
    await world.states(10, unrestricted=49)
    await world.states(80, unrestricted=49)
    assert await world.stock() == 49
    await execute(store, "alter table stock_assertion add constraint planted check (derived = 0) not valid")
    with capture_logs() as told:
        await world.adjusted("A1", -3, 5)
        await world.reconcile()
        await world.adjusted("A2", -4, 6)
        await world.states(85, unrestricted=42)
    assert await world.stock() == 42
    assert "late_fact_put_off" in {one["event"] for one in told}
    assert await rows(store, "select bool_and(compared_at is not null) from stock_statement") == [(True,)]
    check = await doctor(store, "late facts")
    assert (check.status, check.detail.partition(", tried ")[0]) == (
        "fault", f"1 waiting after a failure; the first is the correction of {MUG} of {COMPANY} at north",
    )  # fmt: skip
    await execute(store, "alter table stock_assertion drop constraint planted")
    await execute(store, "update stock_assertion set wait_until = clock_timestamp()")
    await world.reconcile()
    await world.reconcile()
    assert await world.stock() == 49
    assert (await doctor(store, "late facts")).status == "ok"
    await world.holds()
