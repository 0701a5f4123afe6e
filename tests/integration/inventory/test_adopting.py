"""An order takes over what a caller had reserved for it; sets are granted whole or not at all."""

from __future__ import annotations

import itertools
from decimal import Decimal as D

from crossdock.events.inventory import OwnershipPassed, StockPromised
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.model.stock import PromiseRequest, StockRequestLine
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
    holds,
    levels,
    move,
    receive,
)

_numbers = itertools.count(1)


async def reserved(store: Store, quantity: int) -> str:
    desk = ReservationDesk(store, publish_outcomes)
    granted = await desk.reserve(COMPANY, f"cart/{next(_numbers)}", MUG, ["north"], D(quantity), expires_at=AT)
    return granted.granted[0].reservation


async def state(store: Store, reservation: str) -> tuple[str, D]:
    async with store.transaction() as tx:
        row = await tx.fetchrow("select state, remaining from reservation where id = $1", reservation)
    assert row is not None
    return row["state"], row["remaining"]


async def promised(store: Store, request: PromiseRequest) -> StockPromised:
    body = await answer(store, request)
    assert isinstance(body, StockPromised)
    return body


async def test_an_order_takes_over_the_last_units_that_its_customer_had_reserved(store: Store) -> None:
    await book(store, receive(5))
    cart = await reserved(store, 5)
    promise = await promised(store, ask(5, adopts=(cart,)))
    assert sum(line.quantity for line in promise.promised) == D(5)
    assert await state(store, cart) == ("adopted", D(0))
    assert await levels(store) == Levels(D(5), D(5), D(0))
    await holds(store)


async def test_what_the_order_does_not_need_becomes_free(store: Store) -> None:
    await book(store, receive(5))
    cart = await reserved(store, 5)
    promise = await promised(store, ask(3, adopts=(cart,)))
    assert sum(line.quantity for line in promise.promised) == D(3)
    assert await state(store, cart) == ("released", D(0))
    assert await levels(store) == Levels(D(5), D(3), D(2))
    await holds(store)


async def test_what_the_cart_did_not_hold_is_asked_for_like_any_other(store: Store) -> None:
    await book(store, receive(6))
    cart = await reserved(store, 4)
    promise = await promised(store, ask(8, adopts=(cart,)))
    assert sum(line.quantity for line in promise.promised) == D(6)
    assert [line.quantity for line in promise.backordered] == [D(2)]
    await holds(store)


async def test_a_reservation_is_adopted_once(store: Store) -> None:
    await book(store, receive(5))
    cart = await reserved(store, 5)
    await promised(store, ask(5, adopts=(cart,)))
    second = await promised(store, ask(5, adopts=(cart,), backorder=False))
    assert second.promised == ()
    assert second.refused == (("1", D(5)),)
    await holds(store)


async def test_the_promise_of_another_case_cannot_be_adopted(store: Store) -> None:
    await book(store, receive(5))
    other = await promised(store, ask(5))
    thief = await promised(store, ask(5, adopts=(other.promised[0].reservation,), backorder=False))
    assert thief.promised == ()
    await holds(store)


def kits(sets: int, *, kind: str = "asked", **more: object) -> PromiseRequest:
    number = next(_numbers)
    lines = tuple(
        StockRequestLine(f"1.{item}", item, D(sets) * per, ("north", "south"), together="1", per=per)
        for item, per in (("CUP", D(2)), ("SAUCER", D(2)), ("POT", D(1)))
    )
    return PromiseRequest(COMPANY, f"kit/{number}", f"sales_order/kit/{number}", kind, lines, **more)  # type: ignore[arg-type]


async def test_the_parts_of_a_set_are_promised_together_or_not_at_all(store: Store) -> None:
    await book(store, receive(9, item="CUP"), receive(10, item="SAUCER"), receive(3, item="POT"))
    promise = await promised(store, kits(4, backorder=False))
    got = {line.item: line.quantity for line in promise.promised}
    assert got == {"CUP": D(6), "SAUCER": D(6), "POT": D(3)}
    assert dict(promise.refused) == {"1.CUP": D(2), "1.SAUCER": D(2), "1.POT": D(1)}
    nothing = await promised(store, kits(1, backorder=False, partial=False))
    assert nothing.promised == ()
    await holds(store)


async def test_each_set_comes_from_one_place(store: Store) -> None:
    await book(store, receive(2, item="CUP"), receive(2, item="SAUCER"), receive(1, "south", item="POT"))
    assert (await promised(store, kits(1, backorder=False))).promised == ()


async def test_an_item_that_stands_twice_in_a_set_is_counted_once_for_both(store: Store) -> None:
    await book(store, receive(3, item="CUP"))
    lines = tuple(StockRequestLine(line, "CUP", D(4), ("north",), together="1", per=D(2)) for line in ("a", "b"))
    request = PromiseRequest(COMPANY, "twice", "sales_order/twice", "asked", lines, backorder=False)
    assert (await promised(store, request)).promised == ()
    await holds(store)


async def test_goods_of_a_supplier_pass_to_the_customer_when_they_are_shipped(store: Store) -> None:
    owner = "consignment_in:brightware"
    await book(store, receive(5, owner=owner))
    assert (await levels(store)).on_hand == D(5)
    await book(store, move(2, "unrestricted", "picked", owner=owner))
    outcomes = await book(store, move(2, "picked", "customer", owner=owner, document="shipped"))
    (body,) = [outcome.body for outcome in outcomes]
    assert isinstance(body, OwnershipPassed)
    assert (body.quantity, body.from_owner, body.to_owner) == (D(2), owner, "customer")
    await holds(store)


async def test_goods_that_are_not_ours_are_never_promised(store: Store) -> None:
    await book(store, receive(5, owner="customer_owned:homestead"), receive(1))
    promise = await promised(store, ask(3, backorder=False))
    assert sum(line.quantity for line in promise.promised) == D(1)
    await holds(store)
