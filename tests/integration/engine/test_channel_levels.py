"""A simulated marketplace that loses, delays, reorders and overwrites: seen at the next look, and healed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal

import msgspec
import pytest

from crossdock.connectors._kit import HttpClient
from crossdock.connectors.sandbox_marketplace import SandboxMarketplace
from crossdock.connectors.sandbox_marketplace.mapping import Source
from crossdock.engine import channel_levels
from crossdock.engine.clock import business_now, set_clock
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.publications import run_publication, task_name
from crossdock.engine.tasks import claim_tasks, ensure_tasks
from crossdock.engine.worker import Worker
from crossdock.log import uuid7
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price
from crossdock.model.sales_order import SalesOrder
from crossdock.model.stock_policy import PoolRule, PublicationRule, Scope, StockPolicies
from crossdock.ports.connector import ShownLevel
from crossdock.processes.sales_order.v1_data import SalesLine, SalesOrderData
from crossdock.project.secrets import Secret
from crossdock.sandbox.channel import Channel
from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.shelf import Shelf, StockLevel
from crossdock.sandbox.world import World
from crossdock.store import Store
from tests.integration.engine.guarded import guard
from tests.integration.engine.harness import context, rows, settle
from tests.integration.inventory.helpers import COMPANY, MUG, book, receive, tell
from tests.integration.sandbox.conftest import SECRETS, OpenWorld, open_world

__all__ = ["open_world"]
EVERYTHING = PublicationRule(name="all", read_back_percent=Decimal(100))
MARKET = Publication(COMPANY, "marketplace", "marketplace", ("north",), StockPolicies(publication=(EVERYTHING,)))
Opened = tuple[World, EngineContext]


@pytest.fixture
async def opened(store: Store, open_world: OpenWorld) -> AsyncIterator[Opened]:
    async with open_world("marketplace") as (world, _):
        http = HttpClient(f"http://127.0.0.1:{world.ports['marketplace']}", Secret(SECRETS.token))
        connector = SandboxMarketplace(http, Source("marketplace", "marketplace", (COMPANY,)))
        try:
            engine = context(store)
            engine.connectors = {"marketplace": connector}
            world.start(dt.datetime.now(dt.UTC), world.stage.plan.begins_at, 1)
            async with store.transaction() as tx:
                await set_clock(tx, world.stage.plan.begins_at, 1)
            yield world, engine
        finally:
            await connector.close()


async def only(engine: EngineContext, name: str, run: Callable[..., object], publication: Publication) -> int:
    """One turn, and nothing of what follows from it."""
    async with engine.store.transaction() as tx:
        await ensure_tasks(tx, [name])
        await tx.execute("update task set next_at = clock_timestamp() where name = $1", name)
        (task,) = await claim_tasks(tx, "w", [name], 1)
    done: int = await run(engine, "w", publication, task)  # type: ignore[misc]
    return done


async def turn(engine: EngineContext, name: str, run: Callable[..., object], publication: Publication) -> int:
    done = await only(engine, name, run, publication)
    await settle(engine)
    return done


async def publish(engine: EngineContext, publication: Publication = MARKET) -> int:
    return await turn(engine, task_name(publication), run_publication, publication)


async def read_back(engine: EngineContext) -> int:
    return await turn(engine, channel_levels.task_name(MARKET), channel_levels.run_read_back, MARKET)


async def shows(engine: EngineContext) -> int | None:
    levels = await engine.connectors["marketplace"].levels(COMPANY)  # type: ignore[attr-defined]
    return int(levels[0].quantity) if levels else None


async def held_order(store: Store, case_id: str, channel: str, quantity: Decimal) -> None:
    """An order that came by now and that its customer's credit holds."""
    async with store.transaction() as tx:
        now = await business_now(tx)
        order = SalesOrder(
            company_id=COMPANY, channel=channel, number=case_id.rpartition("/")[2], customer=PartyRef("C1"),
            ordered_at=now, currency="GBP", lines=(), promise="told",
        )  # fmt: skip
        price = Price(Decimal("2.50"), "GBP")
        line = SalesLine(item=MUG, ordered=quantity, price=price, state="accepted")
        data = SalesOrderData(order=order, lines={"1": line}, holds=["credit_hold"])
        body = msgspec.json.Encoder(decimal_format="string").encode(data).decode()
        await tx.execute(
            "insert into process_case (id, process, version, company_id, state, data, opened_at, changed_at)"
            " values ($1, 'sales_order', '1', $2, 'held', $3, $4, $4)", case_id, COMPANY, body, now,
        )  # fmt: skip
        await tx.execute(
            "insert into exception_case (id, case_id, company_id, code, detail, owner, opened_at, changed_at)"
            " values ($1, $2, $3, 'credit_hold', 'too much', 'customer_service', $4, $4)",
            uuid7(), case_id, COMPANY, now,
        )  # fmt: skip


