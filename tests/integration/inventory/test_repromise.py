"""When goods are lost, whoever was promised last waits; nobody keeps a promise of goods that are not there."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal as D

from crossdock.events.inventory import (
    BackorderFilled,
    PromisesWithdrawn,
    PromiseWithdrawn,
    StockPromised,
    WithdrawnPromisesServed,
)
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.ledger.outcomes import LedgerOutcome, RepromiseRequest
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies
from crossdock.operations.reservations import publish_outcomes
from crossdock.store import Store
from tests.integration.inventory.helpers import (
    AT,
    COMPANY,
    MUG,
    Levels,
    answer,
    ask,
    book,
    expect,
    holds,
    levels,
    move,
    pick,
    receive,
    release,
)

_numbers = itertools.count(1)


async def due(store: Store) -> list[str]:
    async with store.transaction() as tx:
        return [row["location"] for row in await tx.fetch("select location from repromise_due order by location")]


async def again(store: Store, location: str = "north", policies: StockPolicies | None = None) -> list[LedgerOutcome]:
    request = RepromiseRequest(COMPANY, f"again/{next(_numbers)}", MUG, location, "adjustment/lost")
    return await book(store, request, policies=policies)


def ask_for(quantity: int, case: str, day: int | None = None, **more: object) -> PromiseRequest:
    due_on = dt.date(2010, 12, day) if day else None
    line = StockRequestLine("1", MUG, D(quantity), ("north", "south"), due_on)
    return PromiseRequest(COMPANY, f"{case}:order", case, "asked", (line,), **more)  # type: ignore[arg-type]


def lose(quantity: int, location: str = "north") -> object:
    return move(quantity, "unrestricted", "scrap", location)


def withdrawn(outcomes: Sequence[LedgerOutcome]) -> dict[str, D]:
    return {o.subject: o.body.quantity for o in outcomes if isinstance(o.body, PromiseWithdrawn)}


async def test_a_loss_that_leaves_less_than_is_promised_is_remembered(store: Store) -> None:
    await book(store, receive(10), ask(8))
    await book(store, lose(2))
    assert await due(store) == []
    await book(store, lose(1))
    assert await due(store) == ["north"]


async def test_who_is_due_last_waits_and_the_books_say_what_is_there(store: Store) -> None:
    await book(store, receive(10), ask_for(4, "sales_order/late", 20), ask_for(4, "sales_order/soon", 5))
    await book(store, lose(5))
    outcomes = await again(store)
    assert withdrawn(outcomes) == {"sales_order/late": D(3)}
    assert await levels(store) == Levels(D(5), D(5), D(0))
    (shortage,) = [o for o in outcomes if isinstance(o.body, PromisesWithdrawn)]
    assert shortage.subject == f"stock_shortage/{COMPANY}/north/{MUG}"
    assert [(p.subject, p.quantity) for p in shortage.body.pieces] == [("sales_order/late", D(3))]
    await holds(store)


async def test_without_dates_the_last_to_come_waits(store: Store) -> None:
    await book(store, receive(10))
    await book(store, ask(5, case="sales_order/first"))
    await book(store, ask(5, case="sales_order/second"))
    await book(store, lose(2))
    assert withdrawn(await again(store)) == {"sales_order/second": D(2)}
    await holds(store)


async def test_reservations_for_a_time_go_before_the_promises_of_orders(store: Store) -> None:
    await book(store, receive(10))
    desk = ReservationDesk(store, publish_outcomes)
    cart = await desk.reserve(COMPANY, "cart", MUG, ["north"], D(4), expires_at=AT + dt.timedelta(hours=1))
    await book(store, ask_for(6, "sales_order/later", 30))
    await book(store, lose(3))
    assert withdrawn(await again(store)) == {}
    async with store.transaction() as tx:
        row = await tx.fetchrow("select remaining from reservation where id = $1", cart.granted[0].reservation)
    assert row is not None
    assert row["remaining"] == D(1)
    await holds(store)


async def test_what_was_picked_is_never_taken_back(store: Store) -> None:
    promise = (await book(store, receive(10), ask_for(6, "sales_order/picked", 30), ask_for(4, "sales_order/soon", 1)))[
        0
    ].body
    assert isinstance(promise, StockPromised)
    await book(store, pick(6, promise.promised[0].reservation))
    await book(store, lose(1))
    assert withdrawn(await again(store)) == {"sales_order/soon": D(1)}
    await holds(store)


async def test_goods_that_come_serve_the_withdrawn_before_anybody_who_came_later(store: Store) -> None:
    await book(store, receive(4), ask_for(4, "sales_order/first"))
    await book(store, lose(3))
    await again(store)
    await book(store, ask_for(2, "sales_order/newer"))
    outcomes = await book(store, receive(3))
    filled = {o.subject: o.body for o in outcomes if isinstance(o.body, BackorderFilled)}
    assert filled.keys() == {"sales_order/first"}
    assert filled["sales_order/first"].lines[0].waited_as.endswith("~1")
    served = [o.body for o in outcomes if isinstance(o.body, WithdrawnPromisesServed)]
    assert [quantity for body in served for _, quantity in body.pieces] == [D(3)]
    await holds(store)


async def test_what_comes_is_expected_by_those_who_wait_again(store: Store) -> None:
    await book(store, receive(4), ask_for(4, "sales_order/first"), expect(10, 9))
    await book(store, lose(4))
    (body,) = [o.body for o in await again(store) if isinstance(o.body, PromiseWithdrawn)]
    assert (body.pegged, body.expected_on) == (D(4), dt.date(2010, 12, 9))
    await holds(store)


async def test_a_cancelled_order_waits_no_more_and_the_shortage_hears_of_it(store: Store) -> None:
    await book(store, receive(4), ask_for(4, "sales_order/first"))
    await book(store, lose(4))
    await again(store)
    outcomes = await book(store, release("sales_order/first"))
    assert any(isinstance(o.body, WithdrawnPromisesServed) for o in outcomes)
    await holds(store)


async def test_everybodys_stock_goes_before_what_is_set_aside(store: Store) -> None:
    rule = PoolRule(name="retail", pool="retail", floor=D(5), scope=Scope(channels=("homestead",)))
    policies = StockPolicies(pools=(rule,))
    await book(store, receive(10), policies=policies)
    await book(store, ask_for(5, "sales_order/retail", 30, source="homestead"), policies=policies)
    await book(store, ask_for(5, "sales_order/shop", 1, source="shop"), policies=policies)
    await book(store, lose(4), policies=policies)
    assert withdrawn(await again(store, policies=policies)) == {"sales_order/shop": D(4)}
    assert await levels(store, pool="retail") == Levels(D(5), D(5), D(0))
    await holds(store)


async def test_what_is_set_aside_stays_so_as_far_as_it_is_there(store: Store) -> None:
    rule = PoolRule(name="retail", pool="retail", floor=D(5), scope=Scope(channels=("homestead",)))
    policies = StockPolicies(pools=(rule,))
    await book(store, receive(10), policies=policies)
    await book(store, ask_for(2, "sales_order/shop", 1, source="shop"), policies=policies)
    await book(store, lose(7), policies=policies)
    assert withdrawn(await again(store, policies=policies)) == {"sales_order/shop": D(2)}
    assert await levels(store, pool="retail") == Levels(D(3), D(0), D(3))
    assert await levels(store) == Levels(D(0), D(0), D(0))
    await holds(store)


async def test_nothing_is_withdrawn_where_goods_were_found_meanwhile(store: Store) -> None:
    await book(store, receive(4), ask_for(4, "sales_order/first"))
    await book(store, lose(4))
    await book(store, receive(4))
    assert await again(store) == []
    await holds(store)


async def test_a_told_shortage_is_no_reason_to_take_from_others(store: Store) -> None:
    await answer(
        store, PromiseRequest(COMPANY, "t", "sales_order/told", "told", (StockRequestLine("1", MUG, D(3), ("north",)),))
    )
    await book(store, receive(2), ask_for(1, "sales_order/asked"))
    assert await due(store) == []
    assert withdrawn(await again(store)) == {}
    await holds(store)
