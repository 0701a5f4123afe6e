"""Stock set aside for some is never promised to others; what is lent comes back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from crossdock.events.inventory import BackorderFilled, StockPromised
from crossdock.inventory.ledger.outcomes import RebalanceRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.model.stock import PromiseRequest
from crossdock.model.stock_policy import FillRule, PoolRule, Scope, StockPolicies
from crossdock.store import Store
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
    move,
    pick,
    receive,
    release,
    tell,
)

RETAIL = Scope(channels=("homestead",))


def floor(quantity: int, *, pool: str = "retail", scope: Scope = RETAIL, **more: object) -> StockPolicies:
    rule = PoolRule(name=f"{pool}_floor", pool=pool, floor=D(quantity), scope=scope, **more)  # type: ignore[arg-type]
    return StockPolicies(pools=(rule,))


async def pooled(store: Store, policies: StockPolicies, *requests: Request, at: dt.datetime = AT) -> list[object]:
    return [outcome.body for outcome in await book(store, *requests, at=at, policies=policies)]


async def told(store: Store, policies: StockPolicies, request: PromiseRequest) -> StockPromised:
    (body,) = await pooled(store, policies, request)
    assert isinstance(body, StockPromised)
    return body


def taken(promise: StockPromised) -> D:
    return sum((line.quantity for line in promise.promised), D(0))


async def test_a_receipt_fills_the_pool_first_and_the_rest_is_everybodys(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    assert await levels(store) == Levels(D(4), D(0), D(4))
    await holds(store)


async def test_nobody_else_is_promised_what_is_set_aside(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    shop = await told(store, policies, ask(9, source="shop", backorder=False))
    assert taken(shop) == D(4)
    assert shop.refused == (("1", D(5)),)
    retailer = await told(store, policies, ask(6, source="homestead"))
    assert taken(retailer) == D(6)
    await holds(store)


async def test_a_told_promise_beyond_shared_stock_is_a_shortage_and_leaves_the_pool_alone(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    marketplace = await told(store, policies, tell(7, source="marketplace"))
    assert marketplace.shortage == (("1", D(3)),)
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    await holds(store)


async def test_its_own_pool_comes_first_and_then_what_is_everybodys(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    assert taken(await told(store, policies, tell(8, source="homestead"))) == D(8)
    assert await levels(store, pool="retail") == Levels(D(6), D(6), D(0))
    assert await levels(store) == Levels(D(4), D(2), D(2))
    await holds(store)


async def test_a_pool_that_lends_is_asked_last_and_gets_it_back_from_the_next_receipt(store: Store) -> None:
    policies = floor(6, lends=True)
    await pooled(store, policies, receive(10))
    assert taken(await told(store, policies, ask(7, source="shop"))) == D(7)
    assert await levels(store, pool="retail") == Levels(D(3), D(0), D(3))
    await pooled(store, policies, receive(5))
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    await holds(store)


async def test_goods_promised_out_of_a_pool_leave_that_pool(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    promise = await told(store, policies, ask(4, source="homestead"))
    await pooled(store, policies, pick(4, promise.promised[0].reservation))
    assert await levels(store, pool="retail") == Levels(D(2), D(0), D(2))
    assert await levels(store) == Levels(D(4), D(0), D(4))
    await holds(store)


async def test_a_share_follows_what_is_on_hand_and_is_rounded_down(store: Store) -> None:
    rule = PoolRule(name="quarter", pool="retail", share_percent=D(25), scope=RETAIL)
    policies = StockPolicies(pools=(rule,))
    await pooled(store, policies, receive(10))
    assert (await levels(store, pool="retail")).on_hand == D(2)
    await pooled(store, policies, receive(10))
    assert (await levels(store, pool="retail")).on_hand == D(5)
    await holds(store)


async def test_what_is_promised_in_a_pool_stays_when_its_rule_ends(store: Store) -> None:
    policies = floor(6, until_on=dt.date(2010, 12, 1))
    await pooled(store, policies, receive(10), ask(4, source="homestead"))
    tomorrow = AT + dt.timedelta(days=1)
    await pooled(store, policies, RebalanceRequest(COMPANY, "day/2", MUG), at=tomorrow)
    assert await levels(store, pool="retail") == Levels(D(4), D(4), D(0))
    assert await levels(store) == Levels(D(6), D(0), D(6))
    await holds(store)


async def test_a_rule_that_begins_sets_aside_what_nobody_holds(store: Store) -> None:
    await pooled(store, StockPolicies(), receive(10), ask(7, source="shop"))
    policies = floor(6)
    await pooled(store, policies, RebalanceRequest(COMPANY, "version/2", MUG))
    assert await levels(store, pool="retail") == Levels(D(3), D(0), D(3))
    assert await levels(store) == Levels(D(7), D(7), D(0))
    await holds(store)


async def test_a_loss_is_shared_stocks_first_and_a_pool_gives_what_is_no_longer_there(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10))
    await pooled(store, policies, move(7, "unrestricted", "scrap"))
    await pooled(store, policies, RebalanceRequest(COMPANY, "after", MUG))
    assert await levels(store, pool="retail") == Levels(D(3), D(0), D(3))
    assert await levels(store) == Levels(D(0), D(0), D(0))
    await holds(store)


async def test_whoever_waits_is_filled_from_the_pools_that_serve_it(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, ask(5, source="shop", case="sales_order/shop"))
    await pooled(store, policies, ask(5, source="homestead", case="sales_order/retail"))
    outcomes = await book(store, receive(6), policies=policies)
    filled = {outcome.subject: outcome.body for outcome in outcomes if isinstance(outcome.body, BackorderFilled)}
    assert filled.keys() == {"sales_order/retail"}
    assert sum(line.quantity for line in filled["sales_order/retail"].lines) == D(5)
    assert await levels(store, pool="retail") == Levels(D(6), D(5), D(1))
    await holds(store)


async def test_what_is_released_goes_back_to_the_pool(store: Store) -> None:
    policies = floor(6)
    await pooled(store, policies, receive(10), ask(6, source="homestead", case="sales_order/retail"))
    await pooled(store, policies, release("sales_order/retail"))
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    await holds(store)


async def test_pools_are_filled_in_the_order_of_precedence(store: Store) -> None:
    first = PoolRule(name="b", pool="retail", floor=D(4), precedence=2, scope=RETAIL)
    second = PoolRule(name="a", pool="web", floor=D(4), precedence=1, scope=Scope(channels=("shop",)))
    await pooled(store, StockPolicies(pools=(second, first)), receive(5))
    assert (await levels(store, pool="retail")).on_hand == D(4)
    assert (await levels(store, pool="web")).on_hand == D(1)
    await holds(store)


async def test_a_movement_of_a_pool_names_its_rule_and_version(store: Store) -> None:
    await pooled(store, floor(6), receive(10))
    async with store.transaction() as tx:
        rules = await tx.fetch("select distinct rule from promise_movement where kind = 'allot'")
    assert [row["rule"] for row in rules] == ["retail_floor@7"]


async def test_the_rule_says_who_waits_is_served_first(store: Store) -> None:
    policies = StockPolicies(filling=(FillRule(name="retail first", order="channel", channels=("homestead",)),))
    await pooled(store, policies, ask(5, source="shop", case="sales_order/shop"))
    await pooled(store, policies, ask(5, source="homestead", case="sales_order/retail"))
    outcomes = await book(store, receive(5), policies=policies)
    assert [outcome.subject for outcome in outcomes if isinstance(outcome.body, BackorderFilled)] == [
        "sales_order/retail"
    ]


async def test_who_does_not_know_the_policies_leaves_pools_as_they_are(store: Store) -> None:
    await pooled(store, floor(6), receive(10))
    await answer(store, ask(1))
    await book(store, receive(3))
    assert await levels(store, pool="retail") == Levels(D(6), D(0), D(6))
    await holds(store)