def shelf(world: World) -> Shelf:
    channel = world.systems["marketplace"]
    assert isinstance(channel, Channel)
    return channel.shelf


async def never(company_id: str, items: Sequence[str] = ()) -> list[ShownLevel]:
    await asyncio.sleep(3600)
    return []


async def until(store: Store, query: str) -> None:
    while True:
        if await rows(store, query):
            return
        await asyncio.sleep(0.05)


async def drifts(store: Store) -> list[tuple[str, str, str]]:
    """Cause, state and resolution of each, the oldest first."""
    query = "select cause, state, resolution from drift where (system, location) = ('marketplace', 'marketplace')"
    return [(row[0], row[1], row[2]) for row in await rows(store, f"{query} order by id")]


async def problems(store: Store) -> list[str]:
    found = await rows(store, "select detail from exception_case where code = 'channel_mismatch' and closed_at is null")
    return [row[0] for row in found]


async def test_what_is_shown_as_it_was_told_is_no_mismatch(store: Store, opened: Opened) -> None:
    _, engine = opened
    await book(store, receive(10))
    assert (await publish(engine), await read_back(engine)) == (1, 0)
    assert (await shows(engine), await problems(store)) == (10, [])


@pytest.mark.parametrize(
    ("fault", "cause", "drift"),
    [
        ("drop_write", "lost write", "missing"),
        ("delay_write", "lost write", "missing"),
        ("reorder_write", "lost write", "missing"),
        ("foreign_write", "old version", "unowned_change"),
    ],
)
async def test_what_the_channel_silently_does_is_seen_at_the_next_look_and_healed(
    store: Store, opened: Opened, fault: str, cause: str, drift: str
) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(**{fault: 1}))
    await publish(engine)
    assert await read_back(engine) == 1
    (detail,) = await problems(store)
    assert detail.startswith(f"{MUG}: {cause}: told 10 (version 1)")
    assert await drifts(store) == [(drift, "open", "")]
    world.stage.faults.replace(FaultSettings())
    looks = 0
    while await problems(store):
        await publish(engine)
        await publish(engine)
        await read_back(engine)
        looks += 1
    assert looks <= 2  # a write that was held back comes over the one that heals it
    assert (await shows(engine), await read_back(engine)) == (10, 0)
    (one,) = await drifts(store)
    assert one[1:] == ("closed", "it shows what it should")


async def test_an_older_number_that_comes_over_a_newer_one_is_named_as_that(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(reorder_write=1))
    await publish(engine)
    world.stage.faults.replace(FaultSettings())
    await book(store, receive(5))
    await publish(engine)
    assert await shows(engine) == 10
    await read_back(engine)
    assert (await problems(store))[0].startswith(f"{MUG}: old version: told 15")
    await publish(engine)
    await publish(engine)
    assert (await read_back(engine), await shows(engine)) == (0, 15)


async def test_telling_again_that_does_not_help_is_told_to_a_person(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(drop_write=1))
    for _ in range(5):
        await publish(engine)
        await read_back(engine)
    (detail,) = await problems(store)
    assert "told again 5 times, which does not help" in detail


async def test_a_listing_that_is_not_offered_is_told_and_not_told_again(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(inactive_listing=1))
    await publish(engine)
    await read_back(engine)
    assert (await problems(store))[0].startswith(f"{MUG}: listing inactive")
    assert await publish(engine) == 0


