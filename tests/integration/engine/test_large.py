"""Large files: taken in portions, with the same effects as if they were taken at once, whatever stops it in between."""

from __future__ import annotations

import datetime as dt
from typing import Any

import asyncpg
import msgspec
import pytest

from crossdock.edi import x12
from crossdock.engine import batch
from crossdock.engine import worker as workers
from crossdock.engine.clock import set_clock
from crossdock.engine.intake import large, translate
from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.engine.worker import Worker
from crossdock.log import append
from crossdock.store import Store
from tests.contract.exchange.network import interchange
from tests.integration.engine.harness import NOW, begun, rows, settle
from tests.integration.engine.test_wrappers import NEVER, World
from tests.unit.exchange.test_inbound import ANSWER

SETS, PORTION = 23, 5


@pytest.fixture(autouse=True)
async def clock(store: Store) -> None:
    async with store.transaction() as tx:
        await set_clock(tx, NOW, 1)


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few kilobytes are large."""
    monkeypatch.setattr(large, "MOST_BYTES", 1000)
    monkeypatch.setattr(large, "PORTION", PORTION)


def answers(count: int = SETS, *, unreadable: int | None = None, number: int = 1) -> bytes:
    """855s about so many purchase orders in one interchange; one of them may hold an impossible date."""
    sets = []
    for n in range(count):
        day = "20101399" if n == unreadable else "20101201"
        sets.append(("PR", "855", [("BAK", "00", "AC", f"45{n:05}", day), *ANSWER[1:]]))
    return interchange("brightware", *sets, number=number)


async def facts(store: Store) -> list[tuple[Any, ...]]:
    query = "select subject, count(*) from event where type = 'PurchaseOrderAcknowledged' group by subject order by 1"
    return await rows(store, query)


ALL_ONCE = [(f"purchase_order/albion_uk/45{n:05}", 1) for n in range(SETS)]


@pytest.mark.usefixtures("small_portions")
async def test_all_of_a_large_file_is_taken_and_acknowledged_once(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("all.edi", answers())
    assert await world.documents() == [("translated", SETS)]
    assert await facts(store) == ALL_ONCE
    (acknowledgement,) = world.answers
    assert acknowledgement.count(b"AK2") == SETS
    assert await rows(store, "select distinct progress from raw_document") == [("",)]


@pytest.mark.usefixtures("small_portions")
async def test_it_is_acknowledged_as_it_is_when_it_is_taken_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store, NEVER)
    await world.arrive("broken.edi", answers(unreadable=17))
    monkeypatch.setattr(large, "MOST_BYTES", 1 << 20)
    other = World(store, NEVER)
    await other.arrive("other.edi", answers(unreadable=17, number=2))
    in_portions, at_once = (_without_numbers(one) for one in (*world.answers, *other.answers))
    assert in_portions == at_once
    assert [status for status, _ in await world.documents()] == ["partial", "partial"]
    first, second = [faults for (faults,) in await rows(store, "select faults from raw_document order by id")]
    assert first == second
    assert "segment 106 (BAK)" in first


def _without_numbers(content: bytes) -> list[list[str]]:
    (item,) = [item for item in x12.read(content) if isinstance(item, x12.TransactionSet)]
    return [segment.elements for segment in item.segments if segment.id not in ("ST", "SE", "AK1")]


@pytest.mark.usefixtures("small_portions")
async def test_the_same_large_file_again_has_no_effect_and_the_same_acknowledgement(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("all.edi", answers())
    await world.arrive("all-again.edi", answers())
    assert await world.documents() == [("translated", SETS), ("duplicate", 0)]
    assert await facts(store) == ALL_ONCE
    first, second = world.answers
    assert first == second


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("portion", range((SETS + 1) // PORTION + 1))
async def test_a_worker_that_dies_between_portions_is_taken_over_where_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    world = World(store, NEVER)
    kept = large.LargeDocument.kept
    left = portion

    def dies(self: large.LargeDocument, so_far: translate.Progress) -> None:
        nonlocal left
        if not left:
            raise asyncpg.ConnectionDoesNotExistError("after the commit")
        left -= 1
        kept(self, so_far)

    monkeypatch.setattr(large.LargeDocument, "kept", dies)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await world.arrive("all.edi", answers())
    monkeypatch.setattr(large.LargeDocument, "kept", kept)
    await rows(store, "update checkpoint set leased_until = '-infinity'")
    await rows(store, "delete from worker_session")
    await settle(world.engine)
    assert await world.documents() == [("translated", SETS)]
    assert await facts(store) == ALL_ONCE
    assert len(world.answers) == 1


@pytest.mark.usefixtures("small_portions")
async def test_files_behind_it_wait_and_other_slots_go_on(store: Store) -> None:
    world = World(store, NEVER)
    await world.arrive("all.edi", answers())
    await world.arrive("next.edi", answers(1, number=2).replace(b"4500000", b"4600000"))
    read = await rows(
        store, "select subject from event where type = 'PurchaseOrderAcknowledged' order by recorded_at, id"
    )
    assert read[-1] == ("purchase_order/albion_uk/4600000",)


async def test_a_batch_takes_no_more_bytes_of_documents_than_fit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "MOST_BYTES", 1500)
    world = World(store, NEVER)
    for n in range(4):
        await world.arrive(f"{n}.edi", answers(2, number=n + 1).replace(b"*45", b"*%d5" % (5 + n)))
    assert await world.documents() == [("translated", 2)] * 4


async def test_a_translator_that_fails_halfway_leaves_what_was_taken_and_a_document_to_look_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST_BYTES", 1000)
    monkeypatch.setattr(large, "PORTION", PORTION)
    world = World(store, NEVER)
    read = world.partner.portions

    def fails(*given: Any) -> Any:
        yield next(read(*given))
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(world.partner, "portions", fails)
    await world.arrive("all.edi", answers())
    assert await world.documents() == [("partial", PORTION)]
    ((faults,),) = await rows(store, "select faults from raw_document")
    assert "translator_failed" in faults


async def test_a_batch_that_takes_too_long_each_time_becomes_smaller_and_others_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stops a transaction passes by itself as a rule; where it does not, half as much is tried."""
    world = World(store, NEVER)
    asked: list[int] = []
    worker = Worker(world.engine)

    async def too_long(wanted: workers.Wanted, *, park: bool = False) -> int:
        asked.append(sum(size for _, size in wanted))
        raise asyncpg.IdleInTransactionSessionTimeoutError("terminating")

    monkeypatch.setattr(worker._batches, "run", too_long)
    await worker._cases.start()
    await worker._views.start()
    await worker._balance()
    await _arrive_only(world, 8)
    for _ in range(13):
        with pytest.raises(asyncpg.IdleInTransactionSessionTimeoutError):
            await worker._case_step()
    assert asked == [8] * 3 + [4] * 3 + [2] * 3 + [1] * 4
    await worker._cases.give_back()
    await worker._views.give_back()


