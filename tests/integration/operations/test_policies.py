"""Stock policies as people work with them: listed, tried, applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal as D
from pathlib import Path

import pytest
from msgspec.structs import replace

from crossdock.engine.clock import set_clock
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.model.stock_policy import PoolRule, SafetyRule, Scope, StockPolicies
from crossdock.operations import policies
from crossdock.operations.policies import StockNetwork, apply_policies, list_policies
from crossdock.operations.policy_rehearsal import Step, try_policies
from crossdock.operations.policy_settings import changed
from crossdock.operations.problems import Problem
from crossdock.operations.stock import list_stock
from crossdock.project import load
from crossdock.project.versions import apply
from crossdock.rules.stock_policy import Subject
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.inventory.helpers import COMPANY, MUG, Levels, ask, book, holds, levels, receive, tell
from tests.integration.operations.worlds import ANNA, at_work

WHOLESALER = Path(__file__).parents[3] / "examples" / "wholesaler"


async def wholesaler(
    store: Store, stock: StockPolicies | None = None, parts: Mapping[str, str] | None = None
) -> StockNetwork:
    """The example in force, with these stock policies in place of its own, and some more locations that are part of
    others."""
    network = load(WHOLESALER, None)
    places = {part: replace(network.locations["north"], id=part, parent=of) for part, of in (parts or {}).items()}
    network = replace(network, locations=network.locations | places)
    if stock is not None:
        network = replace(network, policies=replace(network.policies, stock=stock))
    async with store.transaction() as tx:
        await apply(tx, network)
        await set_clock(tx, dt.datetime(2010, 12, 6, 9, tzinfo=dt.UTC), 0.001)
        return await policies.in_force(tx)


def usual(quantity: int) -> SafetyRule:
    return SafetyRule(name="usual", quantity=D(quantity))


async def everything(store: Store) -> dict[str, object]:
    """A checksum of every table."""
    found: dict[str, object] = {}
    for (table,) in await rows(store, "select tablename from pg_tables where schemaname = 'public'"):
        text = f"select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} as t"
        found[str(table)] = await rows(store, text)
    return found


async def test_the_rules_in_force_are_listed_with_who_wins_and_why(store: Store) -> None:
    await wholesaler(store)
    await book(store, receive(1, item="22423"))
    subject = Subject(COMPANY, "22423", "north")
    (shown,) = await list_policies(await at_work(store), ANNA, subject, dt.date(2010, 12, 6))
    safety = [(rule.name, rule.state, rule.why) for rule in shown.rules if rule.table == "safety"]
    assert safety == [
        ("christmas_cake_stands", "wins", "precedence 5 over 0"),
        ("cake_stands", "holds", "`christmas_cake_stands` wins: precedence 5 over 0"),
    ]
    (january,) = await list_policies(await at_work(store), ANNA, subject, dt.date(2011, 1, 3))
    assert [(rule.name, rule.state) for rule in january.rules if rule.table == "safety"] == [
        ("cake_stands", "wins"),
        ("christmas_cake_stands", "ended"),
    ]


async def test_a_rule_that_says_more_than_the_question_is_listed_as_such(store: Store) -> None:
    await wholesaler(store)
    await book(store, receive(1, item="85123A"))
    (shown,) = await list_policies(await at_work(store), ANNA, Subject(COMPANY, "85123A", "north"))
    (pool,) = (rule for rule in shown.rules if rule.table == "pools")
    assert (pool.name, pool.state, pool.why) == (
        "homestead_hearts",
        "not asked",
        "it holds only where channels homestead",
    )


async def test_a_rule_for_a_warehouse_keeps_back_at_its_bins_and_the_bins_own_rule_wins(store: Store) -> None:
    in_north = SafetyRule(name="in_north", quantity=D(4), scope=Scope(locations=("north",)))
    in_bin = SafetyRule(name="in_bin", quantity=D(1), scope=Scope(locations=("n1a",)))
    network = await wholesaler(store, StockPolicies(safety=(in_north, in_bin)), {"n1": "north", "n1a": "n1"})
    await book(store, receive(10), receive(10, location="n1"), receive(10, location="n1a"))
    context = await at_work(store)
    found = await try_policies(context, ANNA, changed(network, {"safety.in_north.quantity": "6"}))
    kept = {p.location: p.kept_back.after for p in found.top_positions}
    assert kept == {"north": D(6), "n1": D(6)}, "what the bin's own rule keeps back is no effect of the change"
    assert {p.why for p in found.top_positions} == {"safety 6 instead of 4 (rule in_north)"}
    await apply_policies(context, ANNA)
    assert [(await levels(store, place)).free for place in ("north", "n1", "n1a")] == [D(6), D(6), D(9)]
    (shown,) = await list_policies(context, ANNA, Subject(COMPANY, location="n1a"))
    assert [(rule.name, rule.state, rule.why) for rule in shown.rules if rule.table == "safety"] == [
        ("in_bin", "wins", "the location it names is nearer"),
        ("in_north", "holds", "`in_bin` wins: the location it names is nearer"),
    ]
    await holds(store)


async def test_policies_are_applied_at_once_and_again_changes_nothing(store: Store) -> None:
    await wholesaler(store, StockPolicies(safety=(usual(4),)))
    await book(store, receive(10))
    context = await at_work(store)
    done = await apply_policies(context, ANNA, COMPANY)
    assert (done[COMPANY].looked_at, done[COMPANY].changed) == (1, 1)
    assert (await levels(store)).free == D(6)
    await book(store, ask(1))
    (row,) = await list_stock(context, ANNA)
    assert (row.on_hand, row.kept_back, row.reserved, row.free) == (D(10), D(4), D(1), D(5))
    assert (await apply_policies(context, ANNA))[COMPANY].changed == 0
    assert await rows(store, "select action, subject from audit order by id limit 1") == [
        ("apply_policies", f"policies/{COMPANY}")
    ]
    await holds(store)


async def test_a_dry_run_says_what_applying_would_do_and_writes_nothing(store: Store) -> None:
    await wholesaler(store, StockPolicies(safety=(usual(2),)))
    await book(store, receive(10), receive(10, item="TEAPOT"))
    context = await at_work(store)
    await apply_policies(context, ANNA)
    await book(store, ask(6, source="shop", case="sales_order/albion_uk/shop/1"))
    await book(store, tell(8, item="TEAPOT", source="marketplace", case="sales_order/albion_uk/marketplace/2"))
    async with store.transaction() as tx:
        price = '{"company_id":"albion_uk","id":"85123A","sales_price":{"amount":"2.55","currency":"GBP"}}'
        await tx.execute("insert into item values ($1, $2, $3, 1)", COMPANY, MUG, price)
        network = await policies.in_force(tx)
    before = await everything(store)
    more = replace(network, policies=policies.PoliciesSaid(StockPolicies(safety=(usual(5),))))
    found = await try_policies(context, ANNA, more, company_id=COMPANY)
    assert await everything(store) == before
    assert (found.positions, found.positions_changed) == (2, 2)
    assert (found.kept_back, found.free) == (Step(D(4), D(10)), Step(D(2), D(-4)))
    altered = {(one.effect, one.item, one.quantity, one.value) for one in found.top_promises}
    assert altered == {("not_granted", MUG, D(1), D("2.55")), ("short", "TEAPOT", D(3), None)}
    assert found.effects["not_granted"].value == {"GBP": D("2.55")}


async def test_a_dry_run_sees_what_rules_keep_back_of_items_that_are_not_there_yet(store: Store) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, "TEAPOT")])
    rule = SafetyRule(name="teapots", quantity=D(5), scope=Scope(items=("TEAPOT",)))
    await wholesaler(store, StockPolicies(safety=(rule,)))
    await book(store, receive(9, item="TEAPOT"))
    context = await at_work(store)
    found = await try_policies(context, ANNA, None, company_id=COMPANY)
    done = await apply_policies(context, ANNA, COMPANY)
    assert (found.positions_changed, found.kept_back.after) == (done[COMPANY].changed, D(10)) == (2, D(10))


async def test_a_dry_run_fills_those_who_wait_as_applying_would(store: Store) -> None:
    network = await wholesaler(store, StockPolicies(safety=(usual(8),)))
    await book(store, receive(10))
    context = await at_work(store)
    await apply_policies(context, ANNA)
    await book(store, ask(6, source="shop", case="sales_order/albion_uk/shop/1"))
    before = await everything(store)
    scope = Scope(channels=("homestead",))
    pool = PoolRule(name="retail", pool="retail", floor=D(3), scope=scope)
    stock = StockPolicies(safety=(usual(2),), pools=(pool,))
    less = replace(network, policies=policies.PoliciesSaid(stock))
    found = await try_policies(context, ANNA, less)
    assert await everything(store) == before
    assert [(one.effect, one.quantity, one.subject) for one in found.top_promises] == [
        ("filled", D(3), "sales_order/albion_uk/shop/1")
    ]
    await wholesaler(store, stock)
    await apply_policies(context, ANNA)
    assert {(p.pool, p.on_hand.after, p.free.after) for p in found.top_positions} == {
        (pool, now.on_hand, now.free)
        for pool in ("", "retail")
        if (now := await levels(store, pool=pool)) != Levels(D(0), D(0), D(0))
    }
    assert (await levels(store)).reserved == D(5), "two before, three filled; the pool came first"
    await holds(store)


async def test_what_the_rules_in_force_change_by_themselves_is_no_effect_of_others(store: Store) -> None:
    network = await wholesaler(store, StockPolicies(safety=(usual(8),)))
    await book(store, receive(10), receive(10, item="TEAPOT"))
    context = await at_work(store)
    await apply_policies(context, ANNA)
    await book(store, ask(6, source="shop", case="sales_order/albion_uk/shop/1"))
    pool = PoolRule(name="retail", pool="retail", floor=D(3), scope=Scope(channels=("homestead",)))
    stock = StockPolicies(safety=(usual(2),), pools=(pool,))
    network = await wholesaler(store, stock)  # in force, and the workers have not come to it yet
    same = await try_policies(context, ANNA, network)
    assert (same.positions_changed, same.top_positions, same.effects, same.pending) == (0, [], {}, 2)
    teapots = SafetyRule(name="teapots", quantity=D(5), scope=Scope(items=("TEAPOT",)), precedence=9)
    other = replace(network, policies=policies.PoliciesSaid(replace(stock, safety=(usual(2), teapots))))
    found = await try_policies(context, ANNA, other, company_id=COMPANY)
    assert {(p.item, p.location, p.pool, p.kept_back) for p in found.top_positions} >= {
        ("TEAPOT", "north", "", Step(D(2), D(5)))
    }
    assert {p.item for p in found.top_positions} == {"TEAPOT"}
    assert found.effects == {}
    await holds(store)


async def test_the_rules_of_every_company_are_listed_unless_one_is_named(store: Store) -> None:
    await wholesaler(store)
    found = await list_policies(await at_work(store), ANNA, Subject(""))
    assert [one.company for one in found] == ["albion_ie", COMPANY]


@pytest.mark.parametrize(
    ("subject", "words", "advice"),
    [
        (Subject("", "NOPE"), "item 'NOPE'", "spelling"),
        (Subject("", "", "nowhere"), "location 'nowhere'", "The locations are north, south"),
        (Subject(COMPANY, channel="web"), "channel 'web'", "The channels are homestead, marketplace, shop."),
        (Subject(COMPANY, customer="nobody"), "customer 'nobody'", "the ERP"),
    ],
)
async def test_rules_are_not_listed_for_what_is_not_there(
    store: Store, subject: Subject, words: str, advice: str
) -> None:
    await wholesaler(store)
    with pytest.raises(Problem) as raised:
        await list_policies(await at_work(store), ANNA, subject)
    assert words in raised.value.detail
    assert advice in raised.value.advice