async def test_what_somebody_wrote_there_is_seen_by_the_next_write_and_written_anew(
    store: Store, opened: Opened
) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(foreign_write=1))
    await publish(engine)
    world.stage.faults.replace(FaultSettings())
    await book(store, receive(5))
    assert await publish(engine) == 1  # refused: another version was there
    assert await shows(engine) == 11
    assert await publish(engine) == 1
    assert await shows(engine) == 15


async def test_what_the_channel_sold_is_on_its_way_to_us_and_a_problem_only_when_it_stays_unknown(
    store: Store, opened: Opened
) -> None:
    world, engine = opened
    await book(store, receive(10))
    await publish(engine)
    shelf(world).sell((COMPANY, MUG), Decimal(3))
    for looks in range(1, channel_levels.PATIENCE):
        assert (await read_back(engine), await publish(engine)) == (1, 0)
        assert await rows(store, "select cause, tries from channel_level") == [("sold since", looks)]
        assert await problems(store) == []
    await read_back(engine)
    (detail,) = await problems(store)
    assert detail == f"{MUG}: sold since: told 10 (version 1), shows 7 (version 1)"
    assert await drifts(store) == [("late", "explained", "")]
    async with store.transaction() as tx:
        await set_clock(tx, await business_now(tx) + dt.timedelta(hours=2), 0.000001)
    await read_back(engine)
    assert await drifts(store) == [("missing", "open", "")]
    await book(store, tell(3, source="marketplace"))
    assert (await read_back(engine), await problems(store)) == (0, [])
    assert await drifts(store) == [("missing", "closed", "it shows what it should")]
    assert (await publish(engine), await shows(engine)) == (1, 7)


async def test_an_order_that_never_comes_is_missing_though_the_channel_was_told_a_newer_number_since(
    store: Store, opened: Opened
) -> None:
    world, engine = opened
    await book(store, receive(10))
    await publish(engine)
    shelf(world).sell((COMPANY, MUG), Decimal(3))
    await read_back(engine)
    await book(store, receive(5))
    await publish(engine)
    assert (await shows(engine), await read_back(engine)) == (15, 0)
    assert await drifts(store) == [("late", "explained", "")]
    async with store.transaction() as tx:
        await set_clock(tx, await business_now(tx) + dt.timedelta(hours=2), 0.000001)
    case_id = f"sales_order/{COMPANY}/marketplace/M2"
    await held_order(store, case_id, "marketplace", Decimal(0))
    await book(store, tell(3, source="marketplace", case=case_id))  # placed later than that: another sale
    await publish(engine)
    await read_back(engine)
    assert await drifts(store) == [("missing", "closed", "it was told a newer number")]
    (detail,) = (await rows(store, "select detail from drift"))[0]
    assert detail == "3 that it sold never came to us as orders"


async def test_an_order_that_comes_after_the_channel_was_told_a_newer_number_was_late(
    store: Store, opened: Opened
) -> None:
    world, engine = opened
    await book(store, receive(10))
    await publish(engine)
    case_id = f"sales_order/{COMPANY}/marketplace/M1"
    await held_order(store, case_id, "marketplace", Decimal(0))
    shelf(world).sell((COMPANY, MUG), Decimal(3))
    await read_back(engine)
    await book(store, receive(5))
    await publish(engine)
    await read_back(engine)
    assert await drifts(store) == [("late", "explained", "")]
    await book(store, tell(3, source="marketplace", case=case_id))
    await publish(engine)
    await read_back(engine)
    assert await drifts(store) == [("late", "closed", "it shows what it should")]


async def test_orders_that_came_and_wait_for_a_person_are_sales_that_we_know(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10))
    await publish(engine)
    shelf(world).sell((COMPANY, MUG), Decimal(3))
    case_id = f"sales_order/{COMPANY}/marketplace/M1"
    await held_order(store, case_id, "marketplace", Decimal(3))
    await held_order(store, f"sales_order/{COMPANY}/shop/S1", "shop", Decimal(9))
    assert (await read_back(engine), await drifts(store)) == (0, [])
    shelf(world).sell((COMPANY, MUG), Decimal(1))
    assert (await read_back(engine), await drifts(store)) == (1, [("late", "explained", "")])
    await rows(store, "update exception_case set closed_at = opened_at where case_id = $1 returning 1", case_id)
    await book(store, tell(4, source="marketplace", case=case_id))
    assert (await read_back(engine), await drifts(store)) == (0, [("late", "closed", "it shows what it should")])