async def _arrive_only(world: World, count: int, *files: bytes) -> None:
    """Documents of one source, not yet translated."""
    for n, content in enumerate([*(answers(1, number=n + 1) for n in range(count)), *files]):
        arrival = Arrival(
            source="brightware", kind="file", content=content, transport_key=str(n),
            received_at=NOW + dt.timedelta(seconds=n), name=f"{n}.edi",
        )  # fmt: skip
        async with world.store.transaction() as tx:
            (stored,) = await store_arrivals(tx, [arrival])
            await append(tx, [received_event(arrival, stored.document_id)])


@pytest.mark.usefixtures("small_portions")
async def test_work_of_other_slots_in_the_same_batch_does_not_keep_a_large_file_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store, NEVER)
    worker = Worker(world.engine)
    await worker._cases.start()
    await worker._balance()
    await _arrive_only(world, 0, answers())
    for n in range(3):
        async with store.transaction() as tx:
            await append(tx, [begun(f"busy-{n}-{m}") for m in range(20)])
        await worker._case_step()
    ((stored,),) = await rows(store, "select progress from raw_document")
    assert msgspec.json.decode(stored)["portions"] == 3
    await worker._cases.give_back()


@pytest.mark.usefixtures("small_portions")
async def test_a_large_file_that_cannot_be_written_on_is_shown_with_what_was_taken_and_read_anew_when_released(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store, NEVER)
    taken = batch.translate_portion

    async def fails(tx: Any, context: Any, received: Any, said: Any, so_far: translate.Progress, writes: Any) -> None:
        if so_far.portions:
            raise ZeroDivisionError("a defect")
        await taken(tx, context, received, said, so_far, writes)

    monkeypatch.setattr(batch, "translate_portion", fails)
    await world.arrive("all.edi", answers())
    assert await world.documents() == [("partial", PORTION)]
    ((faults,),) = await rows(store, "select faults from raw_document")
    assert "intake_failed" in faults
