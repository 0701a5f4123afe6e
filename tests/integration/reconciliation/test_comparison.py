"""Statements against the books of their own moment: what differs, why, and what becomes of it."""

from __future__ import annotations

from decimal import Decimal

from crossdock.engine.reconciliation import compare_next
from crossdock.events.assembly import GoodsAssembled
from crossdock.inventory.reconciliation.statements import Kept, keep_statements
from crossdock.model.assembly import Assembly, AssemblyLine, BillLine
from crossdock.model.quantity import Quantity
from crossdock.model.reconciliation import StockStatement
from crossdock.project.network import StockReports
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.reconciliation.world import (
    COMPANY,
    MUG,
    SMALL,
    World,
    adjusted_by,
    did,
    minute,
    posted,
)


async def test_a_statement_that_agrees_leaves_no_drift_and_moves_nothing(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.adjusted("A1", -3, 5)
    await world.states(10, did(1, 5, unrestricted=-3), unrestricted=47)
    assert await world.drifts(closed=True) == []
    assert await world.stock() == 47
    ((compared, differences),) = await rows(store, "select compared_at is not null, differences from stock_statement")
    assert (compared, differences) == (True, 0)


async def test_a_statement_is_compared_with_our_number_of_its_own_moment(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.adjusted("A1", -3, 5)
    await world.adjusted("A2", -10, 30)
    await world.states(20, did(1, 5, unrestricted=-3), unrestricted=47)
    assert await world.drifts(closed=True) == []


async def test_a_fact_that_never_came_is_found_and_fetched_again_once_the_window_is_over(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    fact = did(1, 5, unrestricted=-3)
    await world.states(10, fact, unrestricted=47)
    drift = await world.drift()
    assert (drift.state, drift.cause, drift.units, drift.money) == ("open", "missing", 3, Decimal("7.50"))
    assert (drift.by_condition(), drift.due_at) == ({"unrestricted": Decimal(-3)}, minute(70))
    assert world.wms.asked == []

    world.wms.pages["0"] = b"x the message once more"
    await world.states(70, unrestricted=47)
    assert world.wms.asked == [("messages", "0")]
    assert await rows(store, "select name from raw_document") == [("messages",)]
    assert await world.problems() == []

    await world.adjusted("A1", -3, 5)
    await world.states(100, unrestricted=47)
    (drift,) = await world.drifts(closed=True)
    assert (drift.state, drift.cause, drift.closed_at) == ("closed", "missing", minute(100))
    assert await world.stock() == 47
    await world.holds()


async def test_what_goes_away_inside_the_window_was_late(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.states(10, did(1, 5, unrestricted=-3), unrestricted=47)
    await world.adjusted("A1", -3, 5)
    await world.states(30, unrestricted=47)
    (drift,) = await world.drifts(closed=True)
    assert (drift.state, drift.cause, drift.changes) == ("closed", "late", 2)
    assert len(await rows(store, "select 1 from drift_change")) == 2


async def test_what_the_source_cannot_give_again_is_corrected_under_the_limit(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50)
    await world.states(10, did(1, 5, unrestricted=-3), unrestricted=47)
    await world.states(70, unrestricted=47)
    await world.states(140, unrestricted=47)
    drift = await world.drift()
    assert world.wms.asked == [("messages", "0")]
    assert (drift.state, await world.stock()) == ("corrected", 47)
    await world.states(150, unrestricted=47)
    assert (await world.drifts(closed=True))[0].resolution == "they agree since the correction"
    await world.holds()


async def test_a_late_fact_after_the_correction_counts_once(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50)
    await world.adjusted("A0", 2, 1)
    await world.states(10, unrestricted=49)
    await world.states(80, unrestricted=49)
    assert (await world.drift()).state == "corrected"
    assert await world.stock() == 49

    await world.adjusted("A1", -3, 5)
    assert await world.stock() == 46
    await world.reconcile()
    assert await world.stock() == 49
    await world.reconcile()
    assert await world.stock() == 49

    await world.adjusted("A2", -4, 85)
    await world.reconcile()
    assert await world.stock() == 45
    await world.states(90, unrestricted=45)
    assert await world.drifts() == []
    await world.holds()


async def test_above_the_limit_a_person_is_asked_with_the_money_at_risk(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50)
    await world.states(10, unrestricted=30)
    await world.states(80, unrestricted=30)
    drift = await world.drift()
    assert (drift.state, drift.cause, await world.stock()) == ("open", "unknown", 50)
    assert await world.problems() == ["stock_drift"]
    ((money, currency),) = await rows(store, "select money_at_risk, currency from exception_case")
    assert (money, currency) == (Decimal("50.00"), "GBP")

    await world.states(100, unrestricted=28)
    assert len(await rows(store, "select 1 from exception_case")) == 1
    await world.adjusted("A1", -22, 5)
    await world.states(120, unrestricted=28)
    assert await world.problems() == []
    assert await world.stock() == 28


async def test_a_count_of_the_owner_holds_at_once_and_is_derived_again_when_an_earlier_fact_comes(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.counts(20, 41)
    assert await world.stock() == 41
    await world.adjusted("A1", -9, 15)
    await world.reconcile()
    assert await world.stock() == 41
    await world.adjusted("A2", 5, 25)
    await world.reconcile()
    assert await world.stock() == 46
    await world.holds()


async def test_two_counts_and_a_fact_of_before_both_count_once(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.counts(20, 41)
    await world.counts(40, 44)
    await world.adjusted("A1", -9, 15)
    await world.reconcile()
    assert await world.stock() == 44
    await world.adjusted("A2", 3, 30)
    await world.reconcile()
    assert await world.stock() == 44


async def test_goods_in_the_wrong_condition_are_moved_and_nothing_comes_from_outside(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50)
    await world.states(10, unrestricted=46, picked=4)
    await world.states(80, unrestricted=46, picked=4)
    assert (await world.stock(), await world.stock("picked")) == (46, 4)
    moved = await rows(store, "select from_state, to_state, quantity from stock_movement where from_state <> 'opening'")
    assert moved == [("unrestricted", "picked", Decimal(4))]


async def test_an_erp_never_moves_our_stock_and_is_sent_the_adjustment(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50)
    await world.erp_states(10, 50)
    await world.erp_states(20, 45, posted("SA9", 15, -5))
    drift = await world.drift()
    assert (drift.cause, drift.system, drift.units) == ("unowned_change", "erp", 5)
    await world.erp_states(90, 45)
    assert await world.stock() == 50
    assert (await world.drift()).state == "corrected"
    sent = [outgoing.rendered.target for outgoing in world.erp.got]
    assert sent == ["inventory_adjustment"]
    await world.erp_states(100, 50)
    assert await world.drifts() == []


async def test_what_the_erp_was_not_told_yet_explains_the_difference(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.adjusted("A1", -3, 5)
    async with store.transaction() as tx:
        await tx.execute("update delivery set status = 'ready', next_attempt_at = 'infinity', delivered_at = null")
    await world.erp_states(10, 50)
    drift = await world.drift()
    assert (drift.state, drift.cause) == ("explained", "late")


async def test_a_document_that_the_erp_booked_twice_is_found_by_our_own_key(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.adjusted("A1", -3, 5)
    ((key,),) = await rows(store, "select idempotency_key from delivery where system = 'erp'")
    await world.erp_states(10, 44, posted("SA1", 6, -3, key), posted("SA2", 7, -3, key))
    drift = await world.drift()
    assert (drift.cause, [one.number for one in drift.facts()]) == ("doubled", ["SA2"])


async def test_an_older_statement_that_comes_late_is_only_kept(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.states(30, unrestricted=50)
    await world.states(20, unrestricted=10)
    assert await world.drifts(closed=True) == []
    assert await rows(store, "select differences from stock_statement order by stated_at") == [(None,), (0,)]


async def test_a_statement_waits_until_what_came_before_it_is_booked(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    statement = StockStatement(
        company_id=COMPANY, system="wms_north", kind="warehouse", location="north", number="S", stated_at=minute(9),
        levels=(),
    )  # fmt: skip
    async with store.transaction() as tx:
        await tx.execute("update log_head set position = position + 1 where slot = 7")
        await keep_statements(tx, [Kept(statement, False, "stock_statement/c/s")], minute(9))
    assert not await compare_next(world.engine)
    async with store.transaction() as tx:
        await tx.execute("update checkpoint set position = position + 1 where consumer = 'cases' and slot = 7")
    assert await compare_next(world.engine)
    assert [one.item for one in await world.drifts()] == [MUG]


async def test_stock_at_the_bins_of_a_warehouse_is_stock_of_the_warehouse(store: Store) -> None:
    world = World(store)
    world.engine.places = lambda location: (location, "north/bin-1") if location == "north" else (location,)
    await world.opened(50)
    await world.adjusted("A1", 4, 5, location="north/bin-1")
    await world.states(10, did(1, 5, unrestricted=4), unrestricted=54)
    assert await world.drifts(closed=True) == []
    await world.adjusted("A2", 2, 12, location="north/bin-1")
    await world.states(20, unrestricted=54)
    drift = await world.drift()
    assert (drift.location, drift.by_condition()) == ("north", {"unrestricted": Decimal(-2)})
    assert [fact.document for fact in drift.facts()] == [f"adjustment/{COMPANY}/north/bin-1/A2"]


async def test_a_fact_of_a_bin_that_comes_late_changes_the_correction_of_its_warehouse(store: Store) -> None:
    world = World(store, SMALL)
    world.engine.places = lambda location: (location, "north/bin-1") if location == "north" else (location,)
    await world.opened(50)
    await world.counts(10, 47)
    assert await world.stock() == 47
    await world.adjusted("A1", -3, 5, location="north/bin-1")
    await world.reconcile()
    assert await world.stock() == 47
    await world.holds()


async def test_what_a_system_told_without_authority_explains_why_it_differs(store: Store) -> None:
    world = World(store)
    world.engine.held_by = lambda source, fact, company, of: "ownership" if source == "erp" else ""
    world.erp.translate = lambda raw, references: adjusted_by("erp", -5)  # type: ignore[method-assign,assignment]
    await world.opened(50)
    await world.tells("erp")
    assert await world.stock() == 50
    await world.erp_states(20, 45, lists=False)
    drift = await world.drift()
    ((document,),) = await rows(store, "select id from raw_document")
    assert (drift.cause, [fact.number for fact in drift.facts()]) == ("unowned_change", [f"raw/{document}"])
    assert "held for a person" in drift.detail


async def test_a_stock_report_of_a_firm_that_keeps_our_goods_is_a_drift_in_units_and_money(store: Store) -> None:
    world = World(store, SMALL)
    await world.opened(50, "quay")
    await world.reports(10, 50, StockReports("quay"))
    await world.adjusted("A1", -3, 15, location="quay")
    await world.reports(20, 50, StockReports("quay"))
    drift = await world.drift()
    assert (drift.system, drift.location, drift.units, drift.money) == ("harbour", "quay", 3, Decimal("7.50"))
    assert (drift.kind, drift.cause) == ("warehouse", "missing")
    await world.reports(90, 50, StockReports("quay"))
    assert (await world.stock(), await world.problems()) == (47, ["stock_drift"])


async def test_a_stock_report_that_was_agreed_to_hold_is_a_count(store: Store) -> None:
    world = World(store)
    await world.opened(50, "quay")
    await world.reports(20, 41, StockReports("quay", counts=True))
    assert await world.stock() == 41
    await world.adjusted("A1", -9, 15, location="quay")
    await world.reconcile()
    assert await world.stock() == 41
    await world.holds()


async def test_assemblies_that_the_warehouse_did_not_book_never_came_to_it_each_once(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    for number in ("K1", "K2"):
        parts, kits = (
            (AssemblyLine("in", MUG, Quantity(Decimal(4))),),
            (AssemblyLine("out", "SET", Quantity(Decimal(2))),),
        )
        bill = (BillLine("SET", MUG, Decimal(2)),)
        made = Assembly(COMPANY, number, "north", "assembly", minute(5), parts, kits, bill)
        await world.happen(f"assembly/{COMPANY}/north/{number}", GoodsAssembled(made), minute(5))
    await world.states(10, did(1, 1), unrestricted=50)
    drifts = {drift.item: drift for drift in await world.drifts()}
    mugs = drifts[MUG]
    assert (mugs.cause, mugs.by_condition()) == ("missing", {"unrestricted": Decimal(8)})
    assert [one.document.rpartition("/")[2] for one in mugs.facts()] in (["K1", "K2"], ["K2", "K1"])
    assert sum(one.changes["unrestricted"] for one in mugs.facts()) == -8
    assert drifts["SET"].cause == "missing"