async def test_another_number_of_the_same_version_is_unknown_and_told_again(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10))
    await publish(engine)
    shelf(world).put((COMPANY, MUG), StockLevel(MUG, Decimal(99), 1))
    assert await read_back(engine) == 1
    assert await problems(store) == [f"{MUG}: unknown: told 10 (version 1), shows 99 (version 1); it is told again"]
    assert (await publish(engine), await shows(engine)) == (1, 10)
    assert (await read_back(engine), await problems(store)) == (0, [])


async def test_a_channel_that_does_not_say_what_it_shows_is_asked_less_and_less_and_told_all_the_same(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, engine = opened
    await book(store, receive(10))
    await publish(engine)
    monkeypatch.setattr(channel_levels, "LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(engine.connectors["marketplace"], "levels", never)
    for failures in (1, 2):
        assert await read_back(engine) == 0
        ((failed, detail, pause),) = await rows(
            store, "select failures, detail, next_at - clock_timestamp() from task where name like 'read-back/%'"
        )
        assert (failed, detail) == (failures, "it did not say what it shows within 0.05 s")
        assert pause > dt.timedelta(seconds=4 * failures)
    await book(store, receive(5))
    assert await publish(engine) == 1
    assert await rows(store, "select count(*) from channel_level") == [(0,)]


async def test_a_refused_number_is_written_anew_only_once_it_is_known_what_is_there_or_nobody_says_it(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(foreign_write=1))
    await publish(engine)
    world.stage.faults.replace(FaultSettings())
    await book(store, receive(5))
    await publish(engine)
    with monkeypatch.context() as silent:
        silent.setattr(channel_levels, "LONGEST_SECONDS", 0.05)
        silent.setattr(engine.connectors["marketplace"], "levels", never)
        for _ in range(2):
            assert await publish(engine) == 0
        assert await rows(store, "select count(*) from channel_level") == [(0,)]
    assert (await publish(engine), await shows(engine)) == (1, 15)


async def test_a_channel_that_is_paused_is_not_read(store: Store, opened: Opened) -> None:
    _, engine = opened
    await book(store, receive(10))
    await publish(engine)
    await rows(store, "update system_state set paused = true where system = 'marketplace' returning 1")
    await read_back(engine)
    assert await rows(store, "select count(*) from channel_level") == [(0,)]


async def test_a_channel_that_answers_slowly_keeps_nobody_but_itself_waiting(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, engine = opened
    await book(store, receive(10))
    await publish(engine)
    monkeypatch.setattr(engine.connectors["marketplace"], "levels", never)
    monkeypatch.setattr(channel_levels, "LONGEST_SECONDS", 3.0)
    engine.publications = (MARKET,)
    worker = Worker(engine)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(20):
            for quantity in (15, 20, 25):
                await book(store, receive(5))
                await until(store, f"select 1 from published_item where quantity = {quantity}")
            await until(store, "select 1 from guard_round")
        (reading,) = await rows(store, "select worker <> '' or failures > 0 from task where name like 'read-back/%'")
        assert reading == (True,)
    finally:
        worker.stop()
        await running


async def test_a_channel_is_told_of_the_shared_pool_and_its_own_less_what_is_held_back(
    store: Store, opened: Opened
) -> None:
    _, engine = opened
    pool = PoolRule(name="mp", pool="market", scope=Scope(channels=("marketplace",)), floor=Decimal(3))
    other = PoolRule(name="vip", pool="vip", scope=Scope(channels=("shop",)), floor=Decimal(2))
    rule = PublicationRule(name="careful", hold_back=Decimal(1))
    policies = StockPolicies(pools=(pool, other), publication=(rule,))
    await book(store, receive(10))
    async with store.transaction() as tx:
        for name, quantity in (("market", 3), ("vip", 2)):
            await tx.execute(
                "insert into promise_position (company_id, item, location, pool, on_hand, counter)"
                " values ($1, $2, 'north', $3, $4, 1)", COMPANY, MUG, name, Decimal(quantity),
            )  # fmt: skip
    await publish(engine, Publication(COMPANY, "marketplace", "marketplace", ("north",), policies))
    assert await shows(engine) == 10 + 3 - 1


async def test_every_published_number_follows_from_the_movements_digit_by_digit(store: Store, opened: Opened) -> None:
    _, engine = opened
    for quantity in (10, 5, 7):
        await book(store, receive(quantity), receive(1, item="TEAPOT"))
        await publish(engine)
    found = await guard(store)
    assert found.compared["published_is_derived"] == 12
    assert [one for one in found.findings if one.what.law == "published_is_derived"] == []


async def test_neither_what_stays_wrong_nor_what_stays_inactive_keeps_others_from_being_read(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, engine = opened
    monkeypatch.setattr(channel_levels, "_MOST", 2)
    asked: list[str] = []
    connector = engine.connectors["marketplace"]
    whole = connector.levels  # type: ignore[attr-defined]

    async def wrong(company_id: str, items: Sequence[str]) -> list[ShownLevel]:
        asked.extend(items)
        found = [level for level in await whole(company_id, items) if level.item not in ("D", "E")]
        return [msgspec.structs.replace(level, active=level.item > "C") for level in found]

    await book(store, *[receive(10, item=item) for item in "ABCDEZ"])
    await publish(engine)
    monkeypatch.setattr(connector, "levels", wrong)
    for _ in range(6):
        await read_back(engine)
        await publish(engine)
    assert {"A", "B", "C", "D", "E", "Z"} == set(asked)
    monkeypatch.setattr(connector, "levels", whole)
    for _ in range(6):
        await publish(engine)
        await read_back(engine)
    assert await rows(store, "select item, cause from channel_level where cause <> ''") == []


async def test_while_a_publication_is_on_its_way_all_that_is_not_in_it_is_read(store: Store, opened: Opened) -> None:
    world, engine = opened
    await book(store, receive(10), receive(10, item="TEAPOT"))
    await publish(engine)
    await book(store, receive(5))
    await only(engine, task_name(MARKET), run_publication, MARKET)  # made, and not delivered yet
    shelf(world).put((COMPANY, "TEAPOT"), StockLevel("TEAPOT", Decimal(99), 1))
    assert await only(engine, channel_levels.task_name(MARKET), channel_levels.run_read_back, MARKET) == 1
    assert await rows(store, "select item, cause from drift") == [("TEAPOT", "unowned_change")]
    assert await rows(store, "select item from channel_level") == [("TEAPOT",)]


async def test_a_number_that_the_channel_refused_is_no_lost_write_before_anybody_looked_at_its_answer(
    store: Store, opened: Opened
) -> None:
    world, engine = opened
    await book(store, receive(10))
    world.stage.faults.replace(FaultSettings(foreign_write=1))
    await publish(engine)
    world.stage.faults.replace(FaultSettings())
    await book(store, receive(5))
    await publish(engine)
    assert (await shows(engine), await read_back(engine), await drifts(store)) == (11, 0, [])
    assert (await publish(engine), await shows(engine), await read_back(engine)) == (1, 15, 0)


async def test_what_is_delivered_while_the_channel_answers_is_no_mismatch(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, engine = opened
    await book(store, receive(10))
    await publish(engine)
    await book(store, receive(5))
    await only(engine, task_name(MARKET), run_publication, MARKET)  # made, and not delivered yet
    connector = engine.connectors["marketplace"]
    whole = connector.levels  # type: ignore[attr-defined]

    async def slow(company_id: str, items: Sequence[str]) -> Sequence[ShownLevel]:
        found: Sequence[ShownLevel] = await whole(company_id, items)
        await settle(engine)
        return found

    monkeypatch.setattr(connector, "levels", slow)
    assert await only(engine, channel_levels.task_name(MARKET), channel_levels.run_read_back, MARKET) == 0
    monkeypatch.setattr(connector, "levels", whole)
    await settle(engine)
    assert (await shows(engine), await problems(store), await drifts(store)) == (15, [], [])
    assert (await publish(engine), await read_back(engine)) == (0, 0)
